// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T1: parameter and multiply-add counts. */
class WideResNetSpecTest {
  private static WideResNetSpec spec(int depth, int width, int classes, boolean bias) {
    return new WideResNetSpec(depth, width, 32, 32, 3, classes, bias, WideResNetSpec.BN_EPS);
  }

  @ParameterizedTest
  @CsvSource({"10,true,1469642", "10,false,1467610", "100,true,1481252"})
  void parametersOfWrn28x2(int classes, boolean bias, long expected) {
    assertThat(spec(28, 2, classes, bias).parameters().count()).isEqualTo(expected);
  }

  @Test
  void multiplyAddsOfWrn28x2() {
    assertThat(spec(28, 2, 10, false).multiplyAdds()).isEqualTo(214_353_152L);
  }

  @Test
  void kernelsComeFirstAndAreContiguous() {
    ParamLayout layout = spec(16, 3, 10, true).parameters();
    long offset = 0;
    boolean kernels = true;
    for (ParamLayout.Entry e : layout.entries()) {
      assertThat(e.offset()).isEqualTo(offset);
      offset += e.shape().count();
      if (!e.kernel()) kernels = false;
      assertThat(e.kernel()).isEqualTo(kernels);
      if (e.kernel()) assertThat(offset).isLessThanOrEqualTo(layout.kernels());
    }
    assertThat(offset).isEqualTo(layout.count());
  }

  @ParameterizedTest
  @CsvSource({"27,2", "4,2", "28,0", "12,1"})
  void refusesImpossibleNetworks(int depth, int width) {
    assertThatThrownBy(() -> spec(depth, width, 10, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be");
  }
}
