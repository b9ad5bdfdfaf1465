// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Adam;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Readback;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.backend.StepLog;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Schedules over a run, the step counter, and Adam with decay and EMA at the start and late. */
final class OptimCases {
  private static final int COUNT = 1037;

  private OptimCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    Schedule plain = new Schedule(1000, 0.002, false, 100, 0.4, 0.999, false, 0.999, false);
    Schedule warm = new Schedule(8192, 0.03, true, 75, 0.3, 0.999, true, 0.99, true);
    Schedule unramped = new Schedule(100, 0.002, false, 1, 0, 0.9, false, 0.9, false);
    for (long step : new long[] {0, 1, 199, 399, 400, 401, 999, 5000}) {
      cases.add(schedule("constant", plain, step));
      cases.add(schedule("cosine and warm-up", warm, step));
    }
    cases.add(schedule("no ramp", unramped, 0));
    cases.add(new Case("advance", "three times", OptimCases::advance));
    cases.add(new Case("advance", "logged", stage -> advanceLogged(stage, false)));
    cases.add(new Case("advance", "logged, supervised", stage -> advanceLogged(stage, true)));
    for (long step : new long[] {0, 1, 100, 500_000}) {
      for (long decayed : new long[] {0, 600, COUNT}) {
        cases.add(
            new Case(
                "optimiser",
                "step " + step + " decayed " + decayed,
                stage -> adam(stage, step, decayed)));
      }
    }
    return cases;
  }

  private static Case schedule(String name, Schedule schedule, long step) {
    return new Case(
        "schedule",
        name + " step " + step,
        stage -> {
          Scalars scalars =
              new Scalars(stage.output(1), stage.output(1), stage.output(1), stage.output(1));
          stage.plan().schedule(schedule, stage.step(step), scalars).run();
          Tolerance tolerance = stage.tolerance();
          stage.compare(
              "learningRate", scalars.learningRate(), tolerance.chain(schedule.learningRate()));
          stage.compare("weight", scalars.weight(), tolerance.chain(schedule.weightMax()));
          stage.compare("emaRate", scalars.emaRate(), tolerance.chain(1));
          stage.compare("bnRate", scalars.bnRate(), tolerance.chain(1));
        });
  }

  /** Five steps into three rows, with a read-back in between that must not see the later ones. */
  private static void advanceLogged(Stage stage, boolean supervised) {
    Tensor step = stage.step(7);
    Tensor loss = stage.scalar(0);
    Tensor consistency = supervised ? null : stage.scalar(0);
    Tensor weight = supervised ? null : stage.scalar(0);
    Tensor rows = stage.plan().real(3, 3);
    StepLog log = new StepLog(loss, consistency, weight, rows);
    Op advance = stage.plan().advance(step, log);
    Readback readback = stage.plan().readback(rows);
    double[] read = new double[9];
    for (int i = 0; i < 5; i++) {
      double[] values = stage.values(3, -1, 1);
      loss.set(new double[] {values[0]});
      if (!supervised) {
        consistency.set(new double[] {values[1]});
        weight.set(new double[] {values[2]});
      }
      advance.run();
      if (i == 3) readback.start();
    }
    readback.read(read);
    stage.same("step", step);
    stage.same("rows", rows);
    stage.same("read back", stage.real(read, 3, 3));
  }

  private static void advance(Stage stage) {
    Tensor step = stage.step((1L << 40) - 1);
    for (int i = 0; i < 3; i++) stage.plan().advance(step).run();
    stage.same("step", step);
  }

  private static void adam(Stage stage, long step, long decayed) {
    double learningRate = 0.002;
    Scalars scalars =
        new Scalars(
            stage.scalar(learningRate), stage.scalar(1), stage.scalar(0.999), stage.scalar(1));
    double[] gradient = stage.values(COUNT, -1, 1);
    Arrays.fill(gradient, 100, 120, 0);
    boolean first = step == 0;
    Tensor grad = stage.real(gradient, COUNT);
    Tensor p = stage.uniform(-1, 1, COUNT);
    Tensor m = stage.uniform(first ? 0 : -1, first ? 0 : 1, COUNT);
    Tensor v = stage.uniform(first ? 0 : 0.01, first ? 0 : 1, COUNT);
    Tensor ema = stage.uniform(-1, 1, COUNT);
    Adam adam = new Adam(0.9, 0.999, 1e-8, 0.02, decayed);
    boolean copies = stage.plan().backend().activation() != stage.plan().backend().real();
    Tensor copy = copies ? stage.plan().activation(COUNT) : null;
    Tensor emaCopy = copies ? stage.plan().activation(COUNT) : null;
    OptimTensors tensors = new OptimTensors(grad, p, m, v, ema, copy, emaCopy);
    stage.plan().optimiser(adam, stage.step(step), scalars, tensors).run();
    Tolerance tolerance = stage.tolerance();
    // |m| / sqrt(v) <= 10, and the bias correction is at most 1: the update is below 10 lr.
    double size = 1 + 10 * learningRate;
    stage.compare("m", m, tolerance.chain(1));
    stage.compare("v", v, tolerance.chain(1));
    stage.compare("p", p, tolerance.chain(size));
    stage.compare("ema", ema, tolerance.chain(size));
  }
}
