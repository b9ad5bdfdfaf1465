// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;

/**
 * What every backend checks before it plans an op: one method per method of {@link Plan}, with the
 * same arguments after the backend's types. Each throws {@link IllegalArgumentException} naming the
 * op, the tensor, what was expected and what was found. The values of index tensors that live as
 * long as a data set (labels, members) are checked too.
 */
public final class PlanShapes {
  /** Most points mixed at once, {@code SECANT_MAX_WAYS}. */
  public static final int MAX_WAYS = 16;

  /** Most segments of a norm, one per bit of {@link Norm.Spec#updates}. */
  public static final int MAX_SEGMENTS = 32;

  /** Values per sample of {@link Plan#nonlin}. */
  public static final int NONLIN_FIELDS = 4;

  private static final double SMALLEST_ALPHA = 1e-3;
  private static final double LARGEST_ALPHA = 1e3;

  private PlanShapes() {}

  // ---- data ------------------------------------------------------------------------------------

  public static void mix(
      RealTypes types,
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs) {
    Expect e = new Expect("mix", types);
    pool(e, pool, normalisation);
    recipe(e, recipe, pool);
    e.tensor("step", step, DType.I64, 1);
    int t = recipe.sources();
    e.present("draws", draws);
    e.tensor("draws.indices", draws.indices(), DType.I32, t);
    e.tensor("draws.crops", draws.crops(), DType.I32, t, 3);
    e.tensor("draws.rows", draws.rows(), DType.I32, recipe.batch(), recipe.ways());
    e.tensor("draws.lambda", draws.lambda(), DType.F32, recipe.batch(), recipe.ways());
    e.present("outputs", outputs);
    int h = pool.height();
    int w = pool.width();
    e.activationOrNull("outputs.clean", outputs.clean(), t, h, w, pool.channels());
    e.activationOrNull("outputs.mixed", outputs.mixed(), recipe.batch(), h, w, pool.channels());
    e.realOrNull("outputs.cleanTargets", outputs.cleanTargets(), t, pool.classes());
    e.realOrNull("outputs.mixedTargets", outputs.mixedTargets(), recipe.batch(), pool.classes());
  }

  public static void gather(
      RealTypes types,
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out) {
    Expect e = new Expect("gather", types);
    pool(e, pool, normalisation);
    e.rank("indices", indices, DType.I32, 1);
    e.together("rows", rows, "lambda", lambda);
    long batch = indices.dim(0);
    if (rows != null) {
      mixture(e, rows, lambda);
      batch = rows.dim(0);
    }
    e.activation("out", out, batch, pool.height(), pool.width(), pool.channels());
  }

  private static void pool(Expect e, ImagePool pool, Normalisation normalisation) {
    e.present("pool", pool);
    e.rank("pool.pixels", pool.pixels(), DType.U8, 4);
    e.range("channels of pool.pixels", pool.pixels().dim(3), 1, 4);
    e.tensor("pool.labels", pool.labels(), DType.I32, pool.count());
    e.atLeast("pool.classes", pool.classes(), 1);
    indices(e, "pool.labels", pool.labels(), pool.classes());
    e.present("normalisation", normalisation);
    e.range(
        "length of normalisation.scale",
        normalisation.scale().length,
        pool.channels(),
        pool.channels());
    e.range(
        "length of normalisation.shift",
        normalisation.shift().length,
        pool.channels(),
        pool.channels());
  }

  private static void recipe(Expect e, Recipe recipe, ImagePool pool) {
    e.present("recipe", recipe);
    e.range("recipe.stream", recipe.stream(), 0, 3);
    e.atLeast("recipe.batch", recipe.batch(), 1);
    e.range("recipe.ways", recipe.ways(), 1, MAX_WAYS);
    e.range(
        "recipe.batch x recipe.ways", (long) recipe.batch() * recipe.ways(), 1, Recipe.MOST_ROWS);
    e.present("recipe.partners", recipe.partners());
    e.present("recipe.lambdaScope", recipe.lambdaScope());
    if (recipe.partners() == Recipe.Partners.SHIFT) {
      e.range("recipe.ways with shifted partners", recipe.ways(), 1, recipe.batch());
    }
    e.range("recipe.pad", recipe.pad(), 0, Math.min(pool.height(), pool.width()) - 1);
    e.present("recipe.alpha", recipe.alpha());
    e.range("length of recipe.alpha", recipe.alpha().length, recipe.ways(), recipe.ways());
    for (double alpha : recipe.alpha())
      e.range("recipe.alpha", alpha, SMALLEST_ALPHA, LARGEST_ALPHA);
    e.rank("recipe.members", recipe.members(), DType.I32, 1);
    indices(e, "recipe.members", recipe.members(), pool.count());
  }

