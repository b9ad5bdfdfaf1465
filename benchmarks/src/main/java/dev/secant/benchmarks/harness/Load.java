// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Time of the processors until now, in ticks of the kernel, from {@code /proc}.
 *
 * @param total of all processors
 * @param busy neither idle nor waiting for a disk
 * @param stolen taken by the host of a virtual machine
 * @param own of this process and those it has started
 */
public record Load(long total, long busy, long stolen, long own) {
  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STOLEN = 7;

  /** Columns of the first line of {@code /proc/stat} that are not part of others. */
  private static final int COLUMNS = 8;

  /** Fields behind the name in {@code /proc/PID/stat}: utime, stime, cutime, cstime. */
  private static final int UTIME = 11;

  /** As it is now. */
  public static Load now() {
    ProcessHandle me = ProcessHandle.current();
    long own = Stream.concat(Stream.of(me), me.descendants()).mapToLong(p -> ticks(p.pid())).sum();
    return of(read(Path.of("/proc/stat")), own);
  }

  /**
   * @param stat the text of {@code /proc/stat}
   */
  static Load of(String stat, long own) {
    String[] columns = stat.substring(0, stat.indexOf('\n')).strip().split("\\s+");
    long total = 0;
    for (int i = 0; i < COLUMNS; i++) total += Long.parseLong(columns[1 + i]);
    long idle = Long.parseLong(columns[1 + IDLE]) + Long.parseLong(columns[1 + WAITING]);
    long stolen = Long.parseLong(columns[1 + STOLEN]);
    return new Load(total, total - idle - stolen, stolen, own);
  }

  /** Share of the processors' time since then that the host took, 0 to 1. */
  public double stolenSince(Load then) {
    return share(stolen - then.stolen, then);
  }

  /** Share of the processors' time since then that other processes of this machine took, 0 to 1. */
  public double othersSince(Load then) {
    return share(busy - then.busy - (own - then.own), then);
  }

  private double share(long ticks, Load then) {
    return total == then.total ? 0 : Math.max(0, (double) ticks / (total - then.total));
  }

  /** The kernel's load average over a minute. */
  public static double average() {
    String text = read(Path.of("/proc/loadavg"));
    return Double.parseDouble(text.substring(0, text.indexOf(' ')));
  }

  /** 0 of a process that has ended; its parent then counts it. */
  private static long ticks(long pid) {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (IOException e) {
      return 0;
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long sum = 0;
    for (int i = UTIME; i < UTIME + 4; i++) sum += Long.parseLong(fields[i]);
    return sum;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IllegalStateException(file + " is missing: the benchmarks need Linux", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
