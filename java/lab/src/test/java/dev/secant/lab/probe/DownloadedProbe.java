// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.lab.data.Images;
import dev.secant.lab.data.ProbePairs;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;

/**
 * NonLin and floor of every layer, straight from their definitions: images are mixed and
 * activations compared in plain double-precision loops; only the forward passes are the network's.
 * For K = 2 and a number of pairs that {@link #ROWS} divides.
 */
final class DownloadedProbe {
  private static final int ROWS = 50;

  private final Images images;
  private final ProbePairs pairs;
  private final WideResNet points;
  private final WideResNet mixtures;
  private final Tensor pointInput;
  private final Tensor mixtureInput;

  /** Means over the pairs, by layer. */
  final double[] nonlin = new double[WideResNetSpec.LAYERS];

  final double[] floor = new double[WideResNetSpec.LAYERS];

  DownloadedProbe(ProbeFixture f, Images images, ProbePairs pairs) {
    this.images = images;
    this.pairs = pairs;
    this.pointInput = input(f, ROWS + 1);
    this.mixtureInput = input(f, ROWS);
    this.points = network(f, pointInput);
    this.mixtures = network(f, mixtureInput);
    for (int from = 0; from < pairs.count(); from += ROWS) add(from);
  }

  private static Tensor input(ProbeFixture f, int rows) {
    return f.plan.activation(rows, f.spec.height(), f.spec.imageWidth(), f.spec.channels());
  }

  private static WideResNet network(ProbeFixture f, Tensor input) {
    return new WideResNet(
        f.plan,
        f.spec,
        WideResNet.Batch.evaluation(),
        new WideResNet.Weights(f.weights, f.statistics, null, null),
        input);
  }

  private void add(int from) {
    int size = images.imageBytes();
    double[] x = new double[(ROWS + 1) * size];
    for (int r = 0; r <= ROWS; r++) {
      int image = pairs.order()[(from + r) % (int) pairs.count()];
      for (int i = 0; i < size; i++)
        x[r * size + i] = (images.pixels()[image * size + i] & 255) / 127.5 - 1;
    }
    double[] mixed = new double[ROWS * size];
    for (int r = 0; r < ROWS; r++) {
      for (int i = 0; i < size; i++) {
        mixed[r * size + i] =
            first(from + r) * x[r * size + i] + second(from + r) * x[(r + 1) * size + i];
      }
    }
    pointInput.set(x);
    mixtureInput.set(mixed);
    points.forward();
    mixtures.forward();
    for (int l = 0; l < nonlin.length; l++)
      add(l, from, points.layer(l).toDoubles(), mixtures.layer(l).toDoubles());
  }

  private double first(int pair) {
    return pairs.lambda()[2 * pair];
  }

  private double second(int pair) {
    return pairs.lambda()[2 * pair + 1];
  }

  private void add(int layer, int from, double[] f, double[] g) {
    int features = g.length / ROWS;
    for (int r = 0; r < ROWS; r++) {
      double u = norm(f, r, features);
      double v = norm(f, r + 1, features);
      double w = norm(g, r, features);
      double m = Math.sqrt(mixedSquares(f, r, features, from + r));
      double distance = 0;
      double least = 0;
      for (int i = 0; i < features; i++) {
        double a = f[r * features + i];
        double b = f[(r + 1) * features + i];
        double units = first(from + r) * a / u + second(from + r) * b / v;
        double mean = first(from + r) * a + second(from + r) * b;
        distance += square(g[r * features + i] / w - units);
        least += square(mean / m - units);
      }
      nonlin[layer] += Math.sqrt(distance) / pairs.count();
      floor[layer] += Math.sqrt(least) / pairs.count();
    }
  }

  private double mixedSquares(double[] f, int r, int features, int pair) {
    double sum = 0;
    for (int i = 0; i < features; i++) {
      sum += square(first(pair) * f[r * features + i] + second(pair) * f[(r + 1) * features + i]);
    }
    return sum;
  }

  private static double norm(double[] rows, int r, int features) {
    double sum = 0;
    for (int i = 0; i < features; i++) sum += square(rows[r * features + i]);
    return Math.sqrt(sum);
  }

  private static double square(double v) {
    return v * v;
  }
}
