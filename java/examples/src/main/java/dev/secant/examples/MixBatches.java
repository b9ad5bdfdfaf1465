// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import dev.secant.kernels.BoundDirichlet;
import dev.secant.kernels.BoundMixing;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.NativeArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.function.BiConsumer;

/**
 * Mixup of K points in a data pipeline of one's own: every batch that comes is mixed with itself,
 * inputs and soft targets by the same weights. Buffers are bound once; a batch allocates nothing.
 */
public final class MixBatches implements AutoCloseable {
  private final int batch;
  private final int ways;

  private final FloatBuffer inputs;
  private final FloatBuffer targets;
  private final FloatBuffer mixedInputs;
  private final FloatBuffer mixedTargets;
  private final IntBuffer rows;
  private final FloatBuffer lambda;

  private final KernelContext kernels = new KernelContext(2);
  private final BoundDirichlet draw;
  private final BoundMixing mixInputs;
  private final BoundMixing mixTargets;
  private long step;

  /**
   * @param features of an input
   * @param alpha of the Dirichlet distribution, one per point that is mixed
   * @throws IllegalArgumentException for what cannot be mixed so, with nothing left open
   */
  public MixBatches(int batch, int features, int classes, double... alpha) {
    try {
      Dirichlet dirichlet = new Dirichlet(kernels, alpha);
      this.batch = batch;
      this.ways = alpha.length;
      this.inputs = floats(batch * features);
      this.targets = floats(batch * classes);
      this.mixedInputs = floats(batch * features);
      this.mixedTargets = floats(batch * classes);
      this.rows = direct(batch * ways).asIntBuffer();
      this.lambda = floats(batch * ways);
      NativeArray sources = NativeArray.of(rows);
      NativeArray weights = NativeArray.of(lambda);
      this.draw = dirichlet.bind(1, 0, weights);
      Mixing mixing = new Mixing(kernels);
      this.mixInputs =
          mixing.bindValues(
              NativeArray.of(inputs),
              features,
              sources,
              weights,
              ways,
              NativeArray.of(mixedInputs));
      this.mixTargets =
          mixing.bindValues(
              NativeArray.of(targets),
              classes,
              sources,
              weights,
              ways,
              NativeArray.of(mixedTargets));
    } catch (RuntimeException | Error e) {
      kernels.close();
      throw e;
    }
  }

  /**
   * The next batch.
   *
   * @param load puts inputs (batch, features) and targets (batch, classes) into the buffers
   * @param use takes the mixed ones out of theirs
   */
  public void next(
      BiConsumer<FloatBuffer, FloatBuffer> load, BiConsumer<FloatBuffer, FloatBuffer> use) {
    load.accept(inputs.clear(), targets.clear());
    chooseSources();
    draw.run(step++);
    mixInputs.run();
    mixTargets.run();
    use.accept(mixedInputs.clear(), mixedTargets.clear());
  }

  /** Point k of row b is row b + k of the batch, around its end: K different ones. */
  private void chooseSources() {
    for (int b = 0; b < batch; b++)
      for (int k = 0; k < ways; k++) rows.put(b * ways + k, (b + k) % batch);
  }

  /** (batch, K), of the last batch. */
  public FloatBuffer lambda() {
    return lambda.asReadOnlyBuffer();
  }

  private static FloatBuffer floats(int count) {
    return direct(count).asFloatBuffer();
  }

  private static ByteBuffer direct(int elements) {
    return ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.nativeOrder());
  }

  /** Closes what was bound, too. */
  @Override
  public void close() {
    kernels.close();
  }

  /** Mixes a few batches of made numbers and prints one row of each. */
  public static void main(String[] arguments) {
    try (MixBatches batches = new MixBatches(4, 3, 2, 0.5, 0.5, 0.5)) {
      for (int i = 0; i < 3; i++) {
        int number = i;
        batches.next(
            (inputs, targets) -> {
              while (inputs.hasRemaining()) inputs.put(10 * number + inputs.position());
              for (int row = 0; row < 4; row++) targets.put(1 - row % 2).put(row % 2);
            },
            (inputs, targets) ->
                System.out.printf(
                    "batch %d, row 0: %.2f %.2f %.2f, targets %.2f %.2f%n",
                    number,
                    inputs.get(0),
                    inputs.get(1),
                    inputs.get(2),
                    targets.get(0),
                    targets.get(1)));
      }
    }
  }
}
