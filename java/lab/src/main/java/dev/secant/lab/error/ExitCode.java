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

  public static final int HUNG_UP = 129;
  public static final int INTERRUPTED = 130;

  /** What a shell reports of a program that wrote into a pipe whose reader had ended. */
  public static final int READER_GONE = 141;

  public static final int TERMINATED = 143;

  private ExitCode() {}

  /** One line for help. */
  public static String meaning(int code) {
    return switch (code) {
      case OK -> "done";
      case BUG -> "a bug in the program, or its build or a check failed";
      case USAGE ->
          "a wrong call: an option that is unknown, out of range, contradictory or missing";
      case DATA -> "something that an option names is missing or damaged, or does not fit";
      case BACKEND -> "the backend, or something else that is needed here, is missing";
      case OUT_OF_MEMORY -> "out of memory";
      case IO -> "reading or writing failed, such as a full disk";
      case DIVERGED -> "a loss, an evaluation, a probe or a weight is no longer finite";
      case RESUMABLE -> "stopped, and can be gone on with: run it again";
      case HUNG_UP, INTERRUPTED, TERMINATED -> "ended by HUP, INT (Ctrl-C) or TERM";
      case READER_GONE -> "done, but the reader of standard output had ended";
      default -> throw new IllegalArgumentException("no exit code " + code);
    };
  }

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
