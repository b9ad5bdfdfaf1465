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
import java.util.Arrays;
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
  private final Tensor allLogits;
  private final Tensor allFields;
  private final List<Chunk> chunks = new ArrayList<>();
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
    this.labels = pool.labels().toInts();
    int rows = chunk + ways - 1;
    int count = (images + chunk - 1) / chunk;
    Tensor indices = plan.tensor(DType.I32, rows);
    Tensor lambda = plan.tensor(DType.F32, chunk, ways);
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
    Tensor fields = plan.tensor(DType.F64, WideResNetSpec.LAYERS, chunk, FIELDS);
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
    this.allLogits = plan.real(count, rows, classes);
    this.allFields = plan.tensor(DType.F64, count, WideResNetSpec.LAYERS, chunk, FIELDS);
    Tensor allIndices = plan.tensor(DType.I32, count, rows);
    Tensor allLambda = plan.tensor(DType.F32, count, chunk, ways);
    allIndices.set(indices(count, rows));
    allLambda.set(weights(count, lambdas));
    for (int c = 0; c < count; c++) {
      chunks.add(
          new Chunk(
              copy(plan, part(allIndices, c), indices),
              copy(plan, clean.logits(), part(allLogits, c)),
              copy(plan, part(allLambda, c), lambda),
              copy(plan, fields, part(allFields, c))));
    }
  }

  /**
   * Copies around the recorded passes of a chunk, enqueued like them: nothing is waited for before
   * the last chunk.
   */
  private record Chunk(Op loadIndices, Op keepLogits, Op loadLambda, Op keepFields) {}

  private static Op copy(Plan plan, Tensor from, Tensor to) {
    return plan.copy(from, to.view(0, from.shape().dims()));
  }

  /** What belongs to a chunk, of a tensor with one row per chunk. */
  private static Tensor part(Tensor all, int c) {
    long each = all.count() / all.dim(0);
    return all.view(c * each, Arrays.copyOfRange(all.shape().dims(), 1, all.shape().dims().length));
  }

  private static int[] followers(int chunk, int ways) {
    int[] rows = new int[chunk * ways];
    for (int b = 0; b < chunk; b++) {
      for (int k = 0; k < ways; k++) rows[b * ways + k] = b + k;
    }
    return rows;
  }

  /** As its last pass over clean images left it. */
  public WideResNet network() {
    return clean;
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
    for (int c = 0; c < chunks.size(); c++) {
      pause.run();
      enqueue(chunks.get(c), layers != null);
    }
    if (layers != null) add(layers, allFields.toDoubles());
    return scores(allLogits.toDoubles());
  }

  /**
   * What the network says of every image, in the order of the pairs.
   *
   * @param labels (n)
   * @param logits (n, C)
   */
  public record Outputs(int[] labels, double[] logits) {}

  /**
   * @param pause called before each chunk; may throw to end the pass
   */
  public Outputs outputs(Runnable pause) {
    for (Chunk c : chunks) {
      pause.run();
      enqueue(c, false);
    }
    double[] all = allLogits.toDoubles();
    double[] logits = new double[images * classes];
    int[] ofImages = new int[images];
    int rows = chunk + ways - 1;
    for (int i = 0; i < images; i++) {
      int row = i / chunk * rows + i % chunk;
      System.arraycopy(all, row * classes, logits, i * classes, classes);
      ofImages[i] = labels[order[i]];
    }
    return new Outputs(ofImages, logits);
  }

  private void enqueue(Chunk c, boolean probes) {
    c.loadIndices().run();
    cleanRows.run();
    c.keepLogits().run();
    if (!probes) return;
    c.loadLambda().run();
    mixedRows.run();
    c.keepFields().run();
  }

  /**
   * @param values (chunks, LAYERS, chunk, FIELDS)
   */
  private void add(LayerStatistics[] layers, double[] values) {
    for (int i = 0; i < images; i++) {
      for (int l = 0; l < layers.length; l++) {
        int row = (i / chunk * layers.length + l) * chunk + i % chunk;
        layers[l].add(values, row * FIELDS);
      }
    }
  }

  /**
   * @param logits (chunks, rows, C)
   */
  private Evaluation scores(double[] logits) {
    LogitScores scores = new LogitScores(classes);
    int rows = chunk + ways - 1;
    for (int from = 0; from < images; from += chunk) {
      int first = from / chunk * rows * classes;
      double[] ofChunk = Arrays.copyOfRange(logits, first, first + rows * classes);
      scores.add(ofChunk, labels(from), Math.min(chunk, images - from));
    }
    return scores.evaluation();
  }

  /** Pool indices of every chunk's rows. */
  private int[] indices(int count, int rows) {
    int[] out = new int[count * rows];
    for (int i = 0; i < out.length; i++) out[i] = order[(i / rows * chunk + i % rows) % images];
    return out;
  }

  /** Weights of every chunk's pairs, as (count, chunk, K). */
  private float[] weights(int count, float[] lambdas) {
    float[] out = new float[count * chunk * ways];
    for (int i = 0; i < count * chunk; i++)
      System.arraycopy(lambdas, i % images * ways, out, i * ways, ways);
    return out;
  }

  /** Of a chunk's rows. */
  private int[] labels(int from) {
    int[] out = new int[chunk + ways - 1];
    for (int i = 0; i < out.length; i++) out[i] = labels[order[(from + i) % images]];
    return out;
  }
}
