// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.NonLinLayer;
import dev.secant.backend.PlanShapes;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The probe: several layers at once, odd widths, K from 1 to 5, affine and constant layers, zero
 * activations.
 */
final class ProbeCases {
  private static final double EPS = 1e-12;

  private ProbeCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (int ways = 1; ways <= 5; ways++) {
      int k = ways;
      cases.add(new Case("nonlin", "three layers K " + k, stage -> random(stage, 7, k, 7)));
    }
    cases.add(
        new Case("nonlin", "three layers K 3, 21 source rows", stage -> random(stage, 7, 3, 21)));
    cases.add(new Case("nonlin", "affine layer", ProbeCases::affine));
    cases.add(new Case("nonlin", "one point equals the mixed input", ProbeCases::oneHot));
    cases.add(new Case("nonlin", "zero activations", ProbeCases::zero));
    return cases;
  }

  private static void random(Stage stage, int batch, int ways, int sources) {
    List<NonLinLayer> layers = new ArrayList<>();
    layers.add(
        new NonLinLayer(stage.map(-1, 1, sources, 4, 4, 16), stage.map(-1, 1, batch, 4, 4, 16)));
    layers.add(new NonLinLayer(stage.map(0, 9, sources, 5, 3, 5), stage.map(0, 9, batch, 5, 3, 5)));
    layers.add(new NonLinLayer(stage.uniform(-2, 1, sources, 10), stage.uniform(-2, 1, batch, 10)));
    run(stage, layers, stage.rows(batch, ways, sources), stage.lambda(batch, ways));
  }

  /**
   * Mixed activations are the mixture of those of the points: relative error and distance beyond
   * the floor vanish.
   */
  private static void affine(Stage stage) {
    int batch = 6;
    int features = 48;
    double[] points = stage.values(batch * features, -1, 1);
    Tensor rows = stage.rows(batch, 2, batch);
    Tensor lambda = stage.lambda(batch, 2);
    float[] weights = lambda.toFloats();
    double[] mixed = new double[batch * features];
    for (int i = 0; i < mixed.length; i++) {
      int b = i / features;
      int next = (b + 1) % batch * features + i % features;
      mixed[i] = (float) (weights[2 * b] * points[i] + weights[2 * b + 1] * points[next]);
    }
    run(
        stage,
        List.of(new NonLinLayer(stage.map(points, 6, 48), stage.map(mixed, 6, 48))),
        rows,
        lambda);
  }

  private static void oneHot(Stage stage) {
    double[] points = stage.values(4 * 33, -1, 1);
    Tensor lambda = stage.plan().tensor(DType.F32, 4, 2);
    lambda.set(new float[] {1, 0, 1, 0, 1, 0, 1, 0});
    NonLinLayer layer = new NonLinLayer(stage.real(points, 4, 33), stage.real(points, 4, 33));
    run(stage, List.of(layer), stage.rows(4, 2, 4), lambda);
  }

  private static void zero(Stage stage) {
    double[] zeros = new double[3 * 10];
    NonLinLayer layer = new NonLinLayer(stage.real(zeros, 3, 10), stage.real(zeros, 3, 10));
    run(stage, List.of(layer), stage.rows(3, 2, 3), stage.lambda(3, 2));
  }

  private static void run(Stage stage, List<NonLinLayer> layers, Tensor rows, Tensor lambda) {
    Tensor out =
        stage.plan().tensor(DType.F64, layers.size(), rows.dim(0), PlanShapes.NONLIN_FIELDS);
    double[] unset = new double[(int) out.count()];
    Arrays.fill(unset, Double.NaN);
    out.set(unset);
    stage.plan().nonlin(layers, rows, lambda, EPS, out).run();
    stage.compare("fields", out, stage.tolerance().nonlin(Stage.largest(out.toDoubles())));
  }
}
