// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.junit.jupiter.api.Test;

/** Which failures of the vendor's libraries are a lack of memory. */
class CudnnExceptionTest {
  private static CudnnException of(int status, String name) {
    return new CudnnException("creation", "a handle", status, name, "");
  }

  @Test
  void lackOfMemoryIsKnownByItsName() {
    assertThat(of(cudnn.CUDNN_STATUS_ALLOC_FAILED, "CUDNN_STATUS_ALLOC_FAILED").outOfMemory())
        .isTrue();
    assertThat(
            of(
                    cudnn.CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED,
                    "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED")
                .outOfMemory())
        .isTrue();
    assertThat(of(cublas.CUBLAS_STATUS_ALLOC_FAILED, "CUBLAS_STATUS_ALLOC_FAILED").outOfMemory())
        .isTrue();
    assertThat(of(cudnn.CUDNN_STATUS_BAD_PARAM, "CUDNN_STATUS_BAD_PARAM").outOfMemory()).isFalse();
    assertThat(of(1, "CUDNN_STATUS_NOT_INITIALIZED"))
        .hasMessage("creation of a handle: CUDNN_STATUS_NOT_INITIALIZED (1)");
  }
}
