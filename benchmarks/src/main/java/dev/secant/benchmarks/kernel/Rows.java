// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Programs;
import java.util.stream.IntStream;

/** Rows shared out among the cores by Java's common pool. */
public final class Rows {
  /** Work on the rows from begin to end, exclusive. */
  public interface Part {
    void run(int begin, int end);
  }

  private Rows() {}

  public static void split(int rows, Part part) {
    int parts = Programs.THREADS;
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            i -> part.run((int) ((long) rows * i / parts), (int) ((long) rows * (i + 1) / parts)));
  }

  public static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) wide[i] = values[i];
    return wide;
  }
}
