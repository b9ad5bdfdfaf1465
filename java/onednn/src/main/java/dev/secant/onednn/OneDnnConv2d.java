// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.Pointer;

/**
 * One convolution and its two gradients, activations NHWC where they lie, kernels packed as oneDNN
 * likes.
 */
final class OneDnnConv2d implements Conv2d, AutoCloseable {
  private static final int DIRECT = dnnl.dnnl_convolution_direct;
  private static final memory.data_type FP32 = memory.data_type.f32;

  private final OneDnnBackend backend;
  private final Spec spec;
  private final memory.data_type stored;
  private final engine engine;
  private final Owned owned = new Owned();
  private final Primitive forward;
  private final Primitive backwardData;
  private final Primitive backwardWeights;

  OneDnnConv2d(OneDnnBackend backend, Spec spec, Tensors t) {
    this.backend = backend;
    this.spec = spec;
    this.engine = backend.engine();
    this.stored = backend.activation() == DType.BF16 ? memory.data_type.bf16 : FP32;
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
    if (backwardData == null) throw new IllegalStateException("planned without dL_dx");
    backwardData.run();
  }

  @Override
  public void backwardWeights() {
    if (backwardWeights == null) throw new IllegalStateException("planned forward only");
    backwardWeights.run();
  }

  // ---- planning ---------------------------------------------------------------------------------

  private convolution_forward.primitive_desc forwardDesc(Tensors t) {
    boolean training = t.dL_dw() != null;
    int prop = training ? dnnl.dnnl_forward_training : dnnl.dnnl_forward_inference;
    long pad = (spec.kernel() - 1) / 2;
    // At stride 2 the last padded row and column are never read:
    // (H + 2·pad − k)/2 + 1 = H/2 for k = 3 and 1, even H.
    long[] before = {pad, pad};
    long[] after = {pad, pad};
    long[] strides = {spec.stride(), spec.stride()};
    primitive_attr attr = attributes();
    return own(
        t.b() == null
            ? new convolution_forward.primitive_desc(
                engine,
                prop,
                DIRECT,
                source(),
                anyKernel(stored),
                destination(),
                strides,
                before,
                after,
                attr,
                false)
            : new convolution_forward.primitive_desc(
                engine,
                prop,
                DIRECT,
                source(),
                anyKernel(stored),
                bias(),
                destination(),
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
            .direct(dnnl.DNNL_ARG_SRC, at(source(), t.x()))
            .packed(dnnl.DNNL_ARG_WEIGHTS, at(kernel(stored), t.w()), own(desc.weights_desc()))
            .direct(dnnl.DNNL_ARG_DST, at(destination(), t.y()));
    return t.b() == null ? p : p.direct(dnnl.DNNL_ARG_BIAS, at(bias(), t.b()));
  }

  private Primitive planBackwardData(convolution_forward.primitive_desc hint, Tensors t) {
    long pad = (spec.kernel() - 1) / 2;
    convolution_backward_data.primitive_desc desc =
        own(
            new convolution_backward_data.primitive_desc(
                engine,
                DIRECT,
                source(),
                anyKernel(stored),
                destination(),
                new long[] {spec.stride(), spec.stride()},
                new long[] {pad, pad},
                new long[] {pad, pad},
                hint,
                attributes(),
                false));
    return owned
        .add(new Primitive(backend, desc, new convolution_backward_data(desc)))
        .direct(dnnl.DNNL_ARG_DIFF_DST, at(destination(), t.dL_dy()))
        .packed(dnnl.DNNL_ARG_WEIGHTS, at(kernel(stored), t.w()), own(desc.weights_desc()))
        .direct(dnnl.DNNL_ARG_DIFF_SRC, at(source(), t.dL_dx()));
  }

  private Primitive planBackwardWeights(convolution_forward.primitive_desc hint, Tensors t) {
    long pad = (spec.kernel() - 1) / 2;
    long[] strides = {spec.stride(), spec.stride()};
    long[] padding = {pad, pad};
    primitive_attr attr = attributes();
    convolution_backward_weights.primitive_desc desc =
        own(
            t.dL_db() == null
                ? new convolution_backward_weights.primitive_desc(
                    engine,
                    DIRECT,
                    source(),
                    anyKernel(FP32),
                    destination(),
                    strides,
                    padding,
                    padding,
                    hint,
                    attr,
                    false)
                : new convolution_backward_weights.primitive_desc(
                    engine,
                    DIRECT,
                    source(),
                    anyKernel(FP32),
                    bias(),
                    destination(),
                    strides,
                    padding,
                    padding,
                    hint,
                    attr,
                    false));
    Primitive p =
        owned
            .add(new Primitive(backend, desc, new convolution_backward_weights(desc)))
            .direct(dnnl.DNNL_ARG_SRC, at(source(), t.x()))
            .direct(dnnl.DNNL_ARG_DIFF_DST, at(destination(), t.dL_dy()))
            .unpacked(
                dnnl.DNNL_ARG_DIFF_WEIGHTS,
                at(kernel(FP32), t.dL_dw()),
                own(desc.diff_weights_desc()));
    return t.dL_db() == null ? p : p.direct(dnnl.DNNL_ARG_DIFF_BIAS, at(bias(), t.dL_db()));
  }

  // ---- descriptors ------------------------------------------------------------------------------

  private memory.desc source() {
    return desc(
        stored, memory.format_tag.nhwc, spec.batch(), spec.in(), spec.height(), spec.width());
  }

  private memory.desc destination() {
    return desc(
        stored,
        memory.format_tag.nhwc,
        spec.batch(),
        spec.out(),
        spec.outHeight(),
        spec.outWidth());
  }

  /** As the pass reads it; its gradient is fp32 always. */
  private memory.desc kernel(memory.data_type type) {
    return desc(type, memory.format_tag.ohwi, spec.out(), spec.in(), spec.kernel(), spec.kernel());
  }

  private memory.desc anyKernel(memory.data_type type) {
    return desc(type, memory.format_tag.any, spec.out(), spec.in(), spec.kernel(), spec.kernel());
  }

  private memory.desc bias() {
    return desc(FP32, memory.format_tag.x, spec.out());
  }

  private memory.desc desc(memory.data_type type, memory.format_tag tag, long... dims) {
    return own(new memory.desc(dims, type, tag));
  }

  private primitive_attr attributes() {
    primitive_attr attr = own(new primitive_attr());
    attr.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    return attr;
  }

  private memory at(memory.desc desc, Tensor tensor) {
    return own(new memory(desc, engine, tensor.pointer()));
  }

  private <T extends Pointer> T own(T pointer) {
    return owned.add(pointer);
  }

  @Override
  public void close() {
    owned.close();
  }
}
