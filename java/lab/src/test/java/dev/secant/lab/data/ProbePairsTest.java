// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProbePairsTest {
  @Test
  void theOrderIsAPermutation() {
    int[] order = ProbePairs.draw(1000, 2, 0.5).order();
    assertThat(order).isNotEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(Arrays.stream(order).sorted().toArray())
        .containsExactly(IntStream.range(0, 1000).toArray());
  }

  @Test
  void weightsSumToOneAndHaveTheirMoment() {
    ProbePairs pairs = ProbePairs.draw(4000, 3, 0.5);
    double squares = 0;
    for (int b = 0; b < 4000; b++) {
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        float l = pairs.lambda()[3 * b + k];
        assertThat(l).isBetween(0f, 1f);
        sum += l;
        squares += l * l;
      }
      assertThat(sum).isBetween(1 - 1e-6, 1 + 1e-6);
    }
    assertThat(squares / 4000).isBetween(0.58, 0.62); // E[Σλ²] = (α+1)/(Kα+1) = 0.6
  }

  @Test
  void theHashIsOverOrderAndWeights() {
    ProbePairs pairs = ProbePairs.draw(5, 2, 0.5);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i : pairs.order()) little(bytes, i);
    for (float l : pairs.lambda()) little(bytes, Float.floatToIntBits(l));
    assertThat(pairs.hash())
        .isEqualTo(HexFormat.of().formatHex(Sha256.digest().digest(bytes.toByteArray())));
  }

  private static void little(ByteArrayOutputStream out, int value) {
    for (int shift = 0; shift < 32; shift += 8) out.write(value >>> shift);
  }

  @Test
  void theHashIsStableAndTellsPairsApart() {
    assertThat(ProbePairs.draw(1000, 2, 0.5).hash())
        .as("an independent implementation gave the same")
        .isEqualTo("61ecc411a29705062b665381f195bf29e8029b4b404cbfe4b25a583e3a8bb9a1");
    assertThat(ProbePairs.draw(1000, 2, 0.1).hash())
        .isNotEqualTo(ProbePairs.draw(1000, 2, 0.5).hash());
    assertThat(ProbePairs.draw(999, 2, 0.5).hash())
        .isNotEqualTo(ProbePairs.draw(1000, 2, 0.5).hash());
  }

  @Test
  void weightsMayBeFixed() {
    assertThat(ProbePairs.fixed(3, 0.25, 0.75).lambda())
        .containsExactly(.25f, .75f, .25f, .75f, .25f, .75f);
    assertThat(ProbePairs.fixed(3, 0.5, 0.25, 0.25).lambda()).startsWith(.5f, .25f, .25f);
    assertThat(ProbePairs.fixed(3, 1).lambda()).containsExactly(1f, 1f, 1f);
    assertThat(ProbePairs.fixed(9, 0.25, 0.75).order())
        .isEqualTo(ProbePairs.draw(9, 2, 0.5).order());
  }

  @Test
  void whatCannotBePairedIsRefused() {
    refused(
        () -> ProbePairs.draw(3, 4, 0.5), "a probe with K = 4 needs at least 4 test images, got 3");
    refused(() -> ProbePairs.draw(30, 17, 0.5), "k: expected 1..16, got 17");
    refused(() -> ProbePairs.draw(30, 0, 0.5), "k: expected 1..16, got 0");
    refused(() -> ProbePairs.fixed(30, 1.5, -0.5), "lambda: expected 0..1, got 1.5");
    refused(() -> ProbePairs.fixed(30, Double.NaN, 1), "lambda: expected 0..1, got NaN");
    refused(() -> ProbePairs.fixed(30, 0.5), "lambda: expected a sum of 1, got 0.5");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(UsageException.class).hasMessage(message);
  }
}
