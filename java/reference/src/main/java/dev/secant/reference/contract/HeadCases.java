// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Differentiable;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Adds, pooling, the dense layer and cross-entropy. */
final class HeadCases {
  private HeadCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (long[] shape : new long[][] {{2, 4, 4, 16}, {3, 5, 7, 3}, {1, 1, 1, 1}}) {
      for (String into : List.of("apart", "into a", "into b")) {
        cases.add(
            new Case("add", Arrays.toString(shape) + " " + into, stage -> add(stage, shape, into)));
      }
    }
    for (long[] shape : new long[][] {{2, 8, 8, 128}, {3, 5, 7, 5}, {1, 1, 1, 48}}) {
      cases.add(new Case("pool", Arrays.toString(shape), stage -> pool(stage, shape)));
    }
    cases.add(new Case("copy", "a map and integers", HeadCases::copy));
    for (int[] s : new int[][] {{8, 128, 10}, {1, 5, 3}, {7, 64, 100}, {3, 33, 1}}) {
      cases.add(
          new Case(
              "dense", "batch, features, classes " + Arrays.toString(s), stage -> dense(stage, s)));
    }
    for (int[] s : new int[][] {{8, 10, 3}, {5, 100, 1}, {1, 3, 40}, {3, 1, 2}}) {
      cases.add(crossEntropy(s, true));
      cases.add(crossEntropy(s, false));
    }
    return cases;
  }

  private static void add(Stage stage, long[] shape, String into) {
    Tensor a = stage.map(-1, 1, shape);
    Tensor b = stage.map(-1, 1, shape);
    Tensor out =
        switch (into) {
          case "into a" -> a;
          case "into b" -> b;
          default -> stage.mapOutput(shape);
        };
    stage.plan().add(a, b, out).run();
    stage.compareMap("out", out, stage.tolerance().chain(2));
  }

  private static void copy(Stage stage) {
    Tensor a = stage.map(-1, 1, 3, 5);
    Tensor b = stage.mapOutput(3, 5);
    Tensor i = stage.ints(new int[] {4, -7, 9}, 3);
    Tensor j = stage.ints(new int[3], 3);
    stage.plan().copy(a, b).run();
    stage.plan().copy(i, j).run();
    stage.compareMap("map", b, 0);
    stage.same("integers", j);
  }

  private static void pool(Stage stage, long[] shape) {
    Tensor y = stage.map(-1, 1, shape);
    Tensor pooled = stage.output(shape[0], shape[3]);
    Tensor dL_dpooled = stage.uniform(-1, 1, shape[0], shape[3]);
    Tensor dL_dy = stage.mapOutput(shape);
    Differentiable op = stage.plan().pool(y, pooled, dL_dpooled, dL_dy);
    op.forward();
    op.backward();
    stage.compare("pooled", pooled, stage.tolerance().mean(shape[1] * shape[2], 1));
    stage.compareMap("dL_dy", dL_dy, stage.tolerance().chain(1.0 / (shape[1] * shape[2])));
  }

  private static void dense(Stage stage, int[] s) {
    int batch = s[0];
    int features = s[1];
    int classes = s[2];
    Tensor x = stage.uniform(-1, 1, batch, features);
    Tensor w = stage.uniform(-1, 1, classes, features);
    Tensor bias = stage.uniform(-1, 1, classes);
    Tensor logits = stage.output(batch, classes);
    Tensor dL_dlogits = stage.uniform(-1, 1, batch, classes);
    Tensor dL_dx = stage.outputLike(x);
    Tensor dL_dw = stage.outputLike(w);
    Tensor dL_dbias = stage.outputLike(bias);
    Differentiable op = stage.plan().dense(x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
    op.forward();
    op.backward();
    stage.compare("logits", logits, stage.tolerance().sum(features, 1));
    stage.compare("dL_dx", dL_dx, stage.tolerance().sum(classes, 1));
    stage.compare("dL_dw", dL_dw, stage.tolerance().sum(batch, 1));
    stage.compare("dL_dbias", dL_dbias, stage.tolerance().sum(batch, 1));
  }

  /** s = batch, classes, largest logit. The targets are mixtures of two classes. */
  private static Case crossEntropy(int[] s, boolean gradient) {
    String name = "batch, classes, scale " + Arrays.toString(s) + (gradient ? "" : " loss only");
    return new Case(
        "crossEntropy",
        name,
        stage -> {
          Tensor logits = stage.uniform(-s[2], s[2], s[0], s[1]);
          Tensor targets = stage.real(softTargets(stage, s[0], s[1]), s[0], s[1]);
          Tensor loss = stage.output(1);
          Tensor dL_dlogits = gradient ? stage.outputLike(logits) : null;
          stage.plan().crossEntropy(logits, targets, loss, dL_dlogits).run();
          double size = 2 * s[2] + Math.log(s[1]) + 1;
          stage.compare("loss", loss, stage.tolerance().mean(s[0] + s[1], size));
          if (gradient)
            stage.compare("dL_dlogits", dL_dlogits, stage.tolerance().mean(s[1], size / s[0]));
        });
  }

  static double[] softTargets(Stage stage, int batch, int classes) {
    int[] first = stage.integers(batch, classes);
    int[] second = stage.integers(batch, classes);
    double[] weight = stage.values(batch, 0, 1);
    double[] targets = new double[batch * classes];
    for (int b = 0; b < batch; b++) {
      targets[b * classes + first[b]] += weight[b];
      targets[b * classes + second[b]] += 1 - weight[b];
    }
    return targets;
  }
}
