// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Conv2d;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is refused before cuDNN is asked; no library needed. */
class ShapeLimitsTest {
  private static final Conv2d.Spec SPEC = new Conv2d.Spec(128, 16, 16, 64, 64, 3, 1);

  @Test
  void shapesOutOfRangeAreRefused() {
    refused(new Conv2d.Spec(0, 16, 16, 64, 64, 3, 1), "batch must be >= 1, got 0");
    refused(new Conv2d.Spec(8, 16, 16, 64, 64, 5, 1), "kernel must be 1 or 3, got 5");
    refused(new Conv2d.Spec(8, 16, 16, 64, 64, 3, 3), "stride must be 1 or 2, got 3");
    refused(new Conv2d.Spec(8, 15, 16, 64, 64, 3, 2), "multiples of the stride");
    refused(
        new Conv2d.Spec(1 << 20, 32, 32, 64, 64, 3, 1), "x must have at most 2147483647 elements");
    refused(
        new Conv2d.Spec(Integer.MAX_VALUE, 1 << 30, 1 << 30, 1 << 30, 1, 1, 1),
        "x must have at most 2147483647 elements");
  }

  private static void refused(Conv2d.Spec spec, String message) {
    OpKey key = new OpKey(ConvOp.FORWARD, Precision.FP32, spec);
    assertThatThrownBy(() -> ShapeLimits.check(key, DeviceProperties.present("NVIDIA H200", 9, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anOldDeviceHasOnlyFp32() {
    DeviceProperties v100 = DeviceProperties.present("Tesla V100", 7, 0);
    for (Precision precision : List.of(Precision.BF16, Precision.TF32)) {
      assertThatThrownBy(() -> ShapeLimits.check(new OpKey(ConvOp.FORWARD, precision, SPEC), v100))
          .isInstanceOf(UnsupportedPrecisionException.class)
          .hasMessageContaining("needs compute capability 8.0 or later, Tesla V100 has 7.0");
    }
    ShapeLimits.check(new OpKey(ConvOp.FORWARD, Precision.FP32, SPEC), v100);
  }
}
