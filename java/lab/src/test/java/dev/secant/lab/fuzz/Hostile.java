// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.sun.management.ThreadMXBean;
import dev.secant.lab.error.LabException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every parser owes to a file that an attacker wrote: it takes it, or refuses it with one
 * printable line that names the file and with the exit code of such a file, and either way with no
 * more than a bounded amount of memory and time.
 */
final class Hostile {
  /** All that is allocated on the way, live or not, so that no collector hides a peak. */
  private static final long MOST_BYTES = 256L << 20;

  /** Of the processor, so that a busy machine changes nothing. */
  private static final long MOST_NANOS = 10_000_000_000L;

  private static final int LONGEST_MESSAGE = 5000;

  /** Jazzer's work on a class that is loaded counts as that of the parser which asks for it. */
  private static final boolean FUZZING = System.getenv("JAZZER_FUZZ") != null;

  private static final ClassLoadingMXBean CLASSES = ManagementFactory.getClassLoadingMXBean();
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Hostile() {}

  /**
   * @param exitCode of a refusal
   * @param named what a refusal must name
   * @return what the parser made of it; empty where it refused
   */
  static <T> Optional<T> offer(int exitCode, String named, Supplier<T> parser) {
    long classes = CLASSES.getTotalLoadedClassCount();
    long bytes = THREAD.getCurrentThreadAllocatedBytes();
    long nanos = THREAD.getCurrentThreadCpuTime();
    Optional<T> result;
    try {
      result = Optional.of(parser.get());
    } catch (LabException e) {
      requireHonest(e, exitCode, named);
      result = Optional.empty();
    }
    bytes = THREAD.getCurrentThreadAllocatedBytes() - bytes;
    nanos = THREAD.getCurrentThreadCpuTime() - nanos;
    if (FUZZING && CLASSES.getTotalLoadedClassCount() > classes) return result;
    require(bytes <= MOST_BYTES, "allocated " + bytes + " bytes");
    require(nanos <= MOST_NANOS, "took " + nanos / 1_000_000 + " ms of a processor");
    return result;
  }

  private static void requireHonest(LabException e, int exitCode, String named) {
    String message = e.getMessage();
    if (e.exitCode() != exitCode)
      throw new AssertionError("exit code " + e.exitCode() + ", expected " + exitCode, e);
    if (!message.contains(named)) throw new AssertionError(named + " is not named", e);
    boolean line = message.chars().noneMatch(Character::isISOControl);
    if (!line || message.length() > LONGEST_MESSAGE)
      throw new AssertionError("a message that is no line: " + message.length(), e);
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) throw new AssertionError(otherwise);
  }

  static void same(Object expected, Object found, String what) {
    if (!expected.equals(found))
      throw new AssertionError(what + ": expected " + expected + ", found " + found);
  }

  static Path write(Path file, byte[] content) {
    try {
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
