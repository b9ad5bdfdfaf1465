// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class KernelContextTest {
  @Test
  void ofThePlainCase() {
    try (KernelContext context = new KernelContext()) {
      assertThat(context.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
      assertThat(context.level()).isEqualTo(KernelContext.processorLevel());
      assertThat(context.onDevice()).isFalse();
    }
  }

  @Test
  void ofSoManyThreads() {
    try (KernelContext context = new KernelContext(3)) {
      assertThat(context.threads()).isEqualTo(3);
      assertThat(context.level()).isEqualTo(KernelContext.processorLevel());
    }
    for (int threads : new int[] {0, 1025})
      assertThatThrownBy(() -> new KernelContext(threads))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("threads must be in 1..1024, got " + threads);
  }
}
