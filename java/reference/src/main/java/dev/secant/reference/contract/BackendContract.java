// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Backend;
import dev.secant.backend.Plan;
import dev.secant.reference.ReferenceBackend;
import dev.secant.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs every op of a backend in a set of cases beside the reference, on the same inputs, and says
 * how far they are apart. A plain class, for tests and for checks on machines without them;
 * tolerances are {@link Tolerance}'s.
 */
public final class BackendContract {

  /** All rows, also after failures: a case that throws is a failing row with the reason. */
  public List<Row> run(Backend candidate) {
    return run(candidate, candidate.real() == DType.F64 ? 0x1p-53 : 0x1p-24);
  }

  /**
   * @param roundoff unit roundoff of what the candidate computes with, where it is coarser than its
   *     real type
   */
  public List<Row> run(Backend candidate, double roundoff) {
    List<Row> rows = new ArrayList<>();
    try (ReferenceBackend reference = new ReferenceBackend()) {
      for (Case each : Case.all())
        rows.addAll(run(each, reference, candidate, new Tolerance(roundoff)));
    }
    rows.addAll(MisuseCases.run(candidate));
    return rows;
  }

  /** What of the candidate is stored in bf16. */
  private record Roundings(boolean activations, boolean kernelGradients) {}

  private static List<Row> run(
      Case each, Backend reference, Backend candidate, Tolerance tolerance) {
    List<double[]> agreed = new ArrayList<>();
    Roundings roundings =
        new Roundings(
            candidate.activation() == DType.BF16, candidate.kernelGradient() == DType.BF16);
    List<Stage.Output> expected = outputs(each, reference, tolerance, roundings, agreed);
    List<Stage.Output> found;
    try {
      found = outputs(each, candidate, tolerance, roundings, agreed);
    } catch (RuntimeException e) {
      return List.of(new Row(each.op(), each.name(), Double.NaN, 0, "threw " + e));
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) rows.add(row(each, expected.get(i), found.get(i)));
    return rows;
  }

  private static List<Stage.Output> outputs(
      Case each, Backend backend, Tolerance tolerance, Roundings roundings, List<double[]> agreed) {
    try (Plan plan = backend.newPlan()) {
      Stage stage =
          new Stage(
              plan,
              tolerance,
              roundings.activations(),
              roundings.kernelGradients(),
              each.op() + each.name(),
              agreed);
      each.body().run(stage);
      return stage.outputs();
    }
  }

  private static Row row(Case each, Stage.Output expected, Stage.Output found) {
    double error = 0;
    for (int i = 0; i < expected.values().length; i++) {
      double stored = expected.stored() * (Math.abs(expected.values()[i]) + expected.tolerance());
      double apart = Math.abs(expected.values()[i] - found.values()[i]);
      double difference = apart <= stored ? 0 : apart - stored;
      if (!(difference <= error)) error = difference;
      if (Double.isNaN(error)) break;
    }
    String note = Double.isNaN(error) ? "an element is not a number" : "";
    return new Row(
        each.op() + " " + expected.name(), each.name(), error, expected.tolerance(), note);
  }
}
