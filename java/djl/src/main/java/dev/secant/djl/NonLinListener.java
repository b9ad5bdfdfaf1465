// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.util.Pair;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.NonLin;
import dev.secant.tensor.InvalidArgumentException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures NonLin of every block of a trained {@link SequentialBlock} before its first step and
 * after every epoch (eq. 3 of the paper), and logs one line of it at INFO:
 *
 * <pre>{@code
 * config.addTrainingListeners(new NonLinListener(images, seed, 0.5, 0.5));
 * }</pre>
 *
 * <p>The images are mixed once: pair b of points b, b + 1, …, b + K − 1, around the end, by weights
 * λ ~ Dirichlet(α_1, …, α_K). Blocks run as in inference. All activations of one block, on the
 * images and on as many mixtures, are in memory at once: some hundred images do.
 */
public final class NonLinListener extends TrainingListenerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(NonLinListener.class);
  private static final int PROBE_STREAM = 2;

  /**
   * Means over the pairs.
   *
   * @param block as the network names it
   * @param nonlin ‖f̂(Mix) − Mix f̂‖
   * @param floor ‖unit(Mix f) − Mix f̂‖
   * @param relative ‖f(Mix) − Mix f‖/‖Mix f‖
   */
  public record BlockNonLin(String block, double nonlin, double floor, double relative) {}

  private final NDArray points;
  private final long seed;
  private final double[] alpha;
  private final List<List<BlockNonLin>> measurements = new ArrayList<>();

  /**
   * @param points (T, …) F32, what the first block takes; the caller keeps it until training ends
   * @param alpha (K), 1..16 of them, each in [1e-3, 1e3]
   * @throws IllegalArgumentException for other points, or another α
   */
  public NonLinListener(NDArray points, long seed, double... alpha) {
    if (points == null) throw new InvalidArgumentException("points is null, expected (T, ...) F32");
    HostArrays.requireRows("points", points);
    // Says now what is wrong with α, not in the midst of training.
    try (KernelContext kernels = new KernelContext(1)) {
      new Dirichlet(kernels, alpha);
    }
    this.points = points;
    this.seed = seed;
    this.alpha = alpha.clone();
  }

  /** Of the beginning, then of every epoch: the blocks in their order. */
  public List<List<BlockNonLin>> measurements() {
    return List.copyOf(measurements);
  }

  /**
   * When training begins the parameters may not exist yet; at the first batch they are unchanged.
   */
  @Override
  public void onTrainingBatch(Trainer trainer, BatchData batch) {
    if (measurements.isEmpty()) log("before training", measure(trainer.getModel().getBlock()));
  }

  @Override
  public void onEpoch(Trainer trainer) {
    log("epoch " + measurements.size(), measure(trainer.getModel().getBlock()));
  }

  private void log(String when, List<BlockNonLin> blocks) {
    measurements.add(blocks);
    if (!LOG.isInfoEnabled()) return;
    String text =
        blocks.stream()
            .map(b -> String.format(Locale.ROOT, "%s %.4f", b.block, b.nonlin))
            .collect(Collectors.joining("  "));
    LOG.info("NonLin {}: {}", when, text);
  }

  /**
   * NonLin of every block as the parameters are now.
   *
   * @throws IllegalArgumentException for a network whose blocks do not follow each other
   */
  public List<BlockNonLin> measure(Block network) {
    if (!(network instanceof SequentialBlock))
      throw new InvalidArgumentException(
          "network must be a SequentialBlock, whose blocks follow each other, got "
              + (network == null ? "null" : network.getClass().getName()));
    int count = HostArrays.rows("points", points);
    int ways = alpha.length;
    try (NDManager manager = points.getManager().newSubManager();
        KernelContext kernels = new KernelContext()) {
      FloatBuffer lambda = HostArrays.floats("the weights", (long) count * ways);
      IntBuffer rows = HostArrays.ints("the rows", (long) count * ways);
      for (int i = 0; i < count * ways; i++) rows.put(i, (i / ways + i % ways) % count);
      new Dirichlet(kernels, alpha).draw(seed, PROBE_STREAM, 0, lambda);
      FloatBuffer mixed = HostArrays.floats("the mixed points", points.size());
      FloatBuffer source = HostArrays.of("the points", points);
      int features = source.remaining() / count;
      new Mixing(kernels).values(source, features, rows, lambda, ways, mixed);

      NDArray ofPoints = points.duplicate();
      ofPoints.attach(manager);
      NDArray ofMixed = manager.create(mixed, points.getShape());
      ParameterStore parameters = new ParameterStore(manager, false);
      NonLin nonlin = new NonLin(kernels);
      List<BlockNonLin> result = new ArrayList<>();
      for (Pair<String, Block> child : network.getChildren()) {
        ofPoints = forward(child.getValue(), parameters, ofPoints, manager);
        ofMixed = forward(child.getValue(), parameters, ofMixed, manager);
        NonLin.Layer layer =
            new NonLin.Layer(
                HostArrays.of("what " + child.getKey() + " returns", ofPoints),
                HostArrays.of("what " + child.getKey() + " returns", ofMixed));
        List<NonLin.Pair> pairs = nonlin.measure(List.of(layer), rows, lambda, ways, count).get(0);
        result.add(
            new BlockNonLin(
                child.getKey(),
                mean(pairs, NonLin.Pair::distance),
                mean(pairs, NonLin.Pair::floor),
                mean(pairs, NonLin.Pair::relative)));
      }
      return result;
    }
  }

  /** Of all that the block computes, what it returns is kept, and its input no longer. */
  private static NDArray forward(
      Block block, ParameterStore parameters, NDArray input, NDManager manager) {
    try (NDManager scratch = manager.newSubManager()) {
      input.attach(scratch);
      NDArray output = block.forward(parameters, new NDList(input), false).head();
      output.attach(manager);
      return output;
    }
  }

  private static double mean(List<NonLin.Pair> pairs, ToDoubleFunction<NonLin.Pair> field) {
    return pairs.stream().mapToDouble(field).average().orElseThrow();
  }
}
