// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import dev.secant.djl.NonLinListener;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
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
    Matcher row =
        Pattern.compile(
                "batch (\\d), row 0: [\\d.]+ [\\d.]+ [\\d.]+, targets ([\\d.]+) ([\\d.]+)\\R")
            .matcher(printed(() -> MixBatches.main(new String[0])));
    for (int batch = 0; batch < 3; batch++) {
      assertThat(row.find()).isTrue();
      assertThat(row.group(1)).isEqualTo(String.valueOf(batch));
      double sum = Double.parseDouble(row.group(2)) + Double.parseDouble(row.group(3));
      assertThat(sum).isEqualTo(1, within(.011));
    }
  }

  /** Each context, and each backend, has a native thread beside the caller's. */
  @Test
  void whatIsRefusedLeavesNothingOpen() {
    for (Supplier<AutoCloseable> wrong :
        List.<Supplier<AutoCloseable>>of(
            () -> new MixBatches(4, 3, 2, .5, -1),
            () -> new MixBatches(4, 3, 2, (double[]) null),
            () -> new MixBatches(0, 3, 2, .5, .5),
            () -> new TrainNetwork(0))) {
      int before = threads();
      for (int i = 0; i < 10; i++)
        assertThatThrownBy(wrong::get).isInstanceOf(IllegalArgumentException.class);
      // Some of the Java machine's own may come.
      assertThat(threads() - before).isLessThan(6);
    }
  }

  /** Of the process, the native ones too. */
  private static int threads() {
    return new File("/proc/self/task").list().length;
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
  void djlTrainsOnMixedBatchesAndMeasuresItsBlocks() throws Exception {
    Assumptions.assumeTrue(
        Engine.hasEngine("PyTorch"),
        "skipped: no engine of DJL on the class path; -Pdjl-engine brings one");
    List<List<NonLinListener.BlockNonLin>> measured = TrainInDjl.train(3);
    assertThat(measured).hasSize(4);
    assertThat(measured.get(0)).hasSize(3).isNotEqualTo(measured.get(3));
    for (List<NonLinListener.BlockNonLin> blocks : measured) {
      assertThat(blocks.get(0).relative()).as("affine").isLessThan(1e-5);
      assertThat(blocks.get(1).relative()).isGreaterThan(1e-2);
    }
  }

  @Test
  void trainNetworkPrintsItsLoss() {
    assertThat(printed(() -> TrainNetwork.main(new String[0])))
        .matches("(?s)(step \\d+: loss [\\d.]+\\R){6}accuracy on new images: [\\d.]+\\R");
  }
}
