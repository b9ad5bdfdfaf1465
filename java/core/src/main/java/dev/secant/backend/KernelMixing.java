// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.backend.KernelPlan.activations;
import static dev.secant.backend.KernelPlan.floats;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_draws;
import dev.secant.jni.secant_pool;
import dev.secant.jni.secant_recipe;
import dev.secant.kernels.NativeStruct;
import dev.secant.tensor.Tensor;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/** Plans the mixing ops of a {@link KernelPlan}; arguments were checked. */
final class KernelMixing {
  private final KernelPlan plan;

  KernelMixing(KernelPlan plan) {
    this.plan = plan;
  }

  Op mix(
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs) {
    secant_pool nativePool = pool(pool);
    secant_recipe nativeRecipe = recipe(recipe);
    secant_draws nativeDraws = plan.own(NativeStruct.of(secant_draws::new));
    nativeDraws
        .indices(draws.indices().ints())
        .crops(draws.crops().ints())
        .rows(draws.rows().ints())
        .lambda(draws.lambda().floats());
    FloatPointer scale = constant(normalisation.scale());
    FloatPointer shift = constant(normalisation.shift());
    Mixed one = plan.onDevice() ? inOneLaunch(recipe, outputs) : null;
    if (one != null) {
      IntPointer labels = pool.labels().ints();
      return () ->
          check(
              Secant.secant_mix_labelled(
                  plan.open(),
                  nativePool,
                  nativeRecipe,
                  step.longs(),
                  scale,
                  shift,
                  nativeDraws,
                  activations(one.clean()),
                  activations(one.mixed()),
                  labels,
                  pool.classes(),
                  floats(one.targets())));
    }
    Op images =
        () ->
            check(
                Secant.secant_mix(
                    plan.open(),
                    nativePool,
                    nativeRecipe,
                    step.longs(),
                    scale,
                    shift,
                    nativeDraws,
                    activations(outputs.clean()),
                    activations(outputs.mixed())));
    Op clean = labels(pool, recipe, draws, outputs.cleanTargets(), false);
    Op mixed = labels(pool, recipe, draws, outputs.mixedTargets(), true);
    return () -> {
      images.run();
      clean.run();
      mixed.run();
    };
  }

  /** Outputs of one {@code secant_mix_labelled}; clean may be null. */
  private record Mixed(Tensor clean, Tensor mixed, Tensor targets) {}

  /**
   * How one call makes all of the outputs; null when it cannot. A single point with its whole
   * weight is a mixture too. (On the CPU a call checks every label of the pool, and separate calls
   * cost nothing.)
   */
  private static Mixed inOneLaunch(Recipe recipe, MixOutputs o) {
    boolean mixes = o.mixed() != null && o.mixedTargets() != null && o.cleanTargets() == null;
    if (mixes) return new Mixed(o.clean(), o.mixed(), o.mixedTargets());
    boolean single = recipe.ways() == 1 && o.mixed() == null && o.mixedTargets() == null;
    boolean labelled = o.clean() != null && o.cleanTargets() != null;
    return single && labelled ? new Mixed(null, o.clean(), o.cleanTargets()) : null;
  }

  private Op labels(ImagePool pool, Recipe recipe, Draws draws, Tensor out, boolean mixed) {
    if (out == null) return () -> {};
    IntPointer rows = mixed ? draws.rows().ints() : null;
    FloatPointer lambda = mixed ? draws.lambda().floats() : null;
    return () ->
        check(
            Secant.secant_mix_labels(
                plan.open(),
                recipe.batch(),
                recipe.ways(),
                recipe.sources(),
                pool.classes(),
                pool.labels().ints(),
                pool.count(),
                draws.indices().ints(),
                rows,
                lambda,
                out.floats()));
  }

  Op gather(
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out) {
    secant_pool nativePool = pool(pool);
    FloatPointer scale = constant(normalisation.scale());
    FloatPointer shift = constant(normalisation.shift());
    int sources = (int) indices.dim(0);
    int batch = rows == null ? sources : (int) rows.dim(0);
    int ways = rows == null ? 1 : (int) rows.dim(1);
    IntPointer nativeRows = rows == null ? null : rows.ints();
    return () ->
        check(
            Secant.secant_mix_images(
                plan.open(),
                nativePool,
                batch,
                ways,
                sources,
                0,
                indices.ints(),
                (IntPointer) null,
                nativeRows,
                floats(lambda),
                scale,
                shift,
                out.activations()));
  }

  private secant_pool pool(ImagePool pool) {
    BytePointer pixels = pool.pixels().unsignedBytes();
    return plan.own(NativeStruct.of(secant_pool::new))
        .pixels(pixels)
        .count(pool.count())
        .height(pool.height())
        .width(pool.width())
        .channels(pool.channels());
  }

  private secant_recipe recipe(Recipe recipe) {
    return plan.own(NativeStruct.of(secant_recipe::new)).seed(recipe.seed()).stream(recipe.stream())
        .batch(recipe.batch())
        .ways(recipe.ways())
        .partners(recipe.partners() == Recipe.Partners.SHIFT ? 0 : 1)
        .lambda_scope(recipe.lambdaScope() == Recipe.LambdaScope.SAMPLE ? 0 : 1)
        .flip(recipe.flip() ? 1 : 0)
        .pad(recipe.pad())
        .alpha(plan.own(new DoublePointer(recipe.alpha())))
        .members(recipe.members().ints())
        .member_count(recipe.members().count());
  }

  private FloatPointer constant(float[] values) {
    return plan.own(new FloatPointer(values));
  }
}
