// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.Contender;

final class PlainConsistency implements Contender {
  private final ConsistencyProblem problem;
  private final float[] student;
  private final float[] targets;
  private final int[] rows;
  private final float[] lambda;
  private final float[] gradient;
  private double loss;

  PlainConsistency(ConsistencyProblem problem) {
    this.problem = problem;
    this.student = problem.student();
    this.targets = problem.targets();
    this.rows = problem.rows();
    this.lambda = problem.lambda();
    this.gradient = new float[student.length];
  }

  @Override
  public void run() {
    int classes = problem.classes();
    int ways = problem.k();
    float scale = 2f / student.length;
    double sum = 0;
    for (int b = 0; b < problem.n(); b++) {
      for (int c = 0; c < classes; c++) {
        float mixed = 0;
        for (int j = b * ways; j < (b + 1) * ways; j++)
          mixed += lambda[j] * targets[rows[j] * classes + c];
        float difference = student[b * classes + c] - mixed;
        sum += difference * difference;
        gradient[b * classes + c] = scale * difference;
      }
    }
    loss = sum / student.length;
  }

  @Override
  public double[] result() {
    double[] all = new double[1 + gradient.length];
    all[0] = loss;
    System.arraycopy(Rows.doubles(gradient), 0, all, 1, gradient.length);
    return all;
  }
}
