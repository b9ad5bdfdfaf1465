// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Recording;

/**
 * Times a run as it will be used: {@value #RUNS} of them in one CUDA graph, after one eager run
 * that lets the engine compile and load. The shortest of {@value #LAUNCHES} launches counts, by the
 * host's clock around a launch and a wait, which is a few microseconds in the whole graph.
 */
final class RecordedTimer implements CandidateTimer {
  static final int RUNS = 20;
  static final int LAUNCHES = 5;

  private final KernelContext context;

  RecordedTimer(KernelContext context) {
    this.context = context;
  }

  /**
   * Nanoseconds of one run.
   *
   * @throws UnrecordableException when the run cannot be recorded
   */
  @Override
  public double time(Runnable run) {
    run.run();
    context.synchronize();
    try (Recording recording = recorded(run)) {
      recording.launch();
      context.synchronize();
      double shortest = Double.POSITIVE_INFINITY;
      for (int i = 0; i < LAUNCHES; i++) shortest = Math.min(shortest, nanos(recording));
      return shortest / RUNS;
    }
  }

  private double nanos(Recording recording) {
    long start = System.nanoTime();
    recording.launch();
    context.synchronize();
    return Math.max(1, System.nanoTime() - start);
  }

  private Recording recorded(Runnable run) {
    try {
      return context.record(
          () -> {
            for (int i = 0; i < RUNS; i++) run.run();
          });
    } catch (IllegalStateException e) {
      throw new UnrecordableException(e);
    }
  }
}
