// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static dev.secant.lab.misuse.Table.always;
import static dev.secant.lab.misuse.Table.args;
import static dev.secant.lab.misuse.Table.on;
import static dev.secant.lab.misuse.Table.refused;
import static dev.secant.lab.misuse.Table.works;

import dev.secant.backend.Adam;
import dev.secant.backend.Backend;
import dev.secant.backend.Consistency;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Draws;
import dev.secant.backend.Head;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Norm;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.Readback;
import dev.secant.backend.Recipe;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.backend.StepLog;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;

/**
 * The ops of a plan on the CPU's backend, planned and run. A tensor that is closed when an op is
 * planned or run, of another type or with another axis is refused by the name of the argument; what
 * shapes an op takes beyond that is {@code PlanShapesTest}'s.
 */
final class PlanTable {
  private static final Conv2d.Spec CONV = new Conv2d.Spec(2, 4, 4, 16, 16, 3, 1);
  private static final Consistency MEAN =
      new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN);

  private PlanTable() {}

  static void add() {
    on(Backend.class, World::backend, w -> w.backend().close());
    always("name", "description", "real", "activation", "kernelGradient", "types", "choices");
    always("warning", "address", "asynchronous", "synchronize", "close");
    always("record", w -> args("step?", (Runnable) () -> {}));
    works("newPlan");
    works("ceilings", w -> args("plan", w.plan(), "small", true));

    on(Plan.class, World::plan, w -> w.plan().close());
    always("backend", "bytes", "branch", "close");
    always("named", w -> args("name?", "name", "op?", (Op) () -> {}));
    works("tensor", w -> args("dtype", DType.F32, "dims*", new long[] {2}));
    works("real", w -> args("dims*", new long[] {2}));
    works("activation", w -> args("dims*", new long[] {2}));
    refused("no extent", "real", "dims", new long[] {0});
    refused("no extents", "activation", "dims", null);
    data();
    network();
    losses();
    optimiser();
    on(Readback.class, w -> w.plan().readback(w.f32(2)), w -> w.plan().close());
    works("start");
    works("read", w -> args("into*", new double[2]));
    refused("into nothing", "read", "into", null);
    refused("into less", "read", "into", new double[1]);
  }

  private static ImagePool pool(World w) {
    return new ImagePool(w.plan().tensor(DType.U8, 2, 4, 4, 3), w.i32(2), 2);
  }

  private static void data() {
    works(
        "mix",
        w -> {
          Recipe recipe =
              new Recipe(
                  1,
                  0,
                  2,
                  2,
                  Recipe.Partners.SHIFT,
                  Recipe.LambdaScope.SAMPLE,
                  true,
                  1,
                  new double[] {.5, .5},
                  w.i32(2));
          return args(
              "pool",
              pool(w),
              "normalisation",
              Normalisation.unit(3),
              "recipe",
              recipe,
              "step",
              w.plan().tensor(DType.I64, 1),
              "draws",
              Draws.of(w.plan(), recipe),
              "outputs",
              new MixOutputs(w.f32(2, 4, 4, 3), w.f32(2, 4, 4, 3), w.f32(2, 2), w.f32(2, 2)));
        });
    works(
        "gather",
        w ->
            args(
                "pool",
                pool(w),
                "normalisation",
                Normalisation.unit(3),
                "indices|out",
                w.i32(3),
                "rows|lambda",
                w.i32(2, 2),
                "lambda|rows",
                w.f32(2, 2),
                "out",
                w.f32(2, 4, 4, 3)));
    works(
        "nonlin",
        w ->
            args(
                "layers",
                List.of(new NonLinLayer(w.f32(3, 5), w.f32(2, 5))),
                "rows|lambda",
                w.i32(2, 2),
                "lambda|rows",
                w.f32(2, 2),
                "eps*",
                1e-12,
                "out",
                w.plan().tensor(DType.F64, 1, 2, 4)));
  }

  private static Conv2d.Tensors conv(World w) {
    Tensor y = w.f32(2, 4, 4, 16);
    return new Conv2d.Tensors(
        w.f32(2, 4, 4, 16),
        w.f32(16, 3, 3, 16),
        w.f32(16),
        y,
        w.f32(2, 4, 4, 16),
        w.f32(2, 4, 4, 16),
        w.f32(16, 3, 3, 16),
        w.f32(16));
  }

  private static Norm.Tensors norm(World w, Tensor x, boolean gradients) {
    return new Norm.Tensors(
        x,
        null,
        null,
        w.f32(16),
        w.f32(16),
        w.f32(16),
        w.f32(16),
        gradients ? w.f32(1) : null,
        w.f32(2, 4, 4, 16),
        gradients ? w.f32(2, 4, 4, 16) : null,
        null,
        gradients ? w.f32(2, 4, 4, 16) : null,
        gradients ? w.f32(16) : null,
        gradients ? w.f32(16) : null);
  }

  private static void network() {
    works("conv2d", w -> args("spec|conv2d", CONV, "tensors|conv2d", conv(w)));
    works(
        "conv2d",
        w -> args("spec|conv2d", CONV, "tensors|conv2d", conv(w), "weights?", w.plan().branch()));
    Norm.Spec batch = new Norm.Spec(Norm.Statistics.BATCH, 1, 1, 1e-3, .1);
    works("norm", w -> args("spec", batch, "tensors|norm", norm(w, w.f32(2, 4, 4, 16), true)));
    works(
        "convNorm",
        w -> {
          Conv2d.Tensors conv =
              Conv2d.Tensors.forwardOnly(
                  w.f32(2, 4, 4, 16), w.f32(16, 3, 3, 16), w.f32(16), w.f32(2, 4, 4, 16));
          return args(
              "spec|conv",
              CONV,
              "conv",
              conv,
              "normSpec|norm",
              new Norm.Spec(Norm.Statistics.RUNNING, 1, 0, 1e-3, .1),
              "norm",
              norm(w, conv.y(), false));
        });
    works("copy", w -> args("from|to", w.f32(2, 3), "to", w.f32(2, 3)));
    works("add", w -> args("a|b", w.f32(2, 3), "b", w.f32(2, 3), "out", w.f32(2, 3)));
    works(
        "pool",
        w ->
            args(
                "y",
                w.f32(2, 4, 4, 3),
                "pooled",
                w.f32(2, 3),
                "dL_dpooled",
                w.f32(2, 3),
                "dL_dy",
                w.f32(2, 4, 4, 3)));
    works(
        "dense",
        w ->
            args(
                "x",
                w.f32(2, 3),
                "w",
                w.f32(5, 3),
                "bias",
                w.f32(5),
                "logits",
                w.f32(2, 5),
                "dL_dlogits",
                w.f32(2, 5),
                "dL_dx",
                w.f32(2, 3),
                "dL_dw",
                w.f32(5, 3),
                "dL_dbias",
                w.f32(5)));
  }

  private static void losses() {
    works(
        "crossEntropy",
        w ->
            args(
                "logits|targets",
                w.f32(2, 5),
                "targets",
                w.f32(2, 5),
                "loss",
                w.f32(1),
                "dL_dlogits?",
                w.f32(2, 5)));
    works(
        "consistency",
        w ->
            args(
                "spec",
                MEAN,
                "tensors|consistency",
                new Consistency.Tensors(
                    w.f32(2, 5),
                    w.f32(3, 5),
                    w.i32(2, 2),
                    w.f32(2, 2),
                    w.f32(1),
                    w.f32(1),
                    w.f32(2, 5),
                    w.f32(3, 5))));
    works(
        "head",
        w ->
            args(
                "head",
                new Head(MEAN, 2, 2),
                "tensors|head",
                new Head.Tensors(
                    w.f32(4, 2, 2, 3),
                    w.f32(5, 3),
                    w.f32(5),
                    w.f32(2, 5),
                    w.f32(3, 5),
                    w.i32(2, 2),
                    w.f32(2, 2),
                    w.f32(1),
                    w.f32(4, 3),
                    w.f32(4, 5),
                    w.f32(1),
                    w.f32(1),
                    w.f32(4, 5),
                    w.f32(5, 3),
                    w.f32(5),
                    w.f32(4, 2, 2, 3))));
  }

  private static void optimiser() {
    works(
        "schedule",
        w ->
            args(
                "schedule",
                new Schedule(10, 1e-3, false, 1, .4, .9, false, .9, false),
                "step",
                w.plan().tensor(DType.I64, 1),
                "scalars",
                Scalars.of(w.plan())));
    works("advance", w -> args("step", w.plan().tensor(DType.I64, 1)));
    works(
        "advance",
        w ->
            args(
                "step",
                w.plan().tensor(DType.I64, 1),
                "log",
                new StepLog(w.f32(1), w.f32(1), w.f32(1), w.f32(4, 3))));
    works("readback", w -> args("tensor^", w.f32(2)));
    works(
        "optimiser",
        w ->
            args(
                "adam",
                new Adam(.9, .999, 1e-8, 0, 3),
                "step",
                w.plan().tensor(DType.I64, 1),
                "scalars",
                new Scalars(w.f32(1), null, w.f32(1), null),
                "tensors|optimiser",
                OptimTensors.of(w.f32(5), w.f32(5), w.f32(5), w.f32(5), w.f32(5))));
  }
}
