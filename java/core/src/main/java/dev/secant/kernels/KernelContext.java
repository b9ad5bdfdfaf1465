// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.backend.BackendUnavailableException;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_context;
import dev.secant.tensor.OutOfMemoryException;
import org.bytedeco.javacpp.IntPointer;

/**
 * A native context: a thread pool and the kernels of one instruction level. Serves one thread at a
 * time; distinct contexts may be used concurrently. {@code close()} is idempotent; use after close
 * throws {@link IllegalStateException}.
 */
public final class KernelContext implements AutoCloseable {
  private secant_context handle;
  private final int threads;
  private final int level;

  /**
   * @param threads workers in all (the calling thread is one), 1..1024
   * @param level 0 = best of this processor, else 2, 3 or 4 (x86-64-v2, -v3, -v4)
   * @throws BackendUnavailableException when the processor lacks the level
   */
  public KernelContext(int threads, int level) {
    secant_context created = new secant_context();
    check(Secant.secant_context_create(threads, level, created));
    handle = created;
    try (IntPointer t = new IntPointer(1);
        IntPointer l = new IntPointer(1)) {
      check(Secant.secant_context_info(handle, t, l));
      this.threads = t.get();
      this.level = l.get();
    }
  }

  public int threads() {
    return threads;
  }

  /** Instruction level in use: 2, 3 or 4. */
  public int level() {
    return level;
  }

  /** Highest level of this processor. */
  public static int processorLevel() {
    try (IntPointer level = new IntPointer(1)) {
      check(Secant.secant_cpu_level(level));
      return level.get();
    }
  }

  /** Version, revision, compiler and flags of the native library. */
  public static String nativeBuild() {
    return Secant.secant_build().getString();
  }

  /** The native handle, for calls of {@link Secant}. */
  public secant_context handle() {
    if (handle == null) throw new IllegalStateException("the kernel context was closed");
    return handle;
  }

  @Override
  public void close() {
    secant_context closing = handle;
    if (closing == null) return;
    handle = null;
    check(Secant.secant_context_destroy(closing));
  }

  /** Turns a status of the C API into the exception it stands for. */
  public static void check(int status) {
    if (status == Secant.SECANT_OK) return;
    String text = Secant.secant_last_error().getString();
    throw switch (status) {
      case Secant.SECANT_INVALID_ARGUMENT -> new IllegalArgumentException(text);
      case Secant.SECANT_OUT_OF_MEMORY -> new OutOfMemoryException("host", 0, text);
      case Secant.SECANT_UNAVAILABLE -> new BackendUnavailableException(text);
      default -> new IllegalStateException("status " + status + ": " + text);
    };
  }
}
