// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.Contender;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Operations one by one; what they allocate goes when the run ends, but for its results. */
abstract class Eager implements Contender {
  private Tensor[] results = new Tensor[0];

  /** The results of a run; not what an operation in place returns, which owns nothing. */
  abstract Tensor[] compute();

  @Override
  public final void run() {
    try (PointerScope scope = new PointerScope()) {
      Tensor[] computed = compute();
      for (Tensor old : results) old.close();
      results = computed;
      for (Tensor result : results) result.retainReference();
    }
  }

  final Tensor[] results() {
    return results;
  }

  @Override
  public double[] result() {
    int count = 0;
    double[][] parts = new double[results.length][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Tensors.doubles(results[i]);
      count += parts[i].length;
    }
    double[] all = new double[count];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
