// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.backend.ImagePool;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.backend.Replay;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNet.Batch;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates and probes one set of weights on test images, in chunks. A probe costs two forward
 * passes per image: the partners of an image are its followers in one cyclic order, so a chunk of R
 * images runs R + K − 1 clean rows and R mixed ones, and an evaluation that falls on a probe is
 * read off the clean rows.
 */
public final class ProbeRunner {
  /** Largest number of pairs in a chunk. */
  public static final int CHUNK = 128;

  private static final double EPS = 1e-12;
  private static final int FIELDS = 4;

  private final int images;
  private final int ways;
  private final int chunk;
  private final int classes;
  private final int[] order;
  private final int[] labels;
  private final float[] lambdas;
  private final Tensor indices;
  private final Tensor lambda;
  private final Tensor fields;
  private final WideResNet clean;
  private final Replay cleanRows;
  private final Replay mixedRows;

  /**
   * @param pass EVALUATION (running statistics) or BATCH_STATISTICS (those of each chunk)
   * @param order (n) pool index of each image, in pair order
   * @param lambdas (n, K) weights, row i for image order[i] and its K − 1 followers
   */
  public ProbeRunner(
      Plan plan,
      WideResNetSpec spec,
      WideResNet.Pass pass,
      Params weights,
      Params statistics,
      ImagePool pool,
      Normalisation normalisation,
      int[] order,
      float[] lambdas) {
    this.images = order.length;
    this.ways = lambdas.length / order.length;
    this.chunk = Math.min(CHUNK, images);
    this.classes = spec.classes();
    this.order = order;
    this.lambdas = lambdas;
    this.labels = pool.labels().toInts();
    int rows = chunk + ways - 1;
    this.indices = plan.tensor(DType.I32, rows);
    this.lambda = plan.tensor(DType.F32, chunk, ways);
    Tensor partners = plan.tensor(DType.I32, chunk, ways);
    partners.set(followers(chunk, ways));
    Tensor cleanInput = plan.activation(rows, spec.height(), spec.imageWidth(), spec.channels());
    Tensor mixedInput = plan.activation(chunk, spec.height(), spec.imageWidth(), spec.channels());
    Op gatherClean = plan.gather(pool, normalisation, indices, null, null, cleanInput);
    Op gatherMixed = plan.gather(pool, normalisation, indices, partners, lambda, mixedInput);
    Batch batch = new Batch(pass, 1, 0);
    WideResNet.Weights bound = new WideResNet.Weights(weights, statistics, null, null);
    this.clean = new WideResNet(plan, spec, batch, bound, cleanInput);
    WideResNet mixed = clean.onOtherRows(mixedInput);
    List<NonLinLayer> layers = new ArrayList<>();
    for (int l = 0; l < WideResNetSpec.LAYERS; l++)
      layers.add(new NonLinLayer(clean.layer(l), mixed.layer(l)));
    this.fields = plan.tensor(DType.F64, WideResNetSpec.LAYERS, chunk, FIELDS);
    Op nonlin = plan.nonlin(layers, partners, lambda, EPS, fields);
    this.cleanRows =
        plan.backend()
            .record(
                () -> {
                  gatherClean.run();
                  clean.forward();
                });
    this.mixedRows =
        plan.backend()
            .record(
                () -> {
                  gatherMixed.run();
                  mixed.forward();
                  nonlin.run();
                });
  }

  private static int[] followers(int chunk, int ways) {
    int[] rows = new int[chunk * ways];
    for (int b = 0; b < chunk; b++) {
      for (int k = 0; k < ways; k++) rows[b * ways + k] = b + k;
    }
    return rows;
  }

  /** Accuracy and mean cross-entropy over the test images. */
  public Evaluation evaluate() {
    return evaluate(() -> {});
  }

  /**
   * @param pause called before each chunk; may throw to end the pass
   */
  public Evaluation evaluate(Runnable pause) {
    return pass(null, pause);
  }

  /** NonLin of every layer, and the evaluation that comes with it. */
  public Probe probe() {
    return probe(() -> {});
  }

  /**
   * @param pause called before each chunk; may throw to end the pass
   */
  public Probe probe(Runnable pause) {
    LayerStatistics[] layers = new LayerStatistics[WideResNetSpec.LAYERS];
    for (int l = 0; l < layers.length; l++) layers[l] = new LayerStatistics();
    Evaluation evaluation = pass(layers, pause);
    List<LayerNonLin> results = new ArrayList<>();
    for (int l = 0; l < layers.length; l++) results.add(layers[l].result(l));
    return new Probe(evaluation, results);
  }

  /** One pass over all chunks; the last one wraps around and only its first rows count. */
  private Evaluation pass(LayerStatistics[] layers, Runnable pause) {
    LogitScores scores = new LogitScores(classes);
    for (int from = 0; from < images; from += chunk) {
      pause.run();
      int useful = Math.min(chunk, images - from);
      int[] chunkIndices = chunkIndices(from);
      indices.set(chunkIndices);
      cleanRows.run();
      scores.add(clean.logits().toDoubles(), labelsOf(chunkIndices), useful);
      if (layers != null) probeChunk(from, useful, layers);
    }
    return scores.evaluation();
  }

  private void probeChunk(int from, int useful, LayerStatistics[] layers) {
    lambda.set(chunkLambdas(from));
    mixedRows.run();
    double[] values = fields.toDoubles();
    for (int l = 0; l < layers.length; l++) {
      for (int b = 0; b < useful; b++) layers[l].add(values, (l * chunk + b) * FIELDS);
    }
  }

  private int[] chunkIndices(int from) {
    int[] out = new int[chunk + ways - 1];
    for (int i = 0; i < out.length; i++) out[i] = order[(from + i) % images];
    return out;
  }

  private float[] chunkLambdas(int from) {
    float[] out = new float[chunk * ways];
    for (int b = 0; b < chunk; b++)
      System.arraycopy(lambdas, (from + b) % images * ways, out, b * ways, ways);
    return out;
  }

  private int[] labelsOf(int[] imageIndices) {
    int[] out = new int[imageIndices.length];
    for (int i = 0; i < out.length; i++) out[i] = labels[imageIndices[i]];
    return out;
  }
}
