// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.translate.Batchifier;
import ai.djl.translate.StackBatchifier;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.random.Feistel;
import dev.secant.random.Purpose;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.WrongStateException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Mixup of K points for a data set of DJL: each batch is mixed with itself, data and labels by the
 * same weights λ ~ Dirichlet(α_1, …, α_K) (eq. 1 of the paper). Point 1 of row b is row b, point k
 * its place in a random order of the batch.
 *
 * <pre>{@code
 * MixedBatches mixed = new MixedBatches(seed, 0.5, 0.5);
 * builder.optDataBatchifier(mixed.data()).optLabelBatchifier(mixed.labels(10))
 * }</pre>
 *
 * <p>Any number of threads may fetch batches; the kernels serve one after the other. What is drawn
 * depends on the seed and on how many batches came before, so with several fetching threads it
 * depends on their order. Labels become soft: the loss is that of {@code new
 * SoftmaxCrossEntropyLoss("loss", 1, -1, false, true)}. Close it when no batch is fetched any more.
 */
public final class MixedBatches implements AutoCloseable {
  private static final int FREE_STREAM = 3;

  private final long seed;
  private final int ways;
  private final KernelContext kernels;
  private final Dirichlet dirichlet;
  private final Mixing mixing;

  /** What the data of a batch were mixed by, until its labels are asked for by the same thread. */
  private final ThreadLocal<Mixture> ofData = new ThreadLocal<>();

  private long batches;

  /**
   * @param rows (B, K) row of each point
   * @param lambda (B, K)
   */
  private record Mixture(int batch, IntBuffer rows, FloatBuffer lambda) {}

  /**
   * @param alpha (K) of the Dirichlet distribution, 1..16 of them, each in [1e-3, 1e3]
   * @throws IllegalArgumentException for another α
   */
  public MixedBatches(long seed, double... alpha) {
    this.seed = seed;
    this.kernels = new KernelContext(1);
    try {
      this.dirichlet = new Dirichlet(kernels, alpha);
      this.ways = alpha.length;
      this.mixing = new Mixing(kernels);
    } catch (RuntimeException | Error e) {
      kernels.close();
      throw e;
    }
  }

  /**
   * For {@link RandomAccessDataset.BaseBuilder#optDataBatchifier}: stacks, and mixes every array of
   * the data, which must be F32.
   */
  public Batchifier data() {
    return new Stacked() {
      @Override
      NDList mixed(NDList stacked) {
        Mixture mixture = draw(HostArrays.rows("the batch", stacked.head()));
        NDList result = new NDList();
        for (NDArray array : stacked) result.add(mix(array, mixture));
        ofData.set(mixture);
        return result;
      }
    };
  }

  /**
   * For {@link RandomAccessDataset.BaseBuilder#optLabelBatchifier}: stacks labels, makes whole
   * numbers in [0, classes) into rows of one-hot targets, and mixes them as the data were.
   *
   * @throws IllegalStateException in a batch whose data were not mixed by {@link #data()}
   */
  public Batchifier labels(int classes) {
    if (classes < 1) throw new InvalidArgumentException("classes must be >= 1, got " + classes);
    return new Stacked() {
      @Override
      NDList mixed(NDList stacked) {
        Mixture mixture = ofData.get();
        ofData.remove();
        NDArray labels = stacked.singletonOrThrow();
        int batch = HostArrays.rows("labels", labels);
        if (mixture == null || mixture.batch != batch)
          throw new WrongStateException(
              ErrorCode.WRONG_STATE,
              "labels of "
                  + batch
                  + " rows: expected data() of the same object to have mixed as many, got "
                  + (mixture == null ? "none" : mixture.batch));
        return new NDList(mix(targets(labels, batch, classes), mixture));
      }
    };
  }

  private static NDArray targets(NDArray labels, int batch, int classes) {
    if (labels.getDataType() == DataType.FLOAT32
        && labels.getShape().equals(new Shape(batch, classes))) return labels;
    if (!labels.getDataType().isInteger() || labels.size() != batch)
      throw new InvalidArgumentException(
          "labels must be one whole number or one row of "
              + classes
              + " F32 targets each, got "
              + labels.getDataType()
              + " "
              + labels.getShape());
    for (Number label : labels.toType(DataType.INT64, false).toArray()) {
      if (label.longValue() < 0 || label.longValue() >= classes)
        throw new InvalidArgumentException(
            "labels must be in [0, " + classes + "), got " + label.longValue());
    }
    return labels.reshape(batch).oneHot(classes, DataType.FLOAT32);
  }

  private synchronized Mixture draw(int batch) {
    FloatBuffer lambda = HostArrays.floats("the weights", (long) batch * ways);
    IntBuffer rows = HostArrays.ints("the rows", (long) batch * ways);
    for (int k = 0; k < ways; k++) {
      Feistel order = new Feistel(seed, Purpose.PARTNER.word(FREE_STREAM, k), batch);
      for (int b = 0; b < batch; b++)
        rows.put(b * ways + k, k == 0 ? b : order.at((int) batches, b));
    }
    dirichlet.draw(seed, FREE_STREAM, batches & 0xFFFFFFFFL, lambda);
    batches++;
    return new Mixture(batch, rows, lambda);
  }

  private NDArray mix(NDArray array, Mixture m) {
    Shape shape = array.getShape();
    FloatBuffer source = HostArrays.of("an array of the batch", array);
    int features = source.remaining() / m.batch;
    FloatBuffer out = HostArrays.floats("an array of the batch", array.size());
    synchronized (this) {
      mixing.values(source, features, m.rows, m.lambda, ways, out);
    }
    return array.getManager().create(out, shape);
  }

  @Override
  public synchronized void close() {
    kernels.close();
  }

  /** As DJL stacks rows, and then more. */
  private abstract static class Stacked implements Batchifier {
    private static final long serialVersionUID = 1L;
    private final transient Batchifier stack = new StackBatchifier();

    abstract NDList mixed(NDList stacked);

    @Override
    public NDList batchify(NDList[] inputs) {
      try (NDList stacked = stack.batchify(inputs)) {
        return mixed(stacked);
      }
    }

    @Override
    public NDList[] unbatchify(NDList inputs) {
      return stack.unbatchify(inputs);
    }
  }
}
