// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.reference.contract.BackendContract;
import dev.secant.reference.contract.Row;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every op of the CUDA backend, emulated, beside the double-precision reference. */
class CudaContractTest {
  @ParameterizedTest
  @CsvSource({"0, FP32", "1, FP32", "2, FP32", "0, BF16", "3, BF16"})
  void agreesWithTheReference(int device, Arithmetic arithmetic) {
    try (Backend backend = Emulated.backend(device, arithmetic)) {
      List<Row> rows = new BackendContract().run(backend);
      assertThat(rows).hasSizeGreaterThan(100);
      assertThat(rows.stream().filter(row -> !row.passed()).map(Row::text)).isEmpty();
    }
  }
}
