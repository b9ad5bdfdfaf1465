// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NormalisationTest {
  private static void refused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void meanAndStandardDeviation() {
    Normalisation n = Normalisation.meanStd(new double[] {.5, .25}, new double[] {.25, 1});
    assertThat(n.scale()).containsExactly(4 / 255f, 1 / 255f);
    assertThat(n.shift()).containsExactly(-2, -.25f);
  }

  @Test
  void whatIsMissingIsNamed() {
    double[] one = {1};
    refused("mean is null, expected one per channel", () -> Normalisation.meanStd(null, one));
    refused("std is null, expected one per channel", () -> Normalisation.meanStd(one, null));
    refused(
        "std must have as many channels as mean, 1, got 2",
        () -> Normalisation.meanStd(one, new double[2]));
    refused("channels must be >= 1, got 0", () -> Normalisation.unit(0));
  }
}
