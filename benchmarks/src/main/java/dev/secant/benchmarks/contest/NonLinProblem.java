// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Normalised NonLin of pairs (K = 2), eq. 3 of the paper. Result: for each layer and pair the
 * distance, and with four fields its floor, relative distance and 1 − cos too.
 *
 * @param n pairs
 * @param layers D of each layer
 * @param fields 1 or 4, of which some programs know the cheaper first; Secant computes four always
 */
public record NonLinProblem(int n, List<Integer> layers, int fields) implements Problem {
  /** L0 to L5 of WRN-28-2 on 32×32 images. */
  public static final List<Integer> WRN_28_2 = List.of(16_384, 32_768, 16_384, 8_192, 128, 10);

  static NonLinProblem of(Words words) {
    String d = words.oneOf("d", "32768", "16384", "8192", "128", "10", "all");
    List<Integer> layers = d.equals("all") ? WRN_28_2 : List.of(Integer.valueOf(d));
    int fields = Integer.parseInt(words.oneOf("fields", "4", "1"));
    return new NonLinProblem(words.number("n", 128), layers, fields);
  }

  public static int ways() {
    return 2;
  }

  /** T: pair b mixes the rows b and b + 1. */
  public int sources() {
    return n + 1;
  }

  /** (T, D) of layer l. */
  public float[] points(int l) {
    return Inputs.floats(sources() * layers.get(l), 10 + l);
  }

  /** (N, D) of layer l. */
  public float[] mixed(int l) {
    return Inputs.floats(n * layers.get(l), 20 + l);
  }

  /** (N, 2). */
  public int[] rows() {
    int[] rows = new int[2 * n];
    Arrays.setAll(rows, i -> i / 2 + i % 2);
    return rows;
  }

  /** (N, 2). */
  public float[] lambda() {
    return Inputs.weights(n, 2, 3);
  }

  @Override
  public String text() {
    String d = layers.equals(WRN_28_2) ? "all" : layers.get(0).toString();
    return String.format(Locale.ROOT, "nonlin n=%d d=%s fields=%d", n, d, fields);
  }

  @Override
  public String title() {
    String shape =
        layers.equals(WRN_28_2)
            ? "all layers of WRN-28-2"
            : String.format(Locale.ROOT, "%,d", layers.get(0));
    return String.format(
        Locale.ROOT, "NonLin, %d × %s%s", n, shape, fields == 1 ? ", distance only" : "");
  }

  /** With all fields. */
  @Override
  public Problem base() {
    return new NonLinProblem(n, layers, 4);
  }

  /** Points and mixed activations, each once. */
  @Override
  public long bytes() {
    long features = layers.stream().mapToLong(Integer::longValue).sum();
    return (long) (sources() + n) * features * Float.BYTES;
  }

  /** Of two passes with four fields; see native/src/cpu/nonlin.cpp. */
  @Override
  public double flop() {
    long features = layers.stream().mapToLong(Integer::longValue).sum();
    return 26.0 * n * features;
  }

  @Override
  public long things() {
    return n;
  }

  @Override
  public String unit() {
    return "pairs";
  }
}
