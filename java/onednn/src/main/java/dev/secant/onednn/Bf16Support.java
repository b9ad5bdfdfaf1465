// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** What this processor can do with bf16 convolutions, as oneDNN sees it. */
enum Bf16Support {
  /**
   * oneDNN has none below AVX-512: operands are widened before a convolution and its result rounded
   * after it, which gives the same numbers but for the order of sums, since fp32 holds the product
   * of two bf16 values exactly.
   */
  WIDENED,
  /** oneDNN makes the products in fp32 itself. */
  EMULATED,
  /** avx512_bf16 or better. */
  NATIVE;

  static Bf16Support ofProcessor() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    if (includes(isa, dnnl.dnnl_cpu_isa_avx512_core_bf16)) return NATIVE;
    return includes(isa, dnnl.dnnl_cpu_isa_avx512_core) ? EMULATED : WIDENED;
  }

  /** Instruction sets are numbers whose bits are those of every set they contain. */
  private static boolean includes(int isa, int wanted) {
    return (isa & wanted) == wanted;
  }
}