  private static void indices(Expect e, String name, Tensor tensor, long bound) {
    for (int value : tensor.toInts()) e.range(name, value, 0, bound - 1);
  }

  private static void mixture(Expect e, Tensor rows, Tensor lambda) {
    e.rank("rows", rows, DType.I32, 2);
    e.range("ways (axis 1 of rows)", rows.dim(1), 1, MAX_WAYS);
    e.tensor("lambda", lambda, DType.F32, rows.dim(0), rows.dim(1));
  }

  // ---- network ---------------------------------------------------------------------------------

  public static void conv2d(RealTypes types, Conv2d.Spec s, Conv2d.Tensors t) {
    Expect e = new Expect("conv2d", types);
    e.present("spec", s);
    convolution(e, s);
    e.present("tensors", t);
    int k = s.kernel();
    e.activation("x", t.x(), s.batch(), s.height(), s.width(), s.in());
    e.activation("w", t.w(), s.out(), k, k, s.in());
    e.realOrNull("b", t.b(), s.out());
    e.activation("y", t.y(), s.batch(), s.outHeight(), s.outWidth(), s.out());
    if (t.dL_dy() == null) {
      e.absent("dL_dx", t.dL_dx(), "without dL_dy");
      e.absent("dL_dw", t.dL_dw(), "without dL_dy");
      e.absent("dL_db", t.dL_db(), "without dL_dy");
      return;
    }
    e.activationLike("dL_dy", t.dL_dy(), t.y());
    e.activationLikeOrNull("dL_dx", t.dL_dx(), t.x());
    e.realLike("dL_dw", t.dL_dw(), t.w());
    e.together("dL_db", t.dL_db(), "b", t.b());
    e.realOrNull("dL_db", t.dL_db(), s.out());
  }

  private static void convolution(Expect e, Conv2d.Spec s) {
    e.atLeast("batch", s.batch(), 1);
    e.atLeast("in", s.in(), 1);
    e.atLeast("out", s.out(), 1);
    e.that(s.kernel() == 1 || s.kernel() == 3, "kernel must be 1 or 3, got " + s.kernel());
    e.range("stride", s.stride(), 1, 2);
    e.atLeast("height", s.height(), 1);
    e.atLeast("width", s.width(), 1);
    boolean whole = s.height() % s.stride() == 0 && s.width() % s.stride() == 0;
    String found = s.height() + ", " + s.width();
    e.that(whole, "height and width must be multiples of stride " + s.stride() + ", got " + found);
  }

  public static void norm(RealTypes types, Norm.Spec s, Norm.Tensors t) {
    Expect e = new Expect("norm", types);
    e.present("spec", s);
    e.present("tensors", t);
    e.rank("x", t.x(), types.activation(), 4);
    normalised(e, s, t.x());
    long channels = t.x().dim(3);
    e.activationLikeOrNull("residual", t.residual(), t.x());
    if (t.residual() == null) e.absent("sum", t.sum(), "without residual");
    e.activationLikeOrNull("sum", t.sum(), t.x());
    e.real("gamma", t.gamma(), channels);
    e.real("beta", t.beta(), channels);
    e.activationLike("y", t.y(), t.x());
    running(e, s, t, channels);
    if (t.dL_dy() != null) normGradients(e, s, t, channels);
    else noNormGradients(e, t);
  }

  private static void normalised(Expect e, Norm.Spec s, Tensor x) {
    e.present("statistics", s.statistics());
    boolean fixed = s.statistics() == Norm.Statistics.RUNNING;
    e.range(
        fixed ? "segments with running statistics" : "segments",
        s.segments(),
        1,
        fixed ? 1 : MAX_SEGMENTS);
    e.that(
        x.dim(0) % s.segments() == 0,
        "batch must be a multiple of segments " + s.segments() + ", got " + x.dim(0));
    e.that(s.eps() > 0 && s.eps() < Double.POSITIVE_INFINITY, "eps must be > 0, got " + s.eps());
    e.that(Double.isFinite(s.slope()), "slope must be finite, got " + s.slope());
    long allowed = fixed ? 0 : (1L << s.segments()) - 1;
    long updates = Integer.toUnsignedLong(s.updates());
    e.that(
        (updates & ~allowed) == 0, "updates must be a mask within " + allowed + ", got " + updates);
    long pixels = x.count() / x.dim(3) / s.segments();
    e.that(updates == 0 || pixels > 1, "updated segments must have >= 2 pixels, got " + pixels);
  }

