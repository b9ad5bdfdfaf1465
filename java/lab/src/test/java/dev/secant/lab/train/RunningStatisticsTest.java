// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Draws;
import dev.secant.lab.data.ImageSet;
import dev.secant.reference.ReferenceBackend;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * T8: which passes move the running statistics of batch norm, and by how much. A decay of 0 leaves
 * the batch's own statistics, which the first norm's are checked against by hand.
 */
class RunningStatisticsTest {
  private static final int SIDE = 8;
  private static final ImageSet SET = TinyTraining.images(SIDE);
  private static final String FIRST = "group1/unit1/norm1/";

  private static TinyTraining training(String... options) {
    return new TinyTraining(new ReferenceBackend(), SET, options);
  }

  private static Map<String, double[]> after(long t, String... options) {
    try (TinyTraining training = training(options)) {
      training.reset(training.raw(), training.otherWeights(8), t);
      training.step.run();
      return training.statistics();
    }
  }

  private static double before(String name) {
    return name.endsWith("/variance") ? 1 : 0;
  }

  // ---- rates -----------------------------------------------------------------------------------

  @Test
  void aStepKeeps999Of1000() {
    requireBlend(0.999, after(0, "method=erm"), after(0, "method=erm", "bn.decay=0"));
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "1, 11", "8, 18", "40, 50"})
  void aWarmUpKeepsLessAtFirst(long t, long of) {
    requireBlend(
        (1.0 + t) / of,
        after(t, "method=erm", "bn.warmup=on"),
        after(t, "method=erm", "bn.decay=0"));
  }

  @Test
  void theWarmUpEndsAtTheDecay() {
    requireBlend(
        0.5,
        after(40, "method=erm", "bn.warmup=on", "bn.decay=0.5"),
        after(40, "method=erm", "bn.decay=0"));
  }

  /** moved = rate · (what was there) + (1 − rate) · (the batch's). */
  private static void requireBlend(
      double rate, Map<String, double[]> moved, Map<String, double[]> batch) {
    moved.forEach(
        (name, values) -> {
          for (int c = 0; c < values.length; c++) {
            double expected = rate * before(name) + (1 - rate) * batch.get(name)[c];
            assertThat(values[c]).as(name).isCloseTo(expected, within(1e-12));
            assertThat(values[c]).as(name).isNotEqualTo(before(name));
          }
        });
  }

  // ---- by hand ---------------------------------------------------------------------------------

  @Test
  void theFirstNormsAreThoseOfTheCleanLabelledBatch() {
    requireFirstNorm("method=erm", "augment=none", "bn.decay=0");
    requireFirstNorm("method=ict", "augment=none", "bn.decay=0");
  }

  @Test
  void underMixupTheyAreThoseOfTheMixedBatch() {
    requireFirstNorm("method=mixup", "augment=none", "bn.decay=0");
    requireFirstNorm("method=mixup", "k=3", "augment=none", "bn.decay=0");
  }

  private static void requireFirstNorm(String... options) {
    try (TinyTraining t = training(options)) {
      double[] stem = t.model.raw().get("stem/kernel").toDoubles();
      t.step.run();
      double[][] pixels = stemOutputs(inputs(t), stem);
      Map<String, double[]> statistics = t.statistics();
      for (int c = 0; c < 16; c++) {
        double mean = 0;
        for (double[] pixel : pixels) mean += pixel[c] / pixels.length;
        double variance = 0;
        for (double[] pixel : pixels) {
          variance += (pixel[c] - mean) * (pixel[c] - mean) / (pixels.length - 1);
        }
        assertThat(statistics.get(FIRST + "mean")[c]).isCloseTo(mean, within(1e-6));
        assertThat(statistics.get(FIRST + "variance")[c]).isCloseTo(variance, within(1e-6));
      }
    }
  }

  /** The network's input, rebuilt from what the step drew: [row][y · side + x][channel]. */
  private static double[][][] inputs(TinyTraining t) {
    Draws draws = t.step.labelledDraws();
    int[] indices = draws.indices().toInts();
    int[] rows = draws.rows().toInts();
    float[] lambda = draws.lambda().toFloats();
    int ways = rows.length / indices.length;
    double[][][] inputs = new double[indices.length][SIDE * SIDE][3];
    for (int i = 0; i < rows.length; i++) {
      int image = indices[rows[i]];
      for (int p = 0; p < SIDE * SIDE; p++) {
        for (int f = 0; f < 3; f++) {
          int pixel = SET.train().pixels()[(image * SIDE * SIDE + p) * 3 + f] & 255;
          inputs[i / ways][p][f] += lambda[i] * (pixel / 127.5 - 1);
        }
      }
    }
    return inputs;
  }

  private static double[][] stemOutputs(double[][][] inputs, double[] kernel) {
    double[][] out = new double[inputs.length * SIDE * SIDE][16];
    for (int i = 0; i < out.length; i++) {
      int y = i / SIDE % SIDE;
      int x = i % SIDE;
      for (int tap = 0; tap < 9; tap++) {
        int yy = y + tap / 3 - 1;
        int xx = x + tap % 3 - 1;
        if (yy < 0 || yy >= SIDE || xx < 0 || xx >= SIDE) continue;
        double[] pixel = inputs[i / (SIDE * SIDE)][yy * SIDE + xx];
        for (int o = 0; o < 16; o++) {
          for (int f = 0; f < 3; f++) out[i][o] += kernel[(o * 9 + tap) * 3 + f] * pixel[f];
        }
      }
    }
    return out;
  }

  // ---- passes ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"reading=paper", "reading=lineage", "reading=literal", "ict.target=self", "k=4"})
  void theMixedUnlabelledAndTheTargetPassLeaveThemAlone(String option) {
    requireEqual(after(30, "method=ict", option), after(30, "method=erm"), 1e-14);
  }

  @Test
  void aMixupStepMovesThemElsewhere() {
    Map<String, double[]> mixup = after(0, "method=mixup");
    Map<String, double[]> erm = after(0, "method=erm");
    assertThat(mixup.get(FIRST + "variance")).isNotEqualTo(erm.get(FIRST + "variance"));
  }

  @Test
  void unlabelledMeansTheMixedUnlabelledBatch() {
    requireBlend(
        0.999,
        after(0, "method=ict", "bn.running=unlabelled"),
        after(0, "method=ict", "bn.running=unlabelled", "bn.decay=0"));
    assertThat(after(0, "method=ict", "bn.running=unlabelled").get(FIRST + "mean"))
        .isNotEqualTo(after(0, "method=ict").get(FIRST + "mean"));
  }

  @Test
  void allMeansLabelledThenMixedUnlabelled() {
    Map<String, double[]> labelled = after(0, "method=ict", "bn.decay=0");
    Map<String, double[]> mixed = after(0, "method=ict", "bn.running=unlabelled", "bn.decay=0");
    Map<String, double[]> all = after(0, "method=ict", "bn.running=all", "bn.decay=0.75");
    all.forEach(
        (name, values) -> {
          for (int c = 0; c < values.length; c++) {
            double first = 0.75 * before(name) + 0.25 * labelled.get(name)[c];
            double expected = 0.75 * first + 0.25 * mixed.get(name)[c];
            assertThat(values[c]).as(name).isCloseTo(expected, within(1e-12));
          }
        });
  }

  @Test
  void recalibrateMeansNoPass() {
    for (String method : new String[] {"method=erm", "method=mixup", "method=ict"}) {
      after(0, method, "bn.running=recalibrate")
          .forEach((name, values) -> assertThat(values).as(name).containsOnly(before(name)));
    }
  }

  private static void requireEqual(
      Map<String, double[]> actual, Map<String, double[]> expected, double allowed) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach(
        (name, values) -> TinyTraining.requireClose(name, values, expected.get(name), allowed));
  }
}
