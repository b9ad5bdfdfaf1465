// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_recording;
import org.bytedeco.javacpp.LongPointer;

/**
 * Work that a CUDA context recorded, to be launched again and again. Same thread as its context;
 * {@code close()} is idempotent and waits for the stream, use after close throws {@link
 * IllegalStateException}.
 */
public final class Recording implements AutoCloseable {
  private final KernelContext context;
  private secant_recording handle;

  Recording(KernelContext context, secant_recording handle) {
    this.context = context;
    this.handle = handle;
  }

  /** Enqueues all of it once. Allocates nothing. */
  public void launch() {
    check(Secant.secant_record_launch(context.handle(), open()));
  }

  /** Launches and copies in it. */
  public long nodes() {
    try (LongPointer nodes = new LongPointer(1)) {
      check(Secant.secant_record_nodes(context.handle(), open(), nodes));
      return nodes.get();
    }
  }

  private secant_recording open() {
    if (handle == null) throw new IllegalStateException("the recording was closed");
    return handle;
  }

  @Override
  public void close() {
    secant_recording closing = handle;
    if (closing == null) return;
    handle = null;
    check(Secant.secant_record_destroy(context.handle(), closing));
  }
}