  private static void running(Expect e, Norm.Spec s, Norm.Tensors t, long channels) {
    boolean read = s.statistics() == Norm.Statistics.RUNNING;
    if (read || s.updates() != 0) {
      e.real("runningMean", t.runningMean(), channels);
      e.real("runningVariance", t.runningVariance(), channels);
    } else {
      e.realOrNull("runningMean", t.runningMean(), channels);
      e.realOrNull("runningVariance", t.runningVariance(), channels);
    }
    if (s.updates() != 0) e.real("rate", t.rate(), 1);
    else e.realOrNull("rate", t.rate(), 1);
  }

  private static void normGradients(Expect e, Norm.Spec s, Norm.Tensors t, long channels) {
    if (s.statistics() == Norm.Statistics.RUNNING)
      e.absent("dL_dy", t.dL_dy(), "with running statistics");
    if (t.residual() != null) e.present("sum (backward reads it)", t.sum());
    e.activationLike("dL_dy", t.dL_dy(), t.x());
    e.activationLikeOrNull("addend", t.addend(), t.x());
    e.activationLike("dL_dx", t.dL_dx(), t.x());
    e.real("dL_dgamma", t.dL_dgamma(), channels);
    e.real("dL_dbeta", t.dL_dbeta(), channels);
  }

  private static void noNormGradients(Expect e, Norm.Tensors t) {
    e.absent("addend", t.addend(), "without dL_dy");
    e.absent("dL_dx", t.dL_dx(), "without dL_dy");
    e.absent("dL_dgamma", t.dL_dgamma(), "without dL_dy");
    e.absent("dL_dbeta", t.dL_dbeta(), "without dL_dy");
  }

  public static void add(RealTypes types, Tensor a, Tensor b, Tensor out) {
    Expect e = new Expect("add", types);
    e.present("a", a);
    e.activationLike("a", a, a);
    e.activationLike("b", b, a);
    e.activationLike("out", out, a);
  }

  public static void pool(
      RealTypes types, Tensor y, Tensor pooled, Tensor dL_dpooled, Tensor dL_dy) {
    Expect e = new Expect("pool", types);
    e.rank("y", y, types.activation(), 4);
    e.real("pooled", pooled, y.dim(0), y.dim(3));
    e.together("dL_dpooled", dL_dpooled, "dL_dy", dL_dy);
    e.realLikeOrNull("dL_dpooled", dL_dpooled, pooled);
    e.activationLikeOrNull("dL_dy", dL_dy, y);
  }

  public static void dense(
      RealTypes types,
      Tensor x,
      Tensor w,
      Tensor bias,
      Tensor logits,
      Tensor dL_dlogits,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_dbias) {
    Expect e = new Expect("dense", types);
    e.rank("x", x, types.real(), 2);
    e.rank("w", w, types.real(), 2);
    e.real("w", w, w.dim(0), x.dim(1));
    e.real("bias", bias, w.dim(0));
    e.real("logits", logits, x.dim(0), w.dim(0));
    e.together("dL_dlogits", dL_dlogits, "dL_dx", dL_dx);
    e.together("dL_dlogits", dL_dlogits, "dL_dw", dL_dw);
    e.together("dL_dlogits", dL_dlogits, "dL_dbias", dL_dbias);
    e.realLikeOrNull("dL_dlogits", dL_dlogits, logits);
    e.realLikeOrNull("dL_dx", dL_dx, x);
    e.realLikeOrNull("dL_dw", dL_dw, w);
    e.realLikeOrNull("dL_dbias", dL_dbias, bias);
  }

  // ---- losses ----------------------------------------------------------------------------------

  public static void crossEntropy(
      RealTypes types, Tensor logits, Tensor targets, Tensor loss, Tensor dL_dlogits) {
    Expect e = new Expect("crossEntropy", types);
    e.rank("logits", logits, types.real(), 2);
    e.realLike("targets", targets, logits);
    e.real("loss", loss, 1);
    e.realLikeOrNull("dL_dlogits", dL_dlogits, logits);
  }

