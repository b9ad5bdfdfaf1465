// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import org.bytedeco.cuda.global.cublas;

/** Turns statuses of cuBLASLt into {@link CudnnException}. */
final class LtStatus {
  private LtStatus() {}

  /**
   * @param operation what was tried
   * @param subject on what, with its shape
   */
  static void check(int status, String operation, String subject) {
    if (status == cublas.CUBLAS_STATUS_SUCCESS) return;
    String name = cublas.cublasLtGetStatusName(status).getString();
    throw new CudnnException(operation, subject, status, name, "");
  }
}
