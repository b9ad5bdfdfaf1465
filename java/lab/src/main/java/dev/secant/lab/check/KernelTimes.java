// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.Consistency;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Draws;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.backend.Recipe;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ResidentSet;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The three flagship kernels: one small batch again and again (hot), many small batches in turn
 * (cold: more than the caches hold), and batches that stream through memory.
 */
final class KernelTimes implements Check {
  private static final int SMALL = 128;

  /** Of the widest layer of WRN-28-2. */
  private static final int FEATURES = 32_768;

  /** Outputs in turn, so that they exceed any L2. */
  private static final long COLD_BYTES = 256L << 20;

  private final Ceilings ceilings;
  private boolean quick;

  KernelTimes(Ceilings ceilings) {
    this.ceilings = ceilings;
  }

  @Override
  public String section() {
    return "kernel times";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    quick = s.quick();
    Arithmetic arithmetic = s.onDevice() ? Arithmetic.BF16 : Arithmetic.FP32;
    try (Backend backend = s.open(arithmetic, true, null)) {
      mixing(s, backend, arithmetic, rows);
      nonlin(s, backend, arithmetic, rows);
      consistency(backend, arithmetic, rows);
    }
  }

  // ---- mixing ----------------------------------------------------------------------------------

  private void mixing(
      CheckSettings s, Backend backend, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    ImageSet set = RandomImages.of(s.quick() ? 5_000 : 50_000, 10);
    try (Plan plan = backend.newPlan()) {
      ImagePool pool = ResidentSet.pool(plan::tensor, set.train(), set.classes());
      Tensor members = plan.tensor(DType.I32, set.train().count());
      members.set(IntStream.range(0, set.train().count()).toArray());
      Tensor step = plan.tensor(DType.I64, 1);
      for (int k : new int[] {2, 4}) {
        mixing(plan, pool, members, step, arithmetic, SMALL, k, 1, rows);
        long cold = COLD_BYTES / (SMALL * imageBytes(plan));
        mixing(plan, pool, members, step, arithmetic, SMALL, k, (int) cold, rows);
      }
    }
    for (int k : new int[] {2, 4, 8}) {
      for (int batch : s.quick() ? new int[] {4_096} : new int[] {65_536, 196_608}) {
        try (Plan plan = backend.newPlan()) {
          ImagePool pool = ResidentSet.pool(plan::tensor, set.train(), set.classes());
          Tensor members = plan.tensor(DType.I32, set.train().count());
          members.set(IntStream.range(0, set.train().count()).toArray());
          Tensor step = plan.tensor(DType.I64, 1);
          mixing(plan, pool, members, step, arithmetic, batch, k, 1, rows);
        }
      }
    }
  }

  private static long imageBytes(Plan plan) {
    return 32L * 32 * 3 * plan.backend().activation().bytes();
  }

