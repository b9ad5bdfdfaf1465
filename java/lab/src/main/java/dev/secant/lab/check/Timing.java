// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.Replay;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times of an op in milliseconds, by the host's clock around launches that take so long together
 * that the clock and the wait do not matter.
 *
 * @param median of n samples
 * @param p10 the tenth percentile
 * @param p90 the ninetieth
 */
record Timing(double median, double p10, double p90, int n) {
  private static final long SAMPLE_NANOS = 5_000_000;
  private static final int SAMPLES = 30;
  private static final int FEW = 3;

  /**
   * Of {@code runs} runs in one recording.
   *
   * @param quick a few runs, whose time says little
   */
  static Timing of(Backend backend, int runs, boolean quick, Runnable work) {
    int recorded = quick ? 1 : runs;
    try (Replay replay =
        backend.record(
            () -> {
              for (int i = 0; i < recorded; i++) work.run();
            })) {
      replay.run(); // eagerly
      replay.run(); // recorded
      backend.synchronize();
      return quick ? sampled(backend, 1, 1, replay::run, FEW) : of(backend, runs, replay, SAMPLES);
    }
  }

  private static Timing of(Backend backend, int runs, Replay replay, int samples) {
    long once = Math.max(1, nanos(backend, 1, replay::run));
    int launches = (int) Math.max(1, SAMPLE_NANOS / once);
    return sampled(backend, launches, (long) launches * runs, replay::run, samples);
  }

  /**
   * Of work that is recorded already.
   *
   * @param repeats runs of the work in one sample
   * @param count times that one run of the work counts
   */
  static Timing sampled(Backend backend, int repeats, long count, Runnable work, int samples) {
    double[] ms = new double[samples];
    for (int i = 0; i < samples; i++) ms[i] = nanos(backend, repeats, work) / 1e6 / count;
    Arrays.sort(ms);
    return new Timing(at(ms, 0.5), at(ms, 0.1), at(ms, 0.9), samples);
  }

  private static long nanos(Backend backend, int repeats, Runnable work) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) work.run();
    backend.synchronize();
    return System.nanoTime() - start;
  }

  private static double at(double[] sorted, double quantile) {
    return sorted[(int) Math.round(quantile * (sorted.length - 1))];
  }

  /** For machines. */
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("ms", median);
    values.put("p10", p10);
    values.put("p90", p90);
    values.put("n", n);
    return values;
  }

  /** Microseconds below a millisecond, for people. */
  String text() {
    return median < 1
        ? "%.2f us (p10 %.2f, p90 %.2f)".formatted(1e3 * median, 1e3 * p10, 1e3 * p90)
        : "%.3f ms (p10 %.3f, p90 %.3f)".formatted(median, p10, p90);
  }
}
