// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Consistency;
import dev.secant.backend.Normalisation;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_pool;
import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Turn;
import java.util.List;
import org.bytedeco.javacpp.IntPointer;

/**
 * The kernels of {@link Mixing}, {@link ConsistencyLoss}, {@link NonLin} and {@link Dirichlet} on
 * the memory of a CUDA device, for whoever has it already: tensors are plain addresses, work is
 * enqueued on the stream of the context and nothing is waited for. Activations (images, layers) are
 * of the type that {@link KernelContext#activations} set, unless said otherwise; everything else is
 * float or int. Outputs are overwritten. A null or misaligned address, or an extent out of range,
 * throws {@link IllegalArgumentException}; what an address means cannot be checked. Calls allocate
 * nothing, but the first one of a context, and {@link #nonlin} for more layers than before. Same
 * thread rules as the {@link KernelContext}.
 */
public final class DeviceKernels {
  private final KernelContext context;

  public DeviceKernels(KernelContext context) {
    if (!Arguments.open(context).onDevice()) {
      throw new InvalidArgumentException(
          "DeviceKernels takes device memory: expected the context of a device, got one of the CPU");
    }
    this.context = context;
  }

  /**
   * Resident images.
   *
   * @param pixels (N, H, W, F) u8
   */
  public record Pool(long pixels, long count, Mixing.ImageSize size) {
    public Pool {
      given("size", size);
    }
  }

  /**
   * Which source rows each mixed point is made of.
   *
   * @param rows (B, K) int32 in [0, T)
   * @param lambda (B, K) float
   * @param batch B
   * @param ways K
   * @param sources T
   */
  public record Pairs(long rows, long lambda, int batch, int ways, int sources) {}

  /**
   * A layer's activations.
   *
   * @param points (T, D)
   * @param mixed (B, D)
   * @param features D
   * @param type of both: F32 or BF16
   */
  public record Layer(long points, long mixed, long features, DType type) {
    public Layer {
      KernelContext.nativeType(type);
    }
  }

  /**
   * Gathers, normalises and mixes images.
   *
   * @param indices (T) int32, image of each source row
   * @param out (B, H, W, F) activation
   */
  public void mixImages(
      Pool pool, Normalisation normalisation, long indices, Pairs pairs, long out) {
    Mixing.requireChannels(normalisation, given("pool", pool).size().channels());
    given("pairs", pairs);
    try (Turn.Use use = context.use()) {
      DeviceArguments call = context.arguments();
      secant_pool images = call.pool;
      Mixing.ImageSize size = pool.size();
      images.pixels(call.pixels.at(pool.pixels())).count(pool.count());
      images.height(size.height()).width(size.width()).channels(size.channels());
      check(
          Secant.secant_mix_images(
              context.handle(),
              images,
              pairs.batch(),
              pairs.ways(),
              pairs.sources(),
              0,
              call.indices.at(indices),
              (IntPointer) null,
              call.rows.at(pairs.rows()),
              call.lambda.at(pairs.lambda()),
              call.scale.put(normalisation.scale()),
              call.shift.put(normalisation.shift()),
              call.out.at(out)));
    }
  }

  /**
   * Mixes rows of values.
   *
   * @param source (T, D) activation
   * @param features D
   * @param out (B, D) activation
   */
  public void mixValues(long source, long features, Pairs pairs, long out) {
    given("pairs", pairs);
    try (Turn.Use use = context.use()) {
      DeviceArguments call = context.arguments();
      check(
          Secant.secant_mix_values(
              context.handle(),
              pairs.batch(),
              pairs.ways(),
              pairs.sources(),
              features,
              call.source.at(source),
              call.rows.at(pairs.rows()),
              call.lambda.at(pairs.lambda()),
              call.out.at(out)));
    }
  }

  /**
   * Batched L2 consistency with its gradients.
   *
   * @param student (B, C) logits
   * @param targets (T, C) logits
   * @param weight (1) that the gradients are multiplied by
   * @param loss (1), unweighted
   * @param dL_dstudent (B, C), or 0
   * @param dL_dtargets (T, C), or 0 for a stop-gradient
   */
  public void consistency(
      Consistency definition,
      long student,
      long targets,
      int classes,
      Pairs pairs,
      long weight,
      long loss,
      long dL_dstudent,
      long dL_dtargets) {
    given("definition", definition);
    given("definition.space", definition.space());
    given("definition.reduction", definition.reduction());
    given("pairs", pairs);
    try (Turn.Use use = context.use()) {
      DeviceArguments call = context.arguments();
      check(
          Secant.secant_consistency(
              context.handle(),
              definition.space().ordinal(),
              definition.reduction().ordinal(),
              pairs.batch(),
              pairs.ways(),
              pairs.sources(),
              classes,
              call.student.at(student),
              call.targets.at(targets),
              call.rows.at(pairs.rows()),
              call.lambda.at(pairs.lambda()),
              call.weight.at(weight),
              call.loss.at(loss),
              call.studentGradient.at(dL_dstudent),
              call.targetsGradient.at(dL_dtargets)));
    }
  }

  /**
   * The four fields of {@link NonLin.Pair} of every layer and pair, in one launch.
   *
   * @param eps shortest vector that is normalised by its own length
   * @param out (L, B, 4) double
   */
  public void nonlin(List<Layer> layers, Pairs pairs, double eps, long out) {
    given("layers", layers);
    given("pairs", pairs);
    try (Turn.Use use = context.use()) {
      DeviceArguments call = context.arguments();
      call.reserve(layers.size());
      for (int l = 0; l < layers.size(); l++) call.layer(l, layers.get(l));
      check(
          Secant.secant_nonlin(
              context.handle(),
              layers.size(),
              call.layers.position(0),
              pairs.batch(),
              pairs.ways(),
              pairs.sources(),
              call.rows.at(pairs.rows()),
              call.lambda.at(pairs.lambda()),
              eps,
              call.measures.at(out)));
    }
  }

  /**
   * Draws of samples 0, 1, … of a step.
   *
   * @param step (1) int64
   * @param alpha (K)
   * @param lambda (rows, K) float
   */
  public void dirichlet(long seed, int stream, long step, int rows, double[] alpha, long lambda) {
    range("length of alpha", given("alpha", alpha).length, 1, Secant.SECANT_MAX_WAYS);
    try (Turn.Use use = context.use()) {
      DeviceArguments call = context.arguments();
      check(
          Secant.secant_dirichlet(
              context.handle(),
              seed,
              stream,
              call.step.at(step),
              rows,
              0,
              alpha.length,
              call.alpha.put(alpha),
              call.lambda.at(lambda)));
    }
  }
}
