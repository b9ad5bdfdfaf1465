// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NonLin;
import dev.secant.lab.data.NpyFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.LayerNonLin;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * NonLin of one layer of any network, from files: K arrays (N, D…) with the layer's activations of
 * the K points of each of N mixtures, one (N, D…) with those of the mixtures, and the weights (N,
 * K) or (K). Rows are read a chunk at a time, so that the arrays may be larger than memory.
 */
public final class ActivationNonLin {
  /** Elements of one array that are in memory at a time, about. */
  private static final long CHUNK_ELEMENTS = 1 << 22;

  private static final double SUM_TOLERANCE = 1e-4;

  private final List<NpyFile> points;
  private final NpyFile mixed;
  private final NpyFile lambda;

  /**
   * @throws DataException for arrays that do not belong together, naming both
   */
  public ActivationNonLin(List<NpyFile> points, NpyFile mixed, NpyFile lambda) {
    this.points = List.copyOf(points);
    this.mixed = mixed;
    this.lambda = lambda;
    for (NpyFile p : points) requireLike(p);
    requireWeights();
  }

  private void requireLike(NpyFile p) {
    if (Arrays.equals(p.shape(), mixed.shape())) return;
    throw new DataException(
        "%s: expected the shape of %s, %s, found %s"
            .formatted(
                p.file(),
                mixed.file(),
                Arrays.toString(mixed.shape()),
                Arrays.toString(p.shape())));
  }

  private void requireWeights() {
    long[] whole = {mixed.rows(), points.size()};
    long[] common = {points.size()};
    long[] found = lambda.shape();
    if (Arrays.equals(found, whole) || Arrays.equals(found, common)) return;
    throw new DataException(
        "%s: expected shape %s, a weight per mixture and point, or %s, found %s"
            .formatted(
                lambda.file(),
                Arrays.toString(whole),
                Arrays.toString(common),
                Arrays.toString(found)));
  }

  /** Number of mixtures. */
  public long pairs() {
    return mixed.rows();
  }

  /** Means over all mixtures; the layer is called 0. */
  public LayerNonLin measure(KernelContext context) {
    NonLin nonlin = new NonLin(context);
    LayerStatistics statistics = new LayerStatistics();
    int chunk = (int) Math.max(1, Math.min(pairs(), CHUNK_ELEMENTS / mixed.features()));
    for (long from = 0; from < pairs(); from += chunk)
      add(nonlin, from, (int) Math.min(chunk, pairs() - from), statistics);
    return statistics.result(0);
  }

  private void add(NonLin nonlin, long from, int count, LayerStatistics statistics) {
    int ways = points.size();
    FloatBuffer sources = floats(ways * count * mixed.features());
    for (NpyFile p : points) p.read(from, from + count, sources);
    FloatBuffer outputs = floats(count * mixed.features());
    mixed.read(from, from + count, outputs);
    IntBuffer rows = bytes((long) count * ways * Integer.BYTES).asIntBuffer();
    for (int i = 0; i < count; i++) for (int k = 0; k < ways; k++) rows.put(k * count + i);
    NonLin.Layer layer = new NonLin.Layer(sources.flip(), outputs.flip());
    List<NonLin.Pair> found =
        nonlin
            .measure(List.of(layer), rows.flip(), weights(from, count), ways, ways * count)
            .get(0);
    for (NonLin.Pair p : found)
      statistics.add(new double[] {p.distance(), p.floor(), p.relative(), p.oneMinusCos()}, 0);
  }

  private FloatBuffer weights(long from, int count) {
    int ways = points.size();
    FloatBuffer all = floats((long) count * ways);
    boolean common = lambda.shape().length == 1;
    if (common) for (int i = 0; i < count; i++) lambda.read(0, ways, all);
    else lambda.read(from, from + count, all);
    all.flip();
    for (int i = 0; i < count; i++) requireSum(all, i, common ? 0 : from + i);
    return all;
  }

  private void requireSum(FloatBuffer all, int i, long row) {
    int ways = points.size();
    double sum = 0;
    for (int k = 0; k < ways; k++) sum += all.get(i * ways + k);
    if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
    throw new DataException(
        "%s: expected weights of mixture %d that sum to 1, found %s"
            .formatted(lambda.file(), row, sum));
  }

  private static FloatBuffer floats(long count) {
    return bytes(count * Float.BYTES).asFloatBuffer();
  }

  private static ByteBuffer bytes(long count) {
    return ByteBuffer.allocateDirect(Math.toIntExact(count)).order(ByteOrder.nativeOrder());
  }
}
