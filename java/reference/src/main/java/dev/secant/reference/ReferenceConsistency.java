// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Consistency;
import dev.secant.backend.Op;

/**
 * The ICT loss, eq. 2: D(a − b) with a from the student's logits and b from the mixed targets, in
 * one of three spaces; its gradient to the student and, where asked for, to the targets, both times
 * the weight.
 */
final class ReferenceConsistency implements Op {
  private final Consistency spec;
  private final Consistency.Tensors t;
  private final int batch;
  private final int classes;
  private final int sources;

  ReferenceConsistency(Consistency spec, Consistency.Tensors tensors) {
    this.spec = spec;
    this.t = tensors;
    this.batch = (int) tensors.student().dim(0);
    this.classes = (int) tensors.student().dim(1);
    this.sources = (int) tensors.targets().dim(0);
  }

  @Override
  public void run() {
    double[] student = t.student().toDoubles();
    double[] targets = t.targets().toDoubles();
    Mixture mixture = Mixture.of(t.rows(), t.lambda());
    double[] a =
        spec.space() == Consistency.Space.LOGIT ? student : Softmax.ofRows(student, classes);
    double[] sourceP = Softmax.ofRows(targets, classes);
    double[] b =
        switch (spec.space()) {
          case LOGIT -> mixture.of(targets, classes);
          case PROB -> mixture.of(sourceP, classes);
          case LOGIT_SOFTMAX -> Softmax.ofRows(mixture.of(targets, classes), classes);
        };
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) difference[i] = a[i] - b[i];
    t.loss().set(loss(difference));

    double[] dL_da = weightedGradient(difference);
    if (spec.space() == Consistency.Space.LOGIT) t.dL_dstudent().set(dL_da);
    else t.dL_dstudent().set(Softmax.gradient(a, dL_da, classes));
    if (t.dL_dtargets() != null)
      t.dL_dtargets().set(targetGradient(mixture, negated(dL_da), b, sourceP));
  }

  private double loss(double[] difference) {
    double total = 0;
    for (int row = 0; row < batch; row++) {
      double squared = squaredNorm(difference, row);
      total += spec.reduction() == Consistency.Reduction.L2 ? Math.sqrt(squared) : squared;
    }
    return spec.reduction() == Consistency.Reduction.MEAN ? total / batch / classes : total / batch;
  }

  private double squaredNorm(double[] difference, int row) {
    double sum = 0;
    for (int i = row * classes; i < (row + 1) * classes; i++) sum += difference[i] * difference[i];
    return sum;
  }

  /** weight · dL/da; of the plain norm it is 0 where a = b. */
  private double[] weightedGradient(double[] difference) {
    double weight = t.weight().toDoubles()[0];
    double[] out = new double[difference.length];
    for (int row = 0; row < batch; row++) {
      double norm = Math.sqrt(squaredNorm(difference, row));
      double factor =
          switch (spec.reduction()) {
            case MEAN -> 2.0 / batch / classes;
            case SUM -> 2.0 / batch;
            case L2 -> norm == 0 ? 0 : 1 / norm / batch;
          };
      for (int i = row * classes; i < (row + 1) * classes; i++)
        out[i] = weight * factor * difference[i];
    }
    return out;
  }

  private double[] targetGradient(Mixture mixture, double[] dL_db, double[] b, double[] sourceP) {
    return switch (spec.space()) {
      case LOGIT -> mixture.gradient(dL_db, sources, classes);
      case PROB -> Softmax.gradient(sourceP, mixture.gradient(dL_db, sources, classes), classes);
      case LOGIT_SOFTMAX -> mixture.gradient(Softmax.gradient(b, dL_db, classes), sources, classes);
    };
  }

  private static double[] negated(double[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) out[i] = -values[i];
    return out;
  }
}
