// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.Closing;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cudnn;

/**
 * The operation graph of one convolution op: tensors NHWC, kernels OHWI (cuDNN's KRSC), padding (k
 * − 1) / 2 on both sides, stride 1 or 2, sums in fp32. Finalised on construction. Reading it from
 * several threads is safe; closing is idempotent.
 */
final class ConvGraph implements AutoCloseable {
  /** Every operand must lie on a multiple of this; 128-bit accesses need it. */
  static final int ALIGNMENT = 16;

  private final OpKey key;
  private final List<Descriptor> owned = new ArrayList<>();
  private final Descriptor graph;

  ConvGraph(OpKey key, Target target) {
    this.key = key;
    ShapeLimits.check(key, target.device());
    try {
      Descriptor operation =
          switch (key.op()) {
            case FORWARD -> forward();
            case BACKWARD_DATA -> backwardData();
            case BACKWARD_WEIGHTS -> backwardWeights();
            case BIAS -> bias();
            case BIAS_GRADIENT -> biasGradient();
          };
      this.graph =
          target
              .onGraph(create(DescriptorKind.OPERATION_GRAPH))
              .set(Attribute.GRAPH_OPS, operation)
              .finalised();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  OpKey key() {
    return key;
  }

  Descriptor descriptor() {
    return graph;
  }

  // ---- operations ------------------------------------------------------------------------------

  private Descriptor forward() {
    return create(DescriptorKind.FORWARD)
        .set(Attribute.FORWARD_CONV, convolution())
        .set(Attribute.FORWARD_X, tensor(Operand.X))
        .set(Attribute.FORWARD_W, tensor(Operand.W))
        .set(Attribute.FORWARD_Y, tensor(Operand.Y))
        .setFloat(Attribute.FORWARD_ALPHA, 1)
        .setFloat(Attribute.FORWARD_BETA, 0)
        .finalised();
  }

  private Descriptor backwardData() {
    return create(DescriptorKind.BACKWARD_DATA)
        .set(Attribute.DATA_CONV, convolution())
        .set(Attribute.DATA_DY, tensor(Operand.DL_DY))
        .set(Attribute.DATA_W, tensor(Operand.W))
        .set(Attribute.DATA_DX, tensor(Operand.DL_DX))
        .setFloat(Attribute.DATA_ALPHA, 1)
        .setFloat(Attribute.DATA_BETA, 0)
        .finalised();
  }

  private Descriptor backwardWeights() {
    return create(DescriptorKind.BACKWARD_FILTER)
        .set(Attribute.FILTER_CONV, convolution())
        .set(Attribute.FILTER_X, tensor(Operand.X))
        .set(Attribute.FILTER_DY, tensor(Operand.DL_DY))
        .set(Attribute.FILTER_DW, tensor(Operand.DL_DW))
        .setFloat(Attribute.FILTER_ALPHA, 1)
        .setFloat(Attribute.FILTER_BETA, 0)
        .finalised();
  }

  /** y = y + b: source and destination are two tensors of the graph that share their memory. */
  private Descriptor bias() {
    Descriptor add =
        create(DescriptorKind.POINTWISE)
            .setEnum(Attribute.POINTWISE_MODE, cudnn.CUDNN_POINTWISE_ADD)
            .setEnum(Attribute.POINTWISE_MATH_PREC, cudnn.CUDNN_DATA_FLOAT)
            .finalised();
    return create(DescriptorKind.POINTWISE_OPERATION)
        .set(Attribute.POINTWISE_OP, add)
        .set(Attribute.POINTWISE_X, tensor(BIAS_SOURCE, Operand.Y))
        .set(Attribute.POINTWISE_B, tensor(Operand.B))
        .set(Attribute.POINTWISE_Y, tensor(Operand.Y))
        .finalised();
  }

  /** Identifier of y as it is read by {@link ConvOp#BIAS}. */
  static final long BIAS_SOURCE = Operand.values().length + 1L;

  private Descriptor biasGradient() {
    Descriptor sum =
        create(DescriptorKind.REDUCTION)
            .setEnum(Attribute.REDUCTION_OPERATOR, cudnn.CUDNN_REDUCE_TENSOR_ADD)
            .setEnum(Attribute.REDUCTION_COMP_TYPE, cudnn.CUDNN_DATA_FLOAT)
            .finalised();
    return create(DescriptorKind.REDUCTION_OPERATION)
        .set(Attribute.REDUCTION_OP, sum)
        .set(Attribute.REDUCTION_X, tensor(Operand.DL_DY))
        .set(Attribute.REDUCTION_Y, tensor(Operand.DL_DB))
        .finalised();
  }

  private Descriptor convolution() {
    long pad = (key.spec().kernel() - 1) / 2;
    long stride = key.spec().stride();
    return create(DescriptorKind.CONVOLUTION)
        .setEnum(Attribute.CONVOLUTION_COMP_TYPE, cudnn.CUDNN_DATA_FLOAT)
        .setEnum(Attribute.CONVOLUTION_CONV_MODE, cudnn.CUDNN_CROSS_CORRELATION)
        .set(Attribute.CONVOLUTION_SPATIAL_DIMS, 2)
        .set(Attribute.CONVOLUTION_PRE_PADDINGS, pad, pad)
        .set(Attribute.CONVOLUTION_POST_PADDINGS, pad, pad)
        .set(Attribute.CONVOLUTION_DILATIONS, 1, 1)
        .set(Attribute.CONVOLUTION_FILTER_STRIDES, stride, stride)
        .finalised();
  }

  // ---- tensors ---------------------------------------------------------------------------------

  private Descriptor tensor(Operand operand) {
    return tensor(operand.id(), operand);
  }

  private Descriptor tensor(long id, Operand operand) {
    long[] nchw = dims(key.spec(), operand);
    return create(DescriptorKind.TENSOR)
        .setEnum(Attribute.TENSOR_DATA_TYPE, key.precision().dataType(operand))
        .set(Attribute.TENSOR_DIMENSIONS, nchw)
        .set(Attribute.TENSOR_STRIDES, channelsLast(nchw))
        .set(Attribute.TENSOR_UNIQUE_ID, id)
        .set(Attribute.TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
        .finalised();
  }

  /** Extents in cuDNN's order: rows, channels, height, width. */
  static long[] dims(Conv2d.Spec s, Operand operand) {
    return switch (operand) {
      case X, DL_DX -> new long[] {s.batch(), s.in(), s.height(), s.width()};
      case W, DL_DW -> new long[] {s.out(), s.in(), s.kernel(), s.kernel()};
      case Y, DL_DY -> new long[] {s.batch(), s.out(), s.outHeight(), s.outWidth()};
      case B, DL_DB -> new long[] {1, s.out(), 1, 1};
    };
  }

  private static long[] channelsLast(long[] nchw) {
    long c = nchw[1];
    long w = nchw[3];
    return new long[] {nchw[2] * w * c, 1, w * c, c};
  }

  private Descriptor create(DescriptorKind kind) {
    Descriptor d = new Descriptor(kind, key.text());
    owned.add(d);
    return d;
  }

  @Override
  public void close() {
    Closing.all(owned);
  }
}
