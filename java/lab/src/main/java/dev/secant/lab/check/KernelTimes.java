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
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Images;
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

  /** Of a batch that streams through memory, and of one that does so for longer. */
  private static final int LARGE = 65_536;

  private static final int LARGEST = 196_608;

  private static final int CLASSES = 10;
  private static final int MANY_CLASSES = 100;

  /** Copies of the set, so that it is larger than 1 GB. */
  private static final int COPIES = 8;

  private final Ceilings ceilings;

  KernelTimes(Ceilings ceilings) {
    this.ceilings = ceilings;
  }

  @Override
  public String section() {
    return "kernel times";
  }

  /** What all rows of a run have in common. */
  private record Bench(
      Backend backend, Arithmetic arithmetic, boolean quick, Consumer<CheckRow> rows) {}

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    try (Backend backend = s.open(Arithmetic.FP32, true, null)) {
      consistency(new Bench(backend, Arithmetic.FP32, s.quick(), rows));
    }
    for (Arithmetic arithmetic :
        s.onDevice() ? List.of(Arithmetic.BF16, Arithmetic.FP32) : List.of(Arithmetic.FP32)) {
      try (Backend backend = s.open(arithmetic, true, null)) {
        Bench bench = new Bench(backend, arithmetic, s.quick(), rows);
        if (!leftOut(s, bench, "mixing")) mixing(bench);
        if (!leftOut(s, bench, "NonLin")) nonlin(bench);
      }
    }
  }

  private boolean leftOut(CheckSettings s, Bench bench, String what) {
    if (!s.over()) return false;
    String name = what + " " + Word.of(bench.arithmetic());
    bench.rows().accept(CheckRow.notRun(section(), name, s.overText()));
    return true;
  }

  // ---- mixing ----------------------------------------------------------------------------------

  /** Resident images and what one mixing op needs beside its recipe. */
  private record Source(Plan plan, ImagePool pool, Tensor members, Tensor step) {
    /**
     * @param copies of the set, one behind the other
     */
    static Source of(Plan plan, ImageSet set, int copies) {
      Images images = set.train();
      int n = images.count();
      long[] dims = {(long) copies * n, images.height(), images.width(), images.channels()};
      Tensor pixels = plan.tensor(DType.U8, dims);
      Tensor labels = plan.tensor(DType.I32, (long) copies * n);
      for (int i = 0; i < copies; i++) {
        pixels.rows((long) i * n, (i + 1L) * n).set(images.pixels());
        labels.rows((long) i * n, (i + 1L) * n).set(images.labels());
      }
      Tensor members = plan.tensor(DType.I32, (long) copies * n);
      members.set(IntStream.range(0, copies * n).toArray());
      ImagePool pool = new ImagePool(pixels, labels, set.classes());
      return new Source(plan, pool, members, plan.tensor(DType.I64, 1));
    }
  }

  private void mixing(Bench bench) {
    ImageSet set = RandomImages.of(bench.quick() ? 5_000 : 50_000, 10);
    try (Plan plan = bench.backend().newPlan()) {
      Source source = Source.of(plan, set, 1);
      long cold = COLD_BYTES / (SMALL * imageBytes(plan));
      for (int k : new int[] {2, 4}) {
        mixing(bench, source, SMALL, k, 1);
        mixing(bench, source, SMALL, k, (int) cold);
      }
    }
    if (bench.quick()) {
      for (int k : new int[] {2, 4, 8}) streaming(bench, set, 4_096, k, 1);
      return;
    }
    for (int k : new int[] {2, 4}) streaming(bench, set, LARGE, k, COPIES);
    if (bench.arithmetic() != Arithmetic.BF16) return;
    streaming(bench, set, LARGE, 8, COPIES);
    for (int k : new int[] {2, 4, 8}) streaming(bench, set, LARGEST, k, COPIES);
  }

  private void streaming(Bench bench, ImageSet set, int batch, int k, int copies) {
    try (Plan plan = bench.backend().newPlan()) {
      mixing(bench, Source.of(plan, set, copies), batch, k, 1);
    }
  }

  private static long imageBytes(Plan plan) {
    return 32L * 32 * 3 * plan.backend().activation().bytes();
  }

  private void mixing(Bench bench, Source source, int batch, int k, int inTurn) {
    Plan plan = source.plan();
    ImagePool pool = source.pool();
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
              source.members());
      Tensor out = plan.activation(batch, pool.height(), pool.width(), pool.channels());
      Tensor targets = plan.real(batch, pool.classes());
      ops.add(
          plan.mix(
              pool,
              Normalisation.unit(pool.channels()),
              recipe,
              source.step(),
              Draws.of(plan, recipe),
              new MixOutputs(null, out, null, targets)));
    }
    long perImage = 32L * 32 * 3;
    long bytes = batch * (k * perImage + imageBytes(plan));
    row(bench, "mix", bench.arithmetic(), batch, k, turn(inTurn), bytes, time(bench, ops));
  }

  // ---- NonLin ----------------------------------------------------------------------------------

  private void nonlin(Bench bench) {
    nonlin(bench, SMALL, 1);
    long bytes = 2L * SMALL * FEATURES * bench.backend().activation().bytes();
    nonlin(bench, SMALL, (int) (COLD_BYTES / bytes));
    nonlin(bench, bench.quick() ? 256 : 10_000, 1);
    layers(bench);
  }

  private void nonlin(Bench bench, int size, int inTurn) {
    int k = 2;
    int sources = size + k - 1;
    try (Plan plan = bench.backend().newPlan()) {
      List<Op> ops = new ArrayList<>();
      for (int i = 0; i < inTurn; i++) {
        Tensor points = plan.activation(sources, FEATURES);
        Tensor mixed = plan.activation(size, FEATURES);
        ops.add(nonlin(plan, List.of(new NonLinLayer(points, mixed)), size, k));
      }
      // Every source row is read by two pairs; beyond the caches once each counts.
      long bytes = (long) (sources + size) * FEATURES * bench.backend().activation().bytes();
      row(bench, "nonlin-L1", bench.arithmetic(), size, k, turn(inTurn), bytes, time(bench, ops));
    }
  }

  /** The layers of WRN-28-2 as a probe's chunk has them. */
  private void layers(Bench bench) {
    try (Plan plan = bench.backend().newPlan()) {
      int k = 2;
      List<NonLinLayer> layers = new ArrayList<>();
      long bytes = 0;
      for (int d : new int[] {16_384, 32_768, 16_384, 8_192}) {
        layers.add(new NonLinLayer(plan.activation(SMALL + k - 1, d), plan.activation(SMALL, d)));
        bytes += (2L * SMALL + k - 1) * d * bench.backend().activation().bytes();
      }
      for (int d : new int[] {128, 10}) {
        layers.add(new NonLinLayer(plan.real(SMALL + k - 1, d), plan.real(SMALL, d)));
        bytes += (2L * SMALL + k - 1) * d * Float.BYTES;
      }
      Op op = nonlin(plan, layers, SMALL, k);
      row(bench, "nonlin", bench.arithmetic(), SMALL, k, turn(1), bytes, time(bench, List.of(op)));
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

  private void consistency(Bench bench) {
    int large = bench.quick() ? 4_096 : LARGE;
    for (int k : new int[] {2, 4}) {
      consistency(bench, SMALL, CLASSES, k, 1);
      consistency(bench, large, CLASSES, k, 1);
    }
    // With many classes a batch is large enough that few of them exceed the L2.
    long bytes = 3L * SMALL * MANY_CLASSES * Float.BYTES;
    consistency(bench, SMALL, MANY_CLASSES, 2, (int) (bench.quick() ? 4 : COLD_BYTES / bytes));
    consistency(bench, large, MANY_CLASSES, 2, 1);
  }

  private void consistency(Bench bench, int size, int classes, int k, int inTurn) {
    try (Plan plan = bench.backend().newPlan()) {
      Tensor rowsOfPoints = plan.tensor(DType.I32, size, k);
      rowsOfPoints.set(IntStream.range(0, size * k).map(i -> (i / k + i % k) % size).toArray());
      Tensor lambda = plan.tensor(DType.F32, size, k);
      float[] half = new float[size * k];
      java.util.Arrays.fill(half, 1f / k);
      lambda.set(half);
      List<Op> ops = new ArrayList<>();
      for (int i = 0; i < inTurn; i++) {
        ops.add(
            plan.consistency(
                new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN),
                new Consistency.Tensors(
                    plan.real(size, classes),
                    plan.real(size, classes),
                    rowsOfPoints,
                    lambda,
                    plan.real(1),
                    plan.real(1),
                    plan.real(size, classes),
                    null)));
      }
      long bytes = (k + 2L) * size * classes * Float.BYTES;
      String name = classes == CLASSES ? "consistency" : "consistency C=" + classes;
      row(bench, name, Arithmetic.FP32, size, k, turn(inTurn), bytes, time(bench, ops));
    }
  }

  // ---- rows ------------------------------------------------------------------------------------

  private static String turn(int inTurn) {
    return inTurn == 1 ? "" : " cold";
  }

  private static Timing time(Bench bench, List<Op> ops) {
    int runs = ops.size() > 1 ? 1 : 20;
    Timing all =
        Timing.of(
            bench.backend(),
            runs,
            bench.quick(),
            () -> {
              for (int i = 0; i < ops.size(); i++) ops.get(i).run();
            });
    double n = ops.size();
    return new Timing(all.median() / n, all.p10() / n, all.p90() / n, all.n());
  }

  private void row(
      Bench bench,
      String kernel,
      Arithmetic arithmetic,
      int batch,
      int k,
      String turn,
      long bytes,
      Timing t) {
    double rate = bytes / (t.median() / 1e3);
    Map<String, Object> values = t.values();
    values.put("what", "kernel");
    values.put("kernel", kernel + turn);
    values.put("precision", Word.of(arithmetic));
    values.put("batch", batch);
    values.put("k", k);
    values.put("bytes", bytes);
    values.put("gb_per_second", rate / 1e9);
    String text =
        "%s, %.0f GB/s%s".formatted(t.text(), rate / 1e9, ceilings.share(Ceilings.COPY, rate));
    String name = "%s%s K=%d N=%d %s".formatted(kernel, turn, k, batch, Word.of(arithmetic));
    bench.rows().accept(CheckRow.pass(section(), name, text).with(values));
  }
}
