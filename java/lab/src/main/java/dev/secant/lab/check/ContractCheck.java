// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.Word;
import dev.secant.reference.contract.BackendContract;
import dev.secant.reference.contract.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every op beside the double-precision reference, in every arithmetic of the device. */
final class ContractCheck implements Check {
  /** Unit roundoff of TF32, which keeps 11 significant bits of a product's inputs. */
  private static final double TF32_ROUNDOFF = 0x1p-11;

  @Override
  public String section() {
    return "contract";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    for (Arithmetic arithmetic : s.onDevice() ? Arithmetic.values() : FP32_ONLY) {
      if (s.over()) {
        rows.accept(CheckRow.notRun(section(), Word.of(arithmetic), s.overText()));
        continue;
      }
      try (Backend backend = s.open(arithmetic, true, null)) {
        List<Row> found = new ArrayList<>(new BackendContract().run(backend));
        if (arithmetic == Arithmetic.TF32) roundedConvolutions(found, backend);
        byOp(found).forEach((op, of) -> rows.accept(summary(Word.of(arithmetic), op, of)));
      }
    }
  }

  /** Convolutions alone round the inputs of their products. */
  private static void roundedConvolutions(List<Row> found, Backend backend) {
    found.removeIf(ContractCheck::ofConvolution);
    new BackendContract()
        .run(backend, TF32_ROUNDOFF).stream()
            .filter(ContractCheck::ofConvolution)
            .forEach(found::add);
  }

  private static boolean ofConvolution(Row row) {
    return row.op().startsWith("conv");
  }

  private static final Arithmetic[] FP32_ONLY = {Arithmetic.FP32};

  private static Map<String, List<Row>> byOp(List<Row> rows) {
    Map<String, List<Row>> all = new LinkedHashMap<>();
    for (Row row : rows) {
      String op = row.op().split(" ")[0];
      all.computeIfAbsent(op, o -> new ArrayList<>()).add(row);
    }
    return all;
  }

  private CheckRow summary(String arithmetic, String op, List<Row> rows) {
    List<Row> failed = rows.stream().filter(r -> !r.passed()).toList();
    double worst =
        rows.stream()
            .filter(r -> r.tolerance() > 0)
            .mapToDouble(r -> r.error() / r.tolerance())
            .max()
            .orElse(0);
    String text =
        failed.isEmpty()
            ? "%d comparisons, largest error %.0f %% of its tolerance"
                .formatted(rows.size(), 100 * worst)
            : "%d of %d comparisons failed: %s"
                .formatted(failed.size(), rows.size(), failed.get(0).text().strip());
    return CheckRow.of(section(), op + " " + arithmetic, failed.isEmpty(), text)
        .with(Map.of("comparisons", rows.size(), "failed", failed.size(), "worst", worst));
  }
}
