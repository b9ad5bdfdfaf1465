// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.SplittableRandom;

/**
 * What a step trains on, as indices into the training images.
 *
 * @param labelled images of the labelled rows; of the source rows with mixup
 * @param unlabelled images of the unlabelled source rows; empty without ict
 * @param rows (B, K) source row of each mixed point; empty with erm
 * @param lambda (B, K)
 */
public record StepDraws(int[] labelled, int[] unlabelled, int[] rows, float[] lambda) {
  /** Random ones; partners are shifts of the batch. */
  public static StepDraws of(StepProblem p, int images, SplittableRandom random) {
    int[] labelled = random.ints(p.batch(), 0, images).toArray();
    int[] unlabelled = p.ict() ? random.ints(p.batch(), 0, images).toArray() : new int[0];
    if (p.method().equals("erm"))
      return new StepDraws(labelled, unlabelled, new int[0], new float[0]);
    float[] lambda = Inputs.weights(p.batch(), p.k(), random.nextLong());
    return new StepDraws(labelled, unlabelled, Inputs.shifts(p.batch(), p.k()), lambda);
  }
}
