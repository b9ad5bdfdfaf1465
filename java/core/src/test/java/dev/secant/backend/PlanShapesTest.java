// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Norm.Statistics;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What planning accepts, and what it says about the rest. */
class PlanShapesTest {
  private static final RealTypes REAL = RealTypes.of(DType.F32);
  private final Arena arena = new Arena(new HostMemory());

  @AfterEach
  void close() {
    arena.close();
  }

  private Tensor real(long... dims) {
    return arena.tensor(REAL.real(), dims);
  }

  private Tensor ints(long... dims) {
    return arena.tensor(DType.I32, dims);
  }

  private static void requireMessage(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  // ---- data ------------------------------------------------------------------------------------

  private ImagePool pool() {
    return new ImagePool(arena.tensor(DType.U8, 5, 8, 6, 3), ints(5), 4);
  }

  private Recipe recipe(int batch, int ways, int pad, Tensor members, double... alpha) {
    return new Recipe(
        1,
        0,
        batch,
        ways,
        Recipe.Partners.SHIFT,
        Recipe.LambdaScope.SAMPLE,
        true,
        pad,
        alpha,
        members);
  }

  private void mix(ImagePool pool, Recipe recipe) {
    int b = recipe.batch();
    int k = recipe.ways();
    Draws draws = new Draws(ints(b), ints(b, 3), ints(b, k), real(b, k));
    MixOutputs outputs = new MixOutputs(real(b, 8, 6, 3), null, null, real(b, 4));
    PlanShapes.mix(
        REAL, pool, Normalisation.unit(3), recipe, arena.tensor(DType.I64, 1), draws, outputs);
  }

  @Test
  void mixChecksRecipeAndPool() {
    Tensor members = ints(4);
    assertThatCode(() -> mix(pool(), recipe(3, 2, 5, members, 0.5, 0.5)))
        .doesNotThrowAnyException();
    requireMessage(
        () -> mix(pool(), recipe(3, 4, 0, members, 1, 1, 1, 1)),
        "mix: recipe.ways with shifted partners must be in 1..3, got 4");
    requireMessage(
        () -> mix(pool(), recipe(20, 17, 0, members, 1)),
        "mix: recipe.ways must be in 1..16, got 17");
    requireMessage(
        () -> mix(pool(), recipe(3, 1, 6, members, 1)), "mix: recipe.pad must be in 0..5, got 6");
    requireMessage(
        () -> mix(pool(), recipe(3, 2, 0, members, 1)),
        "mix: length of recipe.alpha must be in 2..2, got 1");
    requireMessage(
        () -> mix(pool(), recipe(3, 1, 0, members, 0)),
        "mix: recipe.alpha must be in [0.001, 1000.0], got 0.0");
    members.set(new int[] {0, 5, 0, 0});
    requireMessage(
        () -> mix(pool(), recipe(3, 1, 0, members, 1)),
        "mix: recipe.members must be in 0..4, got 5");
  }

  @Test
  void moreRowsThanAnIndexCountsAreRefused() {
    Draws draws = new Draws(ints(1), ints(1, 3), ints(1, 1), real(1, 1));
    MixOutputs outputs = new MixOutputs(real(1, 8, 6, 3), null, null, real(1, 4));
    Recipe recipe = recipe(1 << 28, 8, 0, ints(4), 1);
    Tensor step = arena.tensor(DType.I64, 1);
    requireMessage(
        () -> PlanShapes.mix(REAL, pool(), Normalisation.unit(3), recipe, step, draws, outputs),
        "mix: recipe.batch x recipe.ways must be in 1..715827882, got 2147483648");
    Recipe independent =
        new Recipe(
            1,
            0,
            (1 << 28) + 1,
            16,
            Recipe.Partners.INDEPENDENT,
            Recipe.LambdaScope.SAMPLE,
            false,
            0,
            new double[16],
            ints(4));
    requireMessage(
        independent::sources,
        "recipe.batch x recipe.ways must be at most 715827882, got 4294967312");
  }

  @Test
  void labelsOutsideTheClassesAreRefused() {
    ImagePool pool = pool();
    pool.labels().set(new int[] {0, 1, 2, 3, 4});
    requireMessage(
        () -> mix(pool, recipe(3, 1, 0, ints(4), 1)), "mix: pool.labels must be in 0..3, got 4");
  }

  @Test
  void gatherWantsRowsAndLambdaTogether() {
    Tensor out = real(2, 8, 6, 3);
    Normalisation unit = Normalisation.unit(3);
    assertThatCode(
            () -> PlanShapes.gather(REAL, pool(), unit, ints(7), ints(2, 3), real(2, 3), out))
        .doesNotThrowAnyException();
    requireMessage(
        () -> PlanShapes.gather(REAL, pool(), unit, ints(2), ints(2, 3), null, out),
        "gather: lambda must be given together with rows, got null");
    requireMessage(
        () -> PlanShapes.gather(REAL, pool(), unit, ints(7), null, null, out),
        "gather: out must be F32 (7, 8, 6, 3), got F32 (2, 8, 6, 3)");
  }

  // ---- network ---------------------------------------------------------------------------------

  @Test
  void convolutionsMayLackTheGradientOfTheInputButNotOfTheKernel() {
    Conv2d.Spec s = new Conv2d.Spec(1, 4, 6, 3, 2, 3, 2);
    Tensor x = real(1, 4, 6, 3);
    Tensor w = real(2, 3, 3, 3);
    Tensor y = real(1, 2, 3, 2);
    assertThatCode(
            () -> PlanShapes.conv2d(REAL, s, new Conv2d.Tensors(x, w, null, y, y, null, w, null)))
        .doesNotThrowAnyException();
    requireMessage(
        () -> PlanShapes.conv2d(REAL, s, new Conv2d.Tensors(x, w, null, y, y, x, null, null)),
        "conv2d: dL_dw must be given, got null");
    requireMessage(
        () -> PlanShapes.conv2d(REAL, s, new Conv2d.Tensors(x, w, null, y, null, x, null, null)),
        "conv2d: dL_dx must be null without dL_dy");
    requireMessage(
        () -> PlanShapes.conv2d(REAL, s, new Conv2d.Tensors(x, w, real(2), y, y, x, w, null)),
        "conv2d: dL_db must be given together with b, got null");
    requireMessage(
        () -> PlanShapes.conv2d(REAL, new Conv2d.Spec(1, 5, 6, 3, 2, 3, 2), null),
        "conv2d: height and width must be multiples of stride 2, got 5, 6");
  }

  private void norm(
      Statistics statistics, int segments, int updates, Tensor residual, Tensor sum, Tensor dL_dy) {
    Tensor x = real(6, 2, 2, 3);
    Tensor c = real(3);
    Tensor gradient = dL_dy == null ? null : c;
    PlanShapes.norm(
        REAL,
        new Norm.Spec(statistics, segments, updates, 1e-3, 0.1),
        new Norm.Tensors(
            x,
            residual,
            sum,
            c,
            c,
            c,
            c,
            updates == 0 ? null : real(1),
            x,
            dL_dy,
            null,
            dL_dy,
            gradient,
            gradient));
  }

  @Test
  void normChecksSegmentsMasksAndSums() {
    Tensor x = real(6, 2, 2, 3);
    assertThatCode(() -> norm(Statistics.BATCH, 3, 5, x, x, x)).doesNotThrowAnyException();
    assertThatCode(() -> norm(Statistics.RUNNING, 1, 0, x, null, null)).doesNotThrowAnyException();
    requireMessage(
        () -> norm(Statistics.BATCH, 4, 0, null, null, null),
        "norm: batch must be a multiple of segments 4, got 6");
    requireMessage(
        () -> norm(Statistics.BATCH, 2, 4, null, null, null),
        "norm: updates must be a mask within 3, got 4");
    requireMessage(
        () -> norm(Statistics.RUNNING, 2, 0, null, null, null),
        "norm: segments with running statistics must be in 1..1, got 2");
    requireMessage(
        () -> norm(Statistics.RUNNING, 1, 0, null, null, x),
        "norm: dL_dy must be null with running statistics");
    requireMessage(
        () -> norm(Statistics.BATCH, 1, 0, null, x, null),
        "norm: sum must be null without residual");
    requireMessage(
        () -> norm(Statistics.BATCH, 1, 0, x, null, x),
        "norm: sum (backward reads it) must be given, got null");
  }

  @Test
  void aSegmentOfOnePixelHasNoUnbiasedVariance() {
    Tensor x = real(2, 1, 1, 3);
    Tensor c = real(3);
    Norm.Tensors t =
        new Norm.Tensors(x, null, null, c, c, c, c, real(1), x, null, null, null, null, null);
    requireMessage(
        () -> PlanShapes.norm(REAL, new Norm.Spec(Statistics.BATCH, 2, 1, 1e-3, 0.1), t),
        "norm: updated segments must have >= 2 pixels, got 1");
  }

  // ---- losses, optimiser, probe ----------------------------------------------------------------

  @Test
  void consistencyWantsRowsForEveryStudentRow() {
    Tensor logits = real(3, 4);
    Tensor one = real(1);
    requireMessage(
        () ->
            PlanShapes.consistency(
                REAL,
                new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN),
                new Consistency.Tensors(
                    logits, real(9, 4), ints(2, 2), real(2, 2), one, one, logits, null)),
        "consistency: rows must be I32 (3, 2), got I32 (2, 2)");
  }

