// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other programs, their output in a file. */
final class Subprocess {
  /**
   * @param code exit code; {@link #TIMEOUT} when it was ended, {@link #NOT_STARTED} when it could
   *     not be started
   * @param log what it wrote
   */
  record Result(int code, Path log) {
    /** The last line that it wrote, and how it ended when not with 0. */
    String summary() {
      List<String> lines = lines();
      String last =
          lines.stream().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("no output");
      if (code == 0) return last;
      String end = code == TIMEOUT ? "ended after its time" : "exit code " + code;
      return end + ": " + last + " (" + log + ")";
    }

    /** The last MiB of what it wrote; what is no text becomes question marks. */
    List<String> lines() {
      try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
        byte[] end = new byte[(int) Math.min(file.length(), TAIL_BYTES)];
        file.seek(file.length() - end.length);
        file.readFully(end);
        return new String(end, StandardCharsets.UTF_8).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final int TIMEOUT = 124;
  static final int NOT_STARTED = 127;
  private static final int TAIL_BYTES = 1 << 20;

  private Subprocess() {}

  /** Runs to the end, or to the limit. Why a program does not start stands in its log. */
  static Result run(List<String> command, Path log, Duration limit) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      Process process;
      try {
        process = builder.start();
      } catch (IOException e) {
        Files.writeString(log, e.getMessage() + "\n");
        return new Result(NOT_STARTED, log);
      }
      process.getOutputStream().close();
      if (process.waitFor(limit.toSeconds(), TimeUnit.SECONDS))
        return new Result(process.exitValue(), log);
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      return new Result(TIMEOUT, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command.get(0) + " ran", e);
    }
  }
}
