// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.kernels.KernelContext;
import dev.secant.reference.contract.BackendContract;
import dev.secant.reference.contract.Row;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every op of the CPU backend beside the double-precision reference, at every instruction level of
 * this machine.
 */
@Tag("native")
class OneDnnContractTest {
  static IntStream levels() {
    return IntStream.rangeClosed(2, KernelContext.processorLevel());
  }

  @ParameterizedTest
  @MethodSource("levels")
  void agreesWithTheReference(int level) {
    try (Backend backend =
        new OneDnnBackend(new BackendOptions(2, level, DeviceOptions.standard()))) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows).hasSizeGreaterThan(100);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::text)).isEmpty();
    }
  }

  /** Feature maps in bf16, everything else in fp32. */
  @Test
  void agreesWithTheReferenceInBf16() {
    DeviceOptions bf16 = DeviceOptions.standard().with(Arithmetic.BF16);
    try (Backend backend = new OneDnnBackend(new BackendOptions(2, 0, bf16))) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows).hasSizeGreaterThan(100);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::text)).isEmpty();
    }
  }
}
