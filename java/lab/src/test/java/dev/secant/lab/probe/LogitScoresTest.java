// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogitScoresTest {
  private static Evaluation score(double... logits) {
    LogitScores scores = new LogitScores(3);
    scores.add(logits, new int[logits.length / 3], logits.length / 3);
    return scores.evaluation();
  }

  @Test
  void theLargestLogitAnswers() {
    Evaluation e = score(2, 0, 1, 0, 0, 5);
    assertThat(e.accuracy()).isEqualTo(0.5);
    double first = Math.log(1 + Math.exp(-2) + Math.exp(-1));
    double second = 5 + Math.log(1 + 2 * Math.exp(-5));
    assertThat(e.loss()).isCloseTo((first + second) / 2, within(1e-12));
  }

  @Test
  void notANumberIsNoAnswer() {
    for (int at = 0; at < 3; at++) {
      double[] logits = {3, 1, 2};
      logits[at] = Double.NaN;
      assertThat(score(logits).accuracy()).as("NaN at " + at).isZero();
      assertThat(score(logits).loss()).isNaN();
    }
    assertThat(score(Double.POSITIVE_INFINITY, 0, 0).loss()).isNaN();
  }
}