  private void mixing(
      Plan plan,
      ImagePool pool,
      Tensor members,
      Tensor step,
      Arithmetic arithmetic,
      int batch,
      int k,
      int inTurn,
      Consumer<CheckRow> rows) {
    double[] alpha = new double[k];
    java.util.Arrays.fill(alpha, 0.5);
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < inTurn; i++) {
      Recipe recipe =
          new Recipe(
              i,
              1,
              batch,
              k,
              Recipe.Partners.INDEPENDENT,
              Recipe.LambdaScope.SAMPLE,
              true,
              2,
              alpha,
              members);
      Tensor out = plan.activation(batch, pool.height(), pool.width(), pool.channels());
      Tensor targets = plan.real(batch, pool.classes());
      ops.add(
          plan.mix(
              pool,
              Normalisation.unit(pool.channels()),
              recipe,
              step,
              Draws.of(plan, recipe),
              new MixOutputs(null, out, null, targets)));
    }
    long perImage = 32L * 32 * 3;
    long bytes = batch * (k * perImage + imageBytes(plan));
    row("mix", arithmetic, batch, k, turn(inTurn), bytes, time(plan, ops), rows);
  }

  // ---- NonLin ----------------------------------------------------------------------------------

  private void nonlin(
      CheckSettings s, Backend backend, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    nonlin(backend, arithmetic, SMALL, 1, rows);
    long bytes = 2L * SMALL * FEATURES * backend.activation().bytes();
    nonlin(backend, arithmetic, SMALL, (int) (COLD_BYTES / bytes), rows);
    nonlin(backend, arithmetic, s.quick() ? 256 : 10_000, 1, rows);
    layers(backend, arithmetic, rows);
  }

  private void nonlin(
      Backend backend, Arithmetic arithmetic, int size, int inTurn, Consumer<CheckRow> rows) {
    int k = 2;
    int sources = size + k - 1;
    try (Plan plan = backend.newPlan()) {
      List<Op> ops = new ArrayList<>();
      for (int i = 0; i < inTurn; i++) {
        Tensor points = plan.activation(sources, FEATURES);
        Tensor mixed = plan.activation(size, FEATURES);
        ops.add(nonlin(plan, List.of(new NonLinLayer(points, mixed)), size, k));
      }
      // Every source row is read by two pairs; beyond the caches once each counts.
      long bytes = (long) (sources + size) * FEATURES * backend.activation().bytes();
      row("nonlin-L1", arithmetic, size, k, turn(inTurn), bytes, time(plan, ops), rows);
    }
  }

  /** The layers of WRN-28-2 as a probe's chunk has them. */
  private void layers(Backend backend, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    try (Plan plan = backend.newPlan()) {
      int k = 2;
      List<NonLinLayer> layers = new ArrayList<>();
      long bytes = 0;
      for (int d : new int[] {16_384, 32_768, 16_384, 8_192}) {
        layers.add(new NonLinLayer(plan.activation(SMALL + k - 1, d), plan.activation(SMALL, d)));
        bytes += (2L * SMALL + k - 1) * d * backend.activation().bytes();
      }
      for (int d : new int[] {128, 10}) {
        layers.add(new NonLinLayer(plan.real(SMALL + k - 1, d), plan.real(SMALL, d)));
        bytes += (2L * SMALL + k - 1) * d * Float.BYTES;
      }
      Op op = nonlin(plan, layers, SMALL, k);
      row("nonlin", arithmetic, SMALL, k, turn(1), bytes, time(plan, List.of(op)), rows);
    }
  }

  private static Op nonlin(Plan plan, List<NonLinLayer> layers, int batch, int k) {
    int[] followers = new int[batch * k];
    for (int i = 0; i < followers.length; i++) followers[i] = i / k + i % k;
    Tensor rows = plan.tensor(DType.I32, batch, k);
    rows.set(followers);
    Tensor lambda = plan.tensor(DType.F32, batch, k);
    float[] half = new float[batch * k];
    java.util.Arrays.fill(half, 1f / k);
    lambda.set(half);
    Tensor out = plan.tensor(DType.F64, layers.size(), batch, 4);
    return plan.nonlin(layers, rows, lambda, 1e-12, out);
  }

  // ---- consistency -----------------------------------------------------------------------------

  private void consistency(Backend backend, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    int classes = 10;
    int k = 2;
    try (Plan plan = backend.newPlan()) {
      Tensor rowsOfPoints = plan.tensor(DType.I32, SMALL, k);
      rowsOfPoints.set(IntStream.range(0, SMALL * k).map(i -> (i / k + i % k) % SMALL).toArray());
      Tensor lambda = plan.tensor(DType.F32, SMALL, k);
      float[] half = new float[SMALL * k];
      java.util.Arrays.fill(half, 1f / k);
      lambda.set(half);
      Op op =
          plan.consistency(
              new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN),
              new Consistency.Tensors(
                  plan.real(SMALL, classes),
                  plan.real(SMALL, classes),
                  rowsOfPoints,
                  lambda,
                  plan.real(1),
                  plan.real(1),
                  plan.real(SMALL, classes),
                  null));
      long bytes = (k + 2L) * SMALL * classes * Float.BYTES;
      row("consistency", Arithmetic.FP32, SMALL, k, turn(1), bytes, time(plan, List.of(op)), rows);
    }
  }

  // ---- rows ------------------------------------------------------------------------------------

  private static String turn(int inTurn) {
    return inTurn == 1 ? "" : " cold";
  }

  private Timing time(Plan plan, List<Op> ops) {
    int runs = ops.size() > 1 ? 1 : 20;
    Timing all =
        Timing.of(
            plan.backend(),
            runs,
            quick,
            () -> {
              for (int i = 0; i < ops.size(); i++) ops.get(i).run();
            });
    double n = ops.size();
    return new Timing(all.median() / n, all.p10() / n, all.p90() / n, all.n());
  }

  private void row(
      String kernel,
      Arithmetic arithmetic,
      int batch,
      int k,
      String turn,
      long bytes,
      Timing t,
      Consumer<CheckRow> rows) {
    double rate = bytes / (t.median() / 1e3);
    Map<String, Object> values = t.values();
    values.put("what", "kernel");
    values.put("kernel", kernel + turn);
    values.put("precision", Names.of(arithmetic));
    values.put("batch", batch);
    values.put("k", k);
    values.put("bytes", bytes);
    values.put("gb_per_second", rate / 1e9);
    String text =
        "%s, %.0f GB/s%s".formatted(t.text(), rate / 1e9, ceilings.share(Ceilings.COPY, rate));
    String name = "%s%s K=%d N=%d %s".formatted(kernel, turn, k, batch, Names.of(arithmetic));
    rows.accept(CheckRow.pass(section(), name, text).with(values));
  }
}
