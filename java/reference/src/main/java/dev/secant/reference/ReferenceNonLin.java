// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Op;
import dev.secant.backend.PlanShapes;
import dev.secant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Per layer and mixed row, with f_k the points, g the mixed activation and unit(u) = u / max(‖u‖,
 * eps), eq. 3: distance = ‖unit(g) − Σ λ_k unit(f_k)‖, floor = ‖unit(Σ λ_k f_k) − Σ λ_k unit(f_k)‖,
 * relative = ‖g − Σ λ_k f_k‖ / max(‖Σ λ_k f_k‖, eps), one_minus_cos = 1 − unit(g) · unit(Σ λ_k
 * f_k).
 */
final class ReferenceNonLin implements Op {
  private final List<NonLinLayer> layers;
  private final Tensor rows;
  private final Tensor lambda;
  private final double eps;
  private final Tensor out;

  ReferenceNonLin(List<NonLinLayer> layers, Tensor rows, Tensor lambda, double eps, Tensor out) {
    this.layers = List.copyOf(layers);
    this.rows = rows;
    this.lambda = lambda;
    this.eps = eps;
    this.out = out;
  }

  @Override
  public void run() {
    Mixture mixture = Mixture.of(rows, lambda);
    double[] fields = new double[(int) out.count()];
    int at = 0;
    for (NonLinLayer layer : layers) {
      double[] points = layer.points().toDoubles();
      double[] mixed = layer.mixed().toDoubles();
      int features = mixed.length / mixture.batch();
      double[] pointsMixed = mixture.of(points, features);
      double[] unitsMixed = mixture.of(units(points, features), features);
      for (int b = 0; b < mixture.batch(); b++) {
        double[] g = row(mixed, b, features);
        double[] f = row(pointsMixed, b, features);
        double[] u = row(unitsMixed, b, features);
        fields[at] = norm(minus(unit(g), u));
        fields[at + 1] = norm(minus(unit(f), u));
        fields[at + 2] = norm(minus(g, f)) / Math.max(norm(f), eps);
        fields[at + 3] = 1 - dot(unit(g), unit(f));
        at += PlanShapes.NONLIN_FIELDS;
      }
    }
    out.set(fields);
  }

  private double[] units(double[] points, int features) {
    double[] all = new double[points.length];
    for (int t = 0; t < points.length / features; t++) {
      System.arraycopy(unit(row(points, t, features)), 0, all, t * features, features);
    }
    return all;
  }

  private static double[] row(double[] values, int row, int features) {
    return Arrays.copyOfRange(values, row * features, (row + 1) * features);
  }

  private double[] unit(double[] u) {
    double length = Math.max(norm(u), eps);
    return Arrays.stream(u).map(value -> value / length).toArray();
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int d = 0; d < a.length; d++) difference[d] = a[d] - b[d];
    return difference;
  }

  private static double norm(double[] u) {
    return Math.sqrt(dot(u, u));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) sum += a[d] * b[d];
    return sum;
  }
}
