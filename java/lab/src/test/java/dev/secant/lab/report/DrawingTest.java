// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawingTest {
  @Test
  void isThereWhereEverythingIs() {
    assertThatCode(() -> Drawing.require("quickstart")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"java.awt.image.BufferedImage", "javax.imageio.ImageIO"})
  void namesWhatIsMissing(String hidden) {
    assertThatThrownBy(() -> Drawing.require("quickstart", without(hidden)))
        .isInstanceOfSatisfying(
            LabException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.BACKEND))
        .hasMessageStartingWith("quickstart draws figures")
        .hasMessageContaining(hidden + " is missing");
  }

  private static ClassLoader without(String hidden) {
    return new ClassLoader(DrawingTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.equals(hidden)) throw new ClassNotFoundException(name);
        return super.loadClass(name, resolve);
      }
    };
  }
}
