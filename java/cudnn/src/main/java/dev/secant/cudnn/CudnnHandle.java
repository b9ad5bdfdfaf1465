// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;

/**
 * A cuDNN handle on one stream of the current device. Needs a driver. Confined to one thread at a
 * time. Closing is idempotent; use after close throws {@link IllegalStateException}.
 */
public final class CudnnHandle implements AutoCloseable {
  private cudnnContext context;

  /**
   * @param libraries proof that the libraries are loaded
   * @param stream address of a CUDA stream; 0 is the legacy default stream
   * @throws CudnnException when there is no usable device
   */
  public CudnnHandle(CudaLibraries libraries, long stream) {
    libraries.requireLoaded();
    cudnnContext created = new cudnnContext();
    Status.check(cudnn.cudnnCreate(created), "creation", "a cuDNN handle");
    this.context = created;
    try {
      setStream(stream);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Submits from now on to another stream. */
  public void setStream(long stream) {
    CUstream_st pointer = stream == 0 ? null : new CUstream_st(new RawAddress(stream));
    Status.check(cudnn.cudnnSetStream(context(), pointer), "setting the stream", "a cuDNN handle");
  }

  cudnnContext context() {
    if (context == null)
      throw new WrongStateException(ErrorCode.CLOSED, "the cuDNN handle was closed");
    return context;
  }

  @Override
  public void close() {
    cudnnContext closing = context;
    if (closing == null) return;
    context = null;
    cudnn.cudnnDestroy(closing);
  }
}
