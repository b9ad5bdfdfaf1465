// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.Test;

/** What of the dense layer works without a device: descriptions, checks and refusals. */
class LtDenseTest {
  @Test
  void layoutsAndProductsAreDescribedWithoutADevice() {
    Nvidia.libraries();
    try (LtMatrix w = new LtMatrix("w", cudart.CUDA_R_32F, 128, 10, 4096);
        LtMatrix x = new LtMatrix("x", cudart.CUDA_R_32F, 128, 384, 4096 + 64);
        LtMatrix logits = new LtMatrix("logits", cudart.CUDA_R_32F, 10, 384, 4096 + 4)) {
      LtMatmul.Product product = new LtMatmul.Product(w, true, x, false, 1, logits);
      assertThat(product).hasToString("product w 10x128^T * x 384x128 -> logits 384x10");
      cublas.cublasLtMatmulDescDestroy(LtMatmul.describe(product, cublas.CUBLAS_COMPUTE_32F));
      assertThat(w.alignment()).isEqualTo(256);
      assertThat(x.alignment()).isEqualTo(64);
      assertThat(logits.alignment()).isEqualTo(4);
    }
  }

  @Test
  void statusesBecomeExceptionsWithTheLibrarysWords() {
    Nvidia.libraries();
    LtStatus.check(cublas.CUBLAS_STATUS_SUCCESS, "creation", "a layout");
    assertThatThrownBy(
            () -> LtStatus.check(cublas.CUBLAS_STATUS_INVALID_VALUE, "creation", "a layout"))
        .isInstanceOf(CudnnException.class)
        .hasMessage("creation of a layout: CUBLAS_STATUS_INVALID_VALUE (7)");
  }

  @Test
  void handlesNeedADevice() {
    CudaLibraries libraries = Nvidia.libraries();
    assumeTrue(CudaLibraries.noDriverBecause().isPresent(), "there is a driver");
    assertThatThrownBy(() -> new LtHandle(libraries).close())
        .isInstanceOf(CudnnException.class)
        .hasMessageContaining("creation of a cuBLASLt handle: CUBLAS_STATUS_NOT_INITIALIZED");
    assertThatThrownBy(() -> new CudnnHandle(libraries, 0).close())
        .isInstanceOf(CudnnException.class)
        .hasMessageContaining("creation of a cuDNN handle: CUDNN_STATUS_");
  }

  private static final DenseOperands FORWARD = new DenseOperands(64, 128, 4, 256, 0, 0, 0, 0);

  @Test
  void addressesAreChecked() {
    FORWARD.require(4);
    assertThatThrownBy(() -> new DenseOperands(64, 0, 4, 256, 0, 0, 0, 0).require(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dense: w must lie at a multiple of 4 bytes, got null");
    assertThatThrownBy(() -> new DenseOperands(66, 128, 4, 256, 0, 0, 0, 0).require(4))
        .hasMessage("dense: x must lie at a multiple of 4 bytes, got 0x42");
    new DenseOperands(66, 128, 4, 256, 0, 0, 0, 0).require(2);
    assertThatThrownBy(() -> new DenseOperands(64, 128, 4, 256, 0, 8, 0, 0).require(4))
        .hasMessage("dense: dL_dx must be null without dL_dlogits");
    assertThatThrownBy(() -> new DenseOperands(64, 128, 4, 256, 8, 8, 0, 4).require(4))
        .hasMessageContaining("dense: dL_dw must lie at");
  }

  @Test
  void extentsAreChecked() {
    assertThatThrownBy(() -> new LtDense.Extents(128, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dense: features must be >= 1, got 0");
  }
}
