// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Consistency;
import dev.secant.backend.Consistency.Reduction;
import dev.secant.backend.Consistency.Space;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The ICT loss: every space and reduction, K from 1 to 5, both kinds of source rows, stopped and
 * unstopped targets.
 */
final class ConsistencyCases {
  private static final double LARGEST_LOGIT = 3;
  private static final double WEIGHT = 12.5;

  /**
   * The plain norm's direction is at most this many times less certain than the difference itself.
   */
  private static final double DIRECTION = 16;

  private ConsistencyCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    int number = 0;
    for (Space space : Space.values()) {
      for (Reduction reduction : Reduction.values()) {
        for (boolean toTargets : new boolean[] {true, false}) {
          int ways = 1 + number % 5;
          int batch = 5 + number % 4;
          int classes = number % 3 == 0 ? 100 : 10;
          int sources = number % 2 == 0 ? batch : batch * ways;
          cases.add(
              of(new Consistency(space, reduction), batch, ways, classes, sources, toTargets));
          number++;
        }
      }
    }
    for (Reduction reduction : Reduction.values()) cases.add(zero(reduction));
    return cases;
  }

  private static Case of(
      Consistency spec, int batch, int ways, int classes, int sources, boolean toTargets) {
    String shape = "B " + batch + " K " + ways + " C " + classes + " T " + sources;
    String name =
        spec.space() + " " + spec.reduction() + " " + shape + (toTargets ? " both" : " stop");
    return new Case(
        "consistency",
        name,
        stage -> {
          double[] targets = stage.values(sources * classes, -LARGEST_LOGIT, LARGEST_LOGIT);
          Tensor student = stage.uniform(-LARGEST_LOGIT, LARGEST_LOGIT, batch, classes);
          Tensor rows = stage.rows(batch, ways, sources);
          run(
              stage,
              spec,
              student,
              stage.real(targets, sources, classes),
              rows,
              stage.lambda(batch, ways),
              toTargets);
        });
  }

  /** a = b exactly, where the plain norm has no gradient: 0 by definition. */
  private static Case zero(Reduction reduction) {
    Consistency spec = new Consistency(Space.LOGIT, reduction);
    return new Case(
        "consistency",
        "LOGIT " + reduction + " student equals target",
        stage -> {
          double[] values = stage.values(40, -LARGEST_LOGIT, LARGEST_LOGIT);
          Tensor rows = stage.ints(new int[] {0, 1, 2, 3}, 4, 1);
          Tensor ones = stage.plan().tensor(DType.F32, 4, 1);
          ones.set(new float[] {1, 1, 1, 1});
          run(stage, spec, stage.real(values, 4, 10), stage.real(values, 4, 10), rows, ones, true);
        });
  }

  private static void run(
      Stage stage,
      Consistency spec,
      Tensor student,
      Tensor targets,
      Tensor rows,
      Tensor lambda,
      boolean toTargets) {
    Tensor weight = stage.scalar(WEIGHT);
    Tensor loss = stage.output(1);
    Tensor dL_dstudent = stage.outputLike(student);
    Tensor dL_dtargets = toTargets ? stage.outputLike(targets) : null;
    Consistency.Tensors tensors =
        new Consistency.Tensors(
            student, targets, rows, lambda, weight, loss, dL_dstudent, dL_dtargets);
    stage.plan().consistency(spec, tensors).run();
    double batch = student.dim(0);
    double classes = student.dim(1);
    double ways = rows.dim(1);
    Tolerance tolerance = stage.tolerance();
    // A difference a - b is at most `size`; roundings of a logit move a probability by as much,
    // relatively.
    boolean logits = spec.space() == Space.LOGIT;
    double size = 2 * LARGEST_LOGIT;
    double rounded = logits ? size : 1 + size;
    double scale =
        switch (spec.reduction()) {
          case MEAN -> 2 / batch / classes;
          case SUM -> 2 / batch;
          case L2 -> DIRECTION / batch;
        };
    double terms =
        switch (spec.reduction()) {
          case MEAN -> 1;
          case SUM -> classes;
          case L2 -> Math.sqrt(classes);
        };
    stage.compare(
        "loss",
        loss,
        tolerance.mean(batch * classes + ways, terms * rounded * (logits ? size : 1)));
    double gradient = WEIGHT * scale * rounded;
    stage.compare("dL_dstudent", dL_dstudent, tolerance.mean(classes + ways, gradient));
    if (toTargets)
      stage.compare("dL_dtargets", dL_dtargets, tolerance.mean(classes + ways, ways * gradient));
  }
}