  public static void consistency(RealTypes types, Consistency spec, Consistency.Tensors t) {
    Expect e = new Expect("consistency", types);
    e.present("spec", spec);
    e.present("tensors", t);
    e.present("space", spec.space());
    e.present("reduction", spec.reduction());
    e.rank("student", t.student(), types.real(), 2);
    e.rank("targets", t.targets(), types.real(), 2);
    e.real("targets", t.targets(), t.targets().dim(0), t.student().dim(1));
    mixture(e, t.rows(), t.lambda());
    e.tensor("rows", t.rows(), DType.I32, t.student().dim(0), t.rows().dim(1));
    e.real("weight", t.weight(), 1);
    e.real("loss", t.loss(), 1);
    e.realLike("dL_dstudent", t.dL_dstudent(), t.student());
    e.realLikeOrNull("dL_dtargets", t.dL_dtargets(), t.targets());
  }

  public static void head(RealTypes types, Head head, Head.Tensors t) {
    Expect e = new Expect("head", types);
    e.present("head", head);
    e.present("tensors", t);
    boolean mixes = head.consistency() != null;
    e.atLeast("labelled", head.labelled(), 1);
    e.range("mixed", head.mixed(), mixes ? 1 : 0, mixes ? Integer.MAX_VALUE : 0);
    e.rank("y", t.y(), types.activation(), 4);
    e.rank("w", t.w(), types.real(), 2);
    long rows = t.y().dim(0);
    long features = t.y().dim(3);
    long classes = t.w().dim(0);
    long own = rows - head.labelled() - head.mixed();
    boolean sources = mixes && t.teacher() == null;
    e.that(
        sources ? own > 0 : own == 0,
        "y must have %d + %d%s rows, got %d"
            .formatted(head.labelled(), head.mixed(), sources ? " + T" : "", rows));
    e.real("w", t.w(), classes, features);
    e.real("bias", t.bias(), classes);
    e.real("targets", t.targets(), head.labelled(), classes);
    e.real("pooled", t.pooled(), rows, features);
    e.real("logits", t.logits(), rows, classes);
    e.real("loss", t.loss(), 1);
    e.realLike("dL_dlogits", t.dL_dlogits(), t.logits());
    e.realLike("dL_dw", t.dL_dw(), t.w());
    e.realLike("dL_dbias", t.dL_dbias(), t.bias());
    e.activationLike("dL_dy", t.dL_dy(), t.y());
    if (mixes) headConsistency(e, head, t, classes);
    else headSupervised(e, t);
  }

  private static void headConsistency(Expect e, Head head, Head.Tensors t, long classes) {
    e.present("space", head.consistency().space());
    e.present("reduction", head.consistency().reduction());
    if (t.teacher() != null) e.real("teacher", t.teacher(), t.teacher().dim(0), classes);
    mixture(e, t.rows(), t.lambda());
    e.tensor("rows", t.rows(), DType.I32, head.mixed(), t.rows().dim(1));
    e.real("weight", t.weight(), 1);
    e.real("consistencyLoss", t.consistencyLoss(), 1);
  }

  private static void headSupervised(Expect e, Head.Tensors t) {
    String why = "without consistency";
    e.absent("teacher", t.teacher(), why);
    e.absent("rows", t.rows(), why);
    e.absent("lambda", t.lambda(), why);
    e.absent("weight", t.weight(), why);
    e.absent("consistencyLoss", t.consistencyLoss(), why);
  }

  // ---- optimiser -------------------------------------------------------------------------------

  public static void schedule(RealTypes types, Schedule s, Tensor step, Scalars scalars) {
    Expect e = new Expect("schedule", types);
    e.present("schedule", s);
    e.atLeast("steps", s.steps(), 1);
    e.range("learningRate", s.learningRate(), 0, Double.MAX_VALUE);
    e.range("weightMax", s.weightMax(), 0, Double.MAX_VALUE);
    e.range("rampFraction", s.rampFraction(), 0, 1);
    e.range("emaDecay", s.emaDecay(), 0, 1);
    e.range("bnDecay", s.bnDecay(), 0, 1);
    e.tensor("step", step, DType.I64, 1);
    e.present("scalars", scalars);
    e.real("learningRate", scalars.learningRate(), 1);
    e.real("weight", scalars.weight(), 1);
    e.real("emaRate", scalars.emaRate(), 1);
    e.real("bnRate", scalars.bnRate(), 1);
  }

