// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.InvalidArgumentException;
import org.bytedeco.javacpp.FloatPointer;

/** Weights (B, K) of mixtures, whose rows sum to one. Looking at them allocates nothing. */
final class MixtureWeights {
  /** Of weights in float, or written with four digits. */
  private static final double SUM_TOLERANCE = 1e-4;

  private static final int CHUNK = 1024;

  private final FloatPointer lambda;
  private final int batch;
  private final int ways;
  private final int chunkRows;
  private final float[] chunk;

  MixtureWeights(long address, int batch, int ways) {
    this.lambda = Address.floats(address);
    this.batch = batch;
    this.ways = ways;
    this.chunkRows = Math.min(batch, CHUNK / ways);
    this.chunk = new float[chunkRows * ways];
  }

  /**
   * @throws IllegalArgumentException naming the first row that does not sum to one
   */
  void require() {
    for (long from = 0; from < batch; from += chunkRows) {
      int rows = (int) Math.min(chunkRows, batch - from);
      lambda.position(from * ways).get(chunk, 0, rows * ways);
      for (int b = 0; b < rows; b++) require(from + b, b * ways);
    }
  }

  private void require(long row, int at) {
    double sum = 0;
    for (int k = 0; k < ways; k++) sum += chunk[at + k];
    if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
    throw new InvalidArgumentException(
        "lambda must have rows that sum to 1, got " + sum + " in row " + row);
  }
}
