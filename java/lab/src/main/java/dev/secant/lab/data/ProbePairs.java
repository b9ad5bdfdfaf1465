// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import dev.secant.random.Dirichlet;
import dev.secant.random.Feistel;
import dev.secant.random.Purpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Which test images a probe mixes, and how: a random order of the first N test images; the partners
 * of the image at position b are those at the next K−1 positions of the cycle. Nothing depends on a
 * run's seed or method, so every run measures the same pairs; {@link #hash} says whether two did.
 *
 * @param order (N) test image at each position
 * @param lambda (N, K)
 * @param ways K
 */
public record ProbePairs(int[] order, float[] lambda, int ways) {
  /** The pair seed of every run. */
  public static final long SEED = 0x5EC4;

  private static final int STREAM = 2;

  /** λ ~ Dirichlet(α), one α for all K. */
  public static ProbePairs draw(int images, int ways, double alpha) {
    return draw(SEED, images, ways, alpha);
  }

  static ProbePairs draw(long seed, int images, int ways, double alpha) {
    int[] order = order(seed, images, ways);
    double[] parameters = new double[ways];
    Arrays.fill(parameters, alpha);
    Dirichlet dirichlet = new Dirichlet(parameters);
    float[] lambda = new float[images * ways];
    for (int b = 0; b < images; b++) {
      System.arraycopy(dirichlet.draw(seed, STREAM, 0, b), 0, lambda, b * ways, ways);
    }
    return new ProbePairs(order, lambda, ways);
  }

  /** The same λ (K), each in 0..1 and of sum 1, for every pair; the first is the image's own. */
  public static ProbePairs fixed(int images, double... weights) {
    double sum = 0;
    for (double weight : weights) {
      if (!(weight >= 0 && weight <= 1))
        throw new UsageException("lambda: expected 0..1, got " + weight);
      sum += weight;
    }
    if (Math.abs(sum - 1) > 1e-6)
      throw new UsageException("lambda: expected a sum of 1, got " + sum);
    int ways = weights.length;
    float[] lambda = new float[images * ways];
    for (int i = 0; i < lambda.length; i++) lambda[i] = (float) weights[i % ways];
    return new ProbePairs(order(SEED, images, ways), lambda, ways);
  }

  private static int[] order(long seed, int images, int ways) {
    if (ways < 1 || ways > 16) throw new UsageException("k: expected 1..16, got " + ways);
    if (images < ways) {
      throw new UsageException(
          "a probe with K = %d needs at least %d test images, got %d"
              .formatted(ways, ways, images));
    }
    Feistel feistel = new Feistel(seed, Purpose.ORDER.word(STREAM, 0), images);
    int[] order = new int[images];
    for (int p = 0; p < images; p++) order[p] = feistel.at(0, p);
    return order;
  }

  /** N. */
  public int count() {
    return order.length;
  }

  /** SHA-256 over order (int32) and λ (float32), both little-endian. */
  public String hash() {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * (order.length + lambda.length)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i : order) bytes.putInt(i);
    for (float l : lambda) bytes.putFloat(l);
    return Sha256.hex(bytes.array());
  }
}
