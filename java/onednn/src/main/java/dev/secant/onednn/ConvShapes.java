// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.DType;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;

/**
 * oneDNN's descriptions of a convolution's tensors: activations NHWC in their type, kernels OHWI,
 * biases fp32. What it makes belongs to the given owner.
 */
final class ConvShapes {
  static final memory.data_type FP32 = memory.data_type.f32;

  private final Conv2d.Spec spec;
  private final Owned owned;

  /** Of activations and of the kernels that are read, where the caller has them. */
  final memory.data_type stored;

  /** The same as the convolution reads and writes them: fp32 where oneDNN has no bf16. */
  final memory.data_type computed;

  ConvShapes(OneDnnBackend backend, Conv2d.Spec spec, Owned owned) {
    this.spec = spec;
    this.owned = owned;
    this.stored = backend.activation() == DType.BF16 ? memory.data_type.bf16 : FP32;
    this.computed = backend.widens() ? FP32 : stored;
  }

  memory.desc source() {
    return desc(
        computed, memory.format_tag.nhwc, spec.batch(), spec.in(), spec.height(), spec.width());
  }

  memory.desc destination() {
    return desc(
        computed,
        memory.format_tag.nhwc,
        spec.batch(),
        spec.out(),
        spec.outHeight(),
        spec.outWidth());
  }

  /** As a pass reads it; its gradient is fp32 always. */
  memory.desc kernel(memory.data_type type) {
    return desc(type, memory.format_tag.ohwi, spec.out(), spec.in(), spec.kernel(), spec.kernel());
  }

  memory.desc anyKernel(memory.data_type type) {
    return desc(type, memory.format_tag.any, spec.out(), spec.in(), spec.kernel(), spec.kernel());
  }

  memory.desc bias() {
    return desc(FP32, memory.format_tag.x, spec.out());
  }

  /** One value for each channel of the destination. */
  memory.desc perChannel() {
    return desc(FP32, memory.format_tag.nchw, 1, spec.out(), 1, 1);
  }

  long[] strides() {
    return new long[] {spec.stride(), spec.stride()};
  }

  /**
   * On either side. At stride 2 the last padded row and column are never read: (H + 2·pad − k)/2 +
   * 1 = H/2 for k = 3 and 1, even H.
   */
  long[] padding() {
    long pad = (spec.kernel() - 1) / 2;
    return new long[] {pad, pad};
  }

  /** Scratch memory is the backend's. */
  primitive_attr attributes() {
    primitive_attr attr = owned.add(new primitive_attr());
    attr.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    return attr;
  }

  private memory.desc desc(memory.data_type type, memory.format_tag tag, long... dims) {
    return owned.add(new memory.desc(dims, type, tag));
  }
}
