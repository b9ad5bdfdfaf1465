// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Reading or writing failed for a reason outside the program, such as a full disk. */
public final class IoFailureException extends LabException {
  public IoFailureException(String message) {
    super(ExitCode.IO, message);
  }

  public IoFailureException(String message, Throwable cause) {
    super(
        cause instanceof ClosedByInterruptException ? ExitCode.INTERRUPTED : ExitCode.IO,
        message,
        cause);
  }

  /**
   * Names the file and the reason.
   *
   * @param action such as {@code cannot write}
   */
  public static IoFailureException of(String action, Path file, IOException cause) {
    return new IoFailureException(action + " " + file + ": " + reason(cause), cause);
  }

  /** Why, for people, without the file where the failure names it. */
  public static String reason(Exception e) {
    if (e instanceof ClosedByInterruptException) return "interrupted";
    if (e instanceof AccessDeniedException) return "permission denied";
    if (e instanceof FileAlreadyExistsException) return "file exists";
    if (e instanceof NotDirectoryException n) return n.getFile() + " is not a directory";
    if (e instanceof NoSuchFileException) return "no such file or directory";
    if (e instanceof FileSystemException f && f.getReason() != null) return f.getReason();
    if (e instanceof FileNotFoundException f) return withoutFile(f);
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Its message is {@code FILE (reason)}. */
  private static String withoutFile(FileNotFoundException e) {
    String message = e.getMessage() == null ? "no such file or directory" : e.getMessage();
    int open = message.lastIndexOf(" (");
    return open < 0 ? message : message.substring(open + 2, message.length() - 1);
  }
}