  @Test
  void activationsMayHaveATypeOfTheirOwn() {
    RealTypes mixed = new RealTypes(DType.F32, DType.BF16);
    Tensor map = arena.tensor(DType.BF16, 2, 4, 4, 3);
    Tensor pooled = real(2, 3);
    assertThatCode(() -> PlanShapes.pool(mixed, map, pooled, null, null))
        .doesNotThrowAnyException();
    requireMessage(
        () -> PlanShapes.pool(mixed, real(2, 4, 4, 3), pooled, null, null),
        "pool: y must be BF16 with 4 axes, got F32 (2, 4, 4, 3)");
    Conv2d.Spec spec = new Conv2d.Spec(2, 4, 4, 3, 5, 3, 1);
    Tensor y = arena.tensor(DType.BF16, 2, 4, 4, 5);
    Tensor w = arena.tensor(DType.BF16, 5, 3, 3, 3);
    requireMessage(
        () -> PlanShapes.conv2d(mixed, spec, new Conv2d.Tensors(map, w, null, y, y, null, w, null)),
        "conv2d: dL_dw must be F32 (5, 3, 3, 3), got BF16 (5, 3, 3, 3)");
    Tensor p = real(7);
    Scalars scalars = new Scalars(real(1), real(1), real(1), real(1));
    Adam adam = new Adam(0.9, 0.999, 1e-8, 0.02, 3);
    requireMessage(
        () ->
            PlanShapes.optimiser(
                mixed,
                adam,
                arena.tensor(DType.I64, 1),
                scalars,
                new OptimTensors(p, p, p, p, p, p, null)),
        "optimiser: copy must be BF16 (7), got F32 (7)");
    List<NonLinLayer> layers = List.of(new NonLinLayer(map, map), new NonLinLayer(pooled, pooled));
    Tensor out = arena.tensor(DType.F64, 2, 2, 4);
    assertThatCode(() -> PlanShapes.nonlin(mixed, layers, ints(2, 2), real(2, 2), 1e-12, out))
        .doesNotThrowAnyException();
  }

