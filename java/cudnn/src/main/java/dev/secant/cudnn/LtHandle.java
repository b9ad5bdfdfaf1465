// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;

/**
 * A cuBLASLt handle of the current device. Needs a driver. Usable by several threads; closing is
 * idempotent, use after close throws {@link IllegalStateException}.
 */
public final class LtHandle implements AutoCloseable {
  private cublasLtContext context;

  /**
   * @param libraries proof that the libraries are loaded
   * @throws CudnnException when there is no usable device
   */
  public LtHandle(CudaLibraries libraries) {
    libraries.requireLoaded();
    cublasLtContext created = new cublasLtContext();
    LtStatus.check(cublas.cublasLtCreate(created), "creation", "a cuBLASLt handle");
    this.context = created;
  }

  cublasLtContext context() {
    if (context == null)
      throw new WrongStateException(ErrorCode.CLOSED, "the cuBLASLt handle was closed");
    return context;
  }

  @Override
  public void close() {
    cublasLtContext closing = context;
    if (closing == null) return;
    context = null;
    cublas.cublasLtDestroy(closing);
  }
}
