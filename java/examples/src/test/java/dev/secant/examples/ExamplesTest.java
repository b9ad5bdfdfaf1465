// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** The examples do what they say. */
class ExamplesTest {
  private static String printed(Runnable main) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true));
    try {
      main.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString();
  }

  @Test
  void batchesAreMixedByTheirWeights() {
    float[][] source = {{1, 2}, {30, 40}, {500, 600}};
    try (MixBatches batches = new MixBatches(3, 2, 3, .5, .5)) {
      float[] before = new float[6];
      for (int i = 0; i < 2; i++) {
        batches.next(
            (inputs, targets) -> {
              for (float[] row : source) inputs.put(row);
              targets.put(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1});
            },
            (inputs, targets) -> {
              FloatBuffer lambda = batches.lambda();
              for (int b = 0; b < 3; b++) {
                float first = lambda.get(2 * b);
                float second = lambda.get(2 * b + 1);
                int other = (b + 1) % 3;
                for (int d = 0; d < 2; d++)
                  assertThat(inputs.get(2 * b + d))
                      .isEqualTo(first * source[b][d] + second * source[other][d], within(1e-4f));
                assertThat(targets.get(3 * b + b)).isEqualTo(first);
                assertThat(targets.get(3 * b + other)).isEqualTo(second);
                assertThat(targets.get(3 * b + (b + 2) % 3)).isZero();
              }
            });
        float[] drawn = new float[6];
        batches.lambda().get(drawn);
        assertThat(drawn).as("drawn anew for every batch").isNotEqualTo(before);
        before = drawn;
      }
    }
  }

  @Test
  void mixBatchesPrintsRows() {
    assertThat(printed(() -> MixBatches.main(new String[0])))
        .matches("(?s)(batch \\d, row 0: [\\d.]+ [\\d.]+ [\\d.]+, targets [\\d.]+ [\\d.]+\\R){3}");
  }

  @Test
  void theNetworkLearns() {
    try (TrainNetwork training = new TrainNetwork(60)) {
      double first = training.train();
      double last = 0;
      for (int t = 1; t < 60; t++) last = training.train();
      assertThat(first).isBetween(.4, 2.);
      assertThat(last).isLessThan(.25 * first);
      assertThat(training.accuracy()).isGreaterThan(.95);
    }
  }

  @Test
  void trainNetworkPrintsItsLoss() {
    assertThat(printed(() -> TrainNetwork.main(new String[0])))
        .matches("(?s)(step \\d+: loss [\\d.]+\\R){6}accuracy on new images: [\\d.]+\\R");
  }
}