  public static void advance(RealTypes types, Tensor step, StepLog log) {
    Expect e = new Expect("advance", types);
    e.tensor("step", step, DType.I64, 1);
    e.present("log", log);
    e.real("loss", log.loss(), 1);
    e.realOrNull("consistency", log.consistency(), 1);
    e.realOrNull("weight", log.weight(), 1);
    e.rank("rows", log.rows(), types.real(), 2);
    e.real("rows", log.rows(), log.rows().dim(0), 3);
  }

  public static void copy(Tensor from, Tensor to) {
    Expect e = new Expect("copy", RealTypes.of(DType.F64));
    e.present("from", from);
    e.tensor("to", to, from.dtype(), from.shape().dims());
    boolean apart = to.address() >= from.address() + from.bytes();
    apart = apart || from.address() >= to.address() + to.bytes();
    e.that(apart, "to must share no memory with from, got tensors that overlap");
  }

  public static void readback(RealTypes types, Tensor tensor) {
    Expect e = new Expect("readback", types);
    e.present("tensor", tensor);
    e.that(
        tensor.dtype() == types.real(),
        "tensor must be " + types.real() + ", got " + tensor.dtype());
  }

  public static void advance(Tensor step) {
    new Expect("advance", RealTypes.of(DType.F64)).tensor("step", step, DType.I64, 1);
  }

  public static void optimiser(
      RealTypes types, Adam adam, Tensor step, Scalars scalars, OptimTensors t) {
    Expect e = new Expect("optimiser", types);
    e.present("adam", adam);
    e.present("tensors", t);
    Tensor p = t.p();
    e.rank("p", p, types.real(), 1);
    e.range("beta1", adam.beta1(), 0, 1 - 1e-12);
    e.range("beta2", adam.beta2(), 0, 1 - 1e-12);
    e.range("eps", adam.eps(), Double.MIN_VALUE, Double.MAX_VALUE);
    e.range("weightDecay", adam.weightDecay(), 0, Double.MAX_VALUE);
    e.range("decayed", adam.decayed(), 0, p.count());
    e.tensor("step", step, DType.I64, 1);
    e.present("scalars", scalars);
    e.real("learningRate", scalars.learningRate(), 1);
    e.real("emaRate", scalars.emaRate(), 1);
    e.realLike("grad", t.grad(), p);
    e.realLike("m", t.m(), p);
    e.realLike("v", t.v(), p);
    e.realLike("ema", t.ema(), p);
    e.activationLikeOrNull("copy", t.copy(), p);
    e.activationLikeOrNull("emaCopy", t.emaCopy(), p);
  }

  // ---- probe -----------------------------------------------------------------------------------

  public static void nonlin(
      RealTypes types,
      List<NonLinLayer> layers,
      Tensor rows,
      Tensor lambda,
      double eps,
      Tensor out) {
    Expect e = new Expect("nonlin", types);
    e.present("layers", layers);
    e.that(!layers.isEmpty(), "layers must not be empty");
    mixture(e, rows, lambda);
    e.range("eps", eps, Double.MIN_VALUE, Double.MAX_VALUE);
    e.present("layer 0", layers.get(0));
    e.present("points of layer 0", layers.get(0).points());
    long sources = layers.get(0).points().dim(0);
    for (int l = 0; l < layers.size(); l++) layer(e, l, layers.get(l), sources, rows.dim(0));
    e.tensor("out", out, DType.F64, layers.size(), rows.dim(0), NONLIN_FIELDS);
  }

  private static void layer(Expect e, int l, NonLinLayer layer, long sources, long batch) {
    e.present("layer " + l, layer);
    e.present("points of layer " + l, layer.points());
    long[] dims = layer.points().shape().dims();
    e.that(
        dims.length >= 2,
        "points of layer " + l + " must have >= 2 axes, got " + layer.points().shape());
    // Pooled features and logits are real, feature maps are activations.
    boolean map = layer.points().dtype() == e.types().activation();
    DType dtype = map ? e.types().activation() : e.types().real();
    dims[0] = sources;
    e.tensor("points of layer " + l, layer.points(), dtype, dims);
    dims[0] = batch;
    e.tensor("mixed of layer " + l, layer.mixed(), dtype, dims);
  }
}
