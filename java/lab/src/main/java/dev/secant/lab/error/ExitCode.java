// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

import dev.secant.tensor.OutOfMemoryException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the process answers; schedulers rely on the numbers. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int BUG = 1;
  public static final int USAGE = 2;
  public static final int DATA = 3;
  public static final int BACKEND = 4;
  public static final int OUT_OF_MEMORY = 5;
  public static final int IO = 6;
  public static final int DIVERGED = 7;

  /** Interrupted after a checkpoint was saved: run again to resume. */
  public static final int RESUMABLE = 75;

  public static final int INTERRUPTED = 130;

  /** What a shell reports of a program that wrote into a pipe whose reader had ended. */
  public static final int READER_GONE = 141;

  public static final int TERMINATED = 143;

  private ExitCode() {}

  /** The code of a failure; {@link #BUG} for whatever nobody expected. */
  public static int of(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof LabException e) return e.exitCode();
      if (t instanceof OutOfMemoryException || t instanceof OutOfMemoryError) return OUT_OF_MEMORY;
      if (t instanceof IOException || t instanceof UncheckedIOException) return IO;
    }
    return BUG;
  }
}
