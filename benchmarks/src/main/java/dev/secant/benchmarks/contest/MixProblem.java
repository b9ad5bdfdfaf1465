// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Locale;

/**
 * Gathers, normalises and mixes images: out (N, 32, 32, 3) = Σ λ_k (scale · pool[p_k] + shift),
 * from resident bytes. Result: out.
 *
 * @param n mixed images
 * @param k points each
 * @param type of out, {@code fp32} or {@code bf16}
 */
public record MixProblem(int n, int k, String type) implements Problem {
  public static final int SIDE = 32;
  public static final int CHANNELS = 3;
  public static final int IMAGE = SIDE * SIDE * CHANNELS;

  /** Resident images, as many as CIFAR-10 has. */
  public static final int POOL = 50_000;

  public static final float SCALE = (float) (1 / 127.5);
  public static final float SHIFT = -1f;

  static MixProblem of(Words words) {
    return new MixProblem(
        words.number("n", 128), words.number("k", 2), words.oneOf("type", "fp32", "bf16"));
  }

  public boolean bf16() {
    return type.equals("bf16");
  }

  /** (POOL, 32, 32, 3). */
  public byte[] pool() {
    return Inputs.bytes(POOL * IMAGE, 1);
  }

  /** (N · K): the image of each point. */
  public int[] images() {
    return Inputs.indices(n * k, POOL, 2);
  }

  /** (N, K). */
  public float[] lambda() {
    return Inputs.weights(n, k, 3);
  }

  @Override
  public String text() {
    return String.format(Locale.ROOT, "mix n=%d k=%d type=%s", n, k, type);
  }

  @Override
  public String title() {
    return String.format(Locale.ROOT, "mixing, N=%,d K=%d, uint8 to %s", n, k, type);
  }

  @Override
  public long bytes() {
    return (long) n * IMAGE * (k + (bf16() ? 2 : 4));
  }

  @Override
  public double flop() {
    return 4.0 * n * k * IMAGE;
  }

  @Override
  public long things() {
    return n;
  }

  @Override
  public String unit() {
    return "images";
  }
}
