// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other programs, their output in a file. */
final class Subprocess {
  /**
   * @param code exit code; {@link #TIMEOUT} when it was ended
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

    List<String> lines() {
      try {
        return Files.readString(log).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final int TIMEOUT = 124;

  private Subprocess() {}

  /** Runs to the end, or to the limit. */
  static Result run(List<String> command, Path log, Duration limit) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
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

  /** Where a program lies on the PATH, or null. */
  static Path onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(java.io.File.pathSeparator)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) return candidate;
    }
    return null;
  }
}