  @Test
  void optimiserChecksTheDecayedShare() {
    Tensor p = real(7);
    Scalars scalars = new Scalars(real(1), real(1), real(1), real(1));
    Adam adam = new Adam(0.9, 0.999, 1e-8, 0.02, 8);
    requireMessage(
        () ->
            PlanShapes.optimiser(
                REAL, adam, arena.tensor(DType.I64, 1), scalars, OptimTensors.of(p, p, p, p, p)),
        "optimiser: decayed must be in 0..7, got 8");
  }

  @Test
  void nonlinWantsTheSameFeaturesAndSourcesInEveryLayer() {
    Tensor out = arena.tensor(DType.F64, 2, 3, 4);
    NonLinLayer first = new NonLinLayer(real(6, 2, 5), real(3, 2, 5));
    List<NonLinLayer> good = List.of(first, new NonLinLayer(real(6, 7), real(3, 7)));
    assertThatCode(() -> PlanShapes.nonlin(REAL, good, ints(3, 2), real(3, 2), 1e-12, out))
        .doesNotThrowAnyException();
    List<NonLinLayer> fewer = Arrays.asList(first, new NonLinLayer(real(5, 7), real(3, 7)));
    requireMessage(
        () -> PlanShapes.nonlin(REAL, fewer, ints(3, 2), real(3, 2), 1e-12, out),
        "nonlin: points of layer 1 must be F32 (6, 7), got F32 (5, 7)");
    requireMessage(
        () -> PlanShapes.nonlin(REAL, good, ints(3, 2), real(3, 2), 0, out),
        "nonlin: eps must be in [4.9E-324, 1.7976931348623157E308], got 0.0");
  }
}
