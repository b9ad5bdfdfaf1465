// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Replay;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Recording;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.util.function.Consumer;

/**
 * A step as a CUDA graph. The first run is an ordinary one, so that kernels are loaded and
 * workspaces have their size; the second records the step and launches it; later ones launch. A
 * step that cannot be recorded throws: nothing falls back to running it eagerly.
 */
final class CudaReplay implements Replay {
  private final KernelContext context;
  private final Runnable step;
  private final Consumer<CudaReplay> onClose;
  private Recording recording;
  private boolean warm;
  private boolean closed;

  /**
   * @param onClose hears that it was closed
   */
  CudaReplay(KernelContext context, Runnable step, Consumer<CudaReplay> onClose) {
    this.context = context;
    this.step = step;
    this.onClose = onClose;
  }

  @Override
  public void run() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the replay was closed");
    if (!warm) {
      step.run();
      warm = true;
      return;
    }
    if (recording == null) recording = context.record(step);
    recording.launch();
  }

  @Override
  public long nodes() {
    return recording == null ? 0 : recording.nodes();
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    onClose.accept(this);
    if (recording != null) recording.close();
  }
}
