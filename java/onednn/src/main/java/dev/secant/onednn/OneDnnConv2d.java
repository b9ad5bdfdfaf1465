// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.Pointer;

/**
 * One convolution and its two gradients, activations NHWC where they lie, kernels packed as oneDNN
 * likes.
 */
final class OneDnnConv2d implements Conv2d, AutoCloseable {
  private static final int DIRECT = dnnl.dnnl_convolution_direct;

  private final OneDnnBackend backend;
  private final engine engine;
  private final Owned owned = new Owned();
  private final ConvShapes shapes;
  private final Primitive forward;
  private final Primitive backwardData;
  private final Primitive backwardWeights;

  OneDnnConv2d(OneDnnBackend backend, Spec spec, Tensors t) {
    this.backend = backend;
    this.engine = backend.engine();
    this.shapes = new ConvShapes(backend, spec, owned);
    try {
      convolution_forward.primitive_desc hint = forwardDesc(t);
      this.forward = planForward(hint, t);
      this.backwardData = t.dL_dx() == null ? null : planBackwardData(hint, t);
      this.backwardWeights = t.dL_dw() == null ? null : planBackwardWeights(hint, t);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public void forward() {
    forward.run();
  }

  @Override
  public void backwardData() {
    if (backwardData == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned without dL_dx");
    backwardData.run();
  }

  @Override
  public void backwardWeights() {
    if (backwardWeights == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
    backwardWeights.run();
  }

  // ---- planning ---------------------------------------------------------------------------------

  private convolution_forward.primitive_desc forwardDesc(Tensors t) {
    boolean training = t.dL_dw() != null;
    int prop = training ? dnnl.dnnl_forward_training : dnnl.dnnl_forward_inference;
    long[] before = shapes.padding();
    long[] after = shapes.padding();
    long[] strides = shapes.strides();
    primitive_attr attr = shapes.attributes();
    return own(
        t.b() == null
            ? new convolution_forward.primitive_desc(
                engine,
                prop,
                DIRECT,
                shapes.source(),
                shapes.anyKernel(shapes.computed),
                shapes.destination(),
                strides,
                before,
                after,
                attr,
                false)
            : new convolution_forward.primitive_desc(
                engine,
                prop,
                DIRECT,
                shapes.source(),
                shapes.anyKernel(shapes.computed),
                shapes.bias(),
                shapes.destination(),
                strides,
                before,
                after,
                attr,
                false));
  }

  private Primitive planForward(convolution_forward.primitive_desc desc, Tensors t) {
    Primitive p =
        owned
            .add(new Primitive(backend, desc, new convolution_forward(desc)))
            .input(dnnl.DNNL_ARG_SRC, shapes.source(), t.x())
            .packed(
                dnnl.DNNL_ARG_WEIGHTS,
                shapes.kernel(shapes.stored),
                t.w(),
                own(desc.weights_desc()))
            .output(dnnl.DNNL_ARG_DST, shapes.destination(), t.y());
    return t.b() == null ? p : p.direct(dnnl.DNNL_ARG_BIAS, shapes.bias(), t.b());
  }

  private Primitive planBackwardData(convolution_forward.primitive_desc hint, Tensors t) {
    convolution_backward_data.primitive_desc desc =
        own(
            new convolution_backward_data.primitive_desc(
                engine,
                DIRECT,
                shapes.source(),
                shapes.anyKernel(shapes.computed),
                shapes.destination(),
                shapes.strides(),
                shapes.padding(),
                shapes.padding(),
                hint,
                shapes.attributes(),
                false));
    return owned
        .add(new Primitive(backend, desc, new convolution_backward_data(desc)))
        .input(dnnl.DNNL_ARG_DIFF_DST, shapes.destination(), t.dL_dy())
        .packed(
            dnnl.DNNL_ARG_WEIGHTS, shapes.kernel(shapes.stored), t.w(), own(desc.weights_desc()))
        .output(dnnl.DNNL_ARG_DIFF_SRC, shapes.source(), t.dL_dx());
  }

  private Primitive planBackwardWeights(convolution_forward.primitive_desc hint, Tensors t) {
    long[] strides = shapes.strides();
    long[] padding = shapes.padding();
    primitive_attr attr = shapes.attributes();
    convolution_backward_weights.primitive_desc desc =
        own(
            t.dL_db() == null
                ? new convolution_backward_weights.primitive_desc(
                    engine,
                    DIRECT,
                    shapes.source(),
                    shapes.anyKernel(ConvShapes.FP32),
                    shapes.destination(),
                    strides,
                    padding,
                    padding,
                    hint,
                    attr,
                    false)
                : new convolution_backward_weights.primitive_desc(
                    engine,
                    DIRECT,
                    shapes.source(),
                    shapes.anyKernel(ConvShapes.FP32),
                    shapes.bias(),
                    shapes.destination(),
                    strides,
                    padding,
                    padding,
                    hint,
                    attr,
                    false));
    Primitive p =
        owned
            .add(new Primitive(backend, desc, new convolution_backward_weights(desc)))
            .input(dnnl.DNNL_ARG_SRC, shapes.source(), t.x())
            .input(dnnl.DNNL_ARG_DIFF_DST, shapes.destination(), t.dL_dy())
            .unpacked(
                dnnl.DNNL_ARG_DIFF_WEIGHTS,
                shapes.kernel(ConvShapes.FP32),
                t.dL_dw(),
                own(desc.diff_weights_desc()));
    return t.dL_db() == null ? p : p.direct(dnnl.DNNL_ARG_DIFF_BIAS, shapes.bias(), t.dL_db());
  }

  private <T extends Pointer> T own(T pointer) {
    return owned.add(pointer);
  }

  @Override
  public void close() {
    owned.close();
  }
}
