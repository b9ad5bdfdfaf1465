// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.backend.ImagePool;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;

/**
 * Recomputes running statistics as the average, over chunks of clean images, of each chunk's batch
 * statistics. Images beyond the last full chunk are left out.
 */
public final class Recalibration {
  /** Images of one chunk at most. */
  public static final int CHUNK = 200;

  private final int[] images;
  private final Tensor indices;
  private final Tensor rate;
  private final Op gather;
  private final WideResNet net;

  /**
   * @param statistics where the result goes
   * @param images pool indices
   */
  public Recalibration(
      Plan plan,
      WideResNetSpec spec,
      Params weights,
      Params statistics,
      ImagePool pool,
      Normalisation normalisation,
      int[] images) {
    this.images = images;
    int chunk = Math.min(CHUNK, images.length);
    this.indices = plan.tensor(DType.I32, chunk);
    this.rate = plan.real(1);
    Tensor input = plan.activation(chunk, spec.height(), spec.imageWidth(), spec.channels());
    this.gather = plan.gather(pool, normalisation, indices, null, null, input);
    this.net =
        new WideResNet(
            plan,
            spec,
            new WideResNet.Batch(WideResNet.Pass.BATCH_STATISTICS, 1, 1),
            new WideResNet.Weights(weights, statistics, rate, null),
            input);
  }

  public void run() {
    run(() -> {});
  }

  /**
   * @param pause called before each chunk; may throw to end it
   */
  public void run(Runnable pause) {
    int chunk = (int) indices.count();
    for (int i = 0; i * chunk < images.length; i++) {
      pause.run();
      // What is left over fills up with images of the chunk before: none is left out.
      int from = Math.min(i * chunk, images.length - chunk);
      indices.set(java.util.Arrays.copyOfRange(images, from, from + chunk));
      rate.set((double) i / (i + 1));
      gather.run();
      net.forward();
    }
  }
}
