// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static dev.secant.lab.train.TinyTraining.requireClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.nn.ParamLayout;
import dev.secant.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * T7, and T17 for the step as a whole: the consistency loss reaches the student and never the
 * teacher. The teacher here has weights of its own, since at the first step of a run it equals the
 * student and half of all mistakes would not show.
 */
class TeacherTest {
  private static final long FULL_WEIGHT = 20;
  private static final double DECAY = 0.999;

  private static TinyTraining ict(String... options) {
    List<String> all = new ArrayList<>(List.of("method=ict", "k=3"));
    all.addAll(List.of(options));
    return new TinyTraining(
        new ReferenceBackend(), TinyTraining.images(8), all.toArray(String[]::new));
  }

  @Test
  void theConsistencyLossHasAGradientToTheStudent() {
    double[] with;
    double[] without;
    try (TinyTraining t = ict()) {
      t.reset(t.raw(), t.otherWeights(8), FULL_WEIGHT);
      t.step.run();
      assertThat(t.step.weight()).isEqualTo(100);
      assertThat(t.step.consistencyLoss()).isGreaterThan(1e-3);
      with = t.model.gradients().flat().toDoubles();
    }
    try (TinyTraining t = ict("ict.weight=0")) {
      t.reset(t.raw(), t.otherWeights(8), FULL_WEIGHT);
      t.step.run();
      without = t.model.gradients().flat().toDoubles();
    }
    assertThat(norm(minus(with, without))).isGreaterThan(0.1 * norm(without)).isGreaterThan(0.1);
  }

  @Test
  void theTeacherMovesByItsAverageAlone() {
    try (TinyTraining t = ict()) {
      double[] teacher = t.otherWeights(8);
      t.reset(t.raw(), teacher, FULL_WEIGHT);
      t.step.run();
      double[] raw = t.raw();
      double[] expected = new double[raw.length];
      for (int i = 0; i < raw.length; i++) {
        expected[i] = DECAY * teacher[i] + (1 - DECAY) * raw[i];
      }
      requireClose("teacher", t.ema(), expected, 1e-14);
    }
  }

  @Test
  void theTargetsAreTheTeachersUnlessTheStudentIsItsOwn() {
    assertThat(consistencyOf(8)).isNotCloseTo(consistencyOf(9), within(1e-4));
    assertThat(consistencyOf(8, "ict.target=self")).isEqualTo(consistencyOf(9, "ict.target=self"));
  }

  private static double consistencyOf(long teacherSeed, String... options) {
    try (TinyTraining t = ict(options)) {
      t.reset(t.raw(), t.otherWeights(teacherSeed), FULL_WEIGHT);
      t.step.run();
      return t.step.consistencyLoss();
    }
  }

  // ---- T17: the gradient of the whole step ------------------------------------------------------

  /**
   * What {@code step.run()} leaves in the gradients is the slope of the loss it reports, ℓ_s + w
   * ℓ_us, with the teacher held fixed; where the gradient flows through both sides, both move.
   */
  @ParameterizedTest
  @CsvSource({
    "method=erm, seed=0",
    "method=mixup, k=3",
    "method=ict, reading=paper",
    "method=ict, reading=lineage",
    "method=ict, reading=literal",
    "method=ict, ict.partners=independent",
    "method=ict, ict.space=logit-softmax"
  })
  void theGradientOfAStepIsTheSlopeOfItsLoss(String method, String option) {
    try (TinyTraining t =
        new TinyTraining(new ReferenceBackend(), TinyTraining.images(8), method, option)) {
      double[] raw = t.raw();
      double[] teacher = t.otherWeights(8);
      t.reset(raw, teacher, FULL_WEIGHT);
      t.step.run();
      double[] gradient = t.model.gradients().flat().toDoubles();
      for (String name : List.of("stem/kernel", "group2/unit1/conv1/kernel", "norm/gamma")) {
        ParamLayout.Entry e = entry(t, name);
        double[] direction = new double[raw.length];
        for (int i = 0; i < e.shape().count(); i++) direction[(int) e.offset() + i] = i % 3 - 1;
        double expected = slope(t, raw, teacher, direction);
        assertThat(dot(gradient, direction))
            .as(name)
            .isCloseTo(expected, within(1e-5 * (norm(gradient) + Math.abs(expected))));
        assertThat(Math.abs(expected)).as("slope of " + name).isGreaterThan(1e-3);
      }
    }
  }

  private static ParamLayout.Entry entry(TinyTraining t, String name) {
    return t.model.raw().layout().entries().stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double slope(TinyTraining t, double[] raw, double[] teacher, double[] direction) {
    double h = 1e-7;
    double above = lossAt(t, raw, direction, h, teacher);
    double below = lossAt(t, raw, direction, -h, teacher);
    return (above - below) / (2 * h);
  }

  private static double lossAt(
      TinyTraining t, double[] raw, double[] direction, double by, double[] teacher) {
    double[] moved =
        IntStream.range(0, raw.length).mapToDouble(i -> raw[i] + by * direction[i]).toArray();
    t.reset(moved, teacher, FULL_WEIGHT);
    t.step.run();
    return t.loss();
  }

  private static double[] minus(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
