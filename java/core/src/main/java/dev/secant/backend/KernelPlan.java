// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_context;
import dev.secant.jni.secant_nonlin_layer;
import dev.secant.jni.secant_norm_spec;
import dev.secant.jni.secant_optim_spec;
import dev.secant.jni.secant_schedule_spec;
import dev.secant.jni.secant_step_log;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeStruct;
import dev.secant.tensor.Arena;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.Turn;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * The ops that run on the project's own kernels; a backend adds its convolutions. Buffers live
 * where the kernel context computes.
 */
public abstract class KernelPlan implements Plan {
  private final Backend backend;
  private final KernelContext context;
  private final Arena arena;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final Lifetime lifetime;
  private final OpGuard guard;

  protected KernelPlan(Backend backend, KernelContext context, MemorySpace space) {
    this.backend = backend;
    this.context = context;
    this.arena = new Arena(space, context.turn());
    this.lifetime = new Lifetime(this, "the plan", context.turn());
    this.guard = new OpGuard(lifetime);
  }

  /** Through which every op is handed out. */
  protected final OpGuard guard() {
    return guard;
  }

  @Override
  public final Backend backend() {
    return backend;
  }

  @Override
  public final Tensor tensor(DType dtype, long... dims) {
    return arena.tensor(dtype, dims);
  }

  @Override
  public long bytes() {
    return arena.bytes();
  }

  /** Closes a resource with the plan, last one first. */
  protected final <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  /** The native context, also while the plan is being closed. */
  final secant_context handle() {
    return context.handle();
  }

  /** The native context; throws once the plan was closed. */
  protected final secant_context open() {
    lifetime.requireOpen();
    return context.handle();
  }

  /** Whether buffers are device memory. */
  final boolean onDevice() {
    return context.onDevice();
  }

  // ---- data ------------------------------------------------------------------------------------

  @Override
  public Op mix(
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs) {
    open();
    PlanShapes.mix(backend.types(), pool, normalisation, recipe, step, draws, outputs);
    return guard.op(
        new KernelMixing(this).mix(pool, normalisation, recipe, step, draws, outputs),
        pool.pixels(),
        pool.labels(),
        recipe.members(),
        draws.indices(),
        draws.crops(),
        draws.rows(),
        draws.lambda());
  }

  @Override
  public Op gather(
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out) {
    open();
    PlanShapes.gather(backend.types(), pool, normalisation, indices, rows, lambda, out);
    return guard.op(
        new KernelMixing(this).gather(pool, normalisation, indices, rows, lambda, out),
        pool.pixels(),
        rows);
  }

  // ---- network ---------------------------------------------------------------------------------

  @Override
  public Norm norm(Norm.Spec spec, Norm.Tensors t) {
    open();
    PlanShapes.norm(backend.types(), spec, t);
    int channels = (int) t.gamma().count();
    secant_norm_spec nativeSpec =
        own(NativeStruct.of(secant_norm_spec::new))
            .segments(spec.segments())
            .pixels(t.x().count() / channels / spec.segments())
            .channels(channels)
            .eps((float) spec.eps())
            .slope((float) spec.slope());
    return guard.norm(
        spec.statistics() == Norm.Statistics.RUNNING
            ? new KernelRunningNorm(this, nativeSpec, t)
            : new KernelBatchNorm(this, nativeSpec, spec, t));
  }

  @Override
  public Op copy(Tensor from, Tensor to) {
    open();
    PlanShapes.copy(from, to);
    Pointer source = from.pointer();
    Pointer target = to.pointer();
    long bytes = from.count() * from.dtype().bytes();
    return guard.op(
        () -> check(Secant.secant_memory_move(open(), target, source, bytes)), from, to);
  }

  @Override
  public Op add(Tensor a, Tensor b, Tensor out) {
    open();
    PlanShapes.add(backend.types(), a, b, out);
    return guard.op(
        () ->
            check(
                Secant.secant_add(
                    open(), a.count(), a.activations(), b.activations(), out.activations())));
  }

  @Override
  public Differentiable pool(Tensor y, Tensor pooled, Tensor dL_dpooled, Tensor dL_dy) {
    open();
    PlanShapes.pool(backend.types(), y, pooled, dL_dpooled, dL_dy);
    int batch = (int) pooled.dim(0);
    int channels = (int) pooled.dim(1);
    int pixels = (int) (y.count() / pooled.count());
    return guard.differentiable(
        new Differentiable() {
          @Override
          public void forward() {
            check(
                Secant.secant_pool_forward(
                    open(), batch, pixels, channels, y.activations(), pooled.floats()));
          }

          @Override
          public void backward() {
            if (dL_dy == null)
              throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
            check(
                Secant.secant_pool_backward(
                    open(), batch, pixels, channels, dL_dpooled.floats(), dL_dy.activations()));
          }
        });
  }

  @Override
  public Differentiable dense(
      Tensor x,
      Tensor w,
      Tensor bias,
      Tensor logits,
      Tensor dL_dlogits,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_dbias) {
    open();
    PlanShapes.dense(backend.types(), x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
    int batch = (int) x.dim(0);
    int features = (int) x.dim(1);
    int classes = (int) w.dim(0);
    return guard.differentiable(
        new Differentiable() {
          @Override
          public void forward() {
            check(
                Secant.secant_dense_forward(
                    open(),
                    batch,
                    features,
                    classes,
                    x.floats(),
                    w.floats(),
                    bias.floats(),
                    logits.floats()));
          }

          @Override
          public void backward() {
            if (dL_dlogits == null)
              throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
            check(
                Secant.secant_dense_backward(
                    open(),
                    batch,
                    features,
                    classes,
                    x.floats(),
                    w.floats(),
                    dL_dlogits.floats(),
                    dL_dx.floats(),
                    dL_dw.floats(),
                    dL_dbias.floats()));
          }
        });
  }

  // ---- losses ----------------------------------------------------------------------------------

  @Override
  public Op crossEntropy(Tensor logits, Tensor targets, Tensor loss, Tensor dL_dlogits) {
    open();
    PlanShapes.crossEntropy(backend.types(), logits, targets, loss, dL_dlogits);
    int batch = (int) logits.dim(0);
    int classes = (int) logits.dim(1);
    return guard.op(
        () ->
            check(
                Secant.secant_cross_entropy(
                    open(),
                    batch,
                    classes,
                    logits.floats(),
                    targets.floats(),
                    loss.floats(),
                    floats(dL_dlogits))));
  }

  @Override
  public Op consistency(Consistency spec, Consistency.Tensors t) {
    open();
    PlanShapes.consistency(backend.types(), spec, t);
    int batch = (int) t.student().dim(0);
    int classes = (int) t.student().dim(1);
    int sources = (int) t.targets().dim(0);
    int ways = (int) t.rows().dim(1);
    // The order of both enumerations is that of secant.h.
    int space = spec.space().ordinal();
    int reduction = spec.reduction().ordinal();
    return guard.op(
        () ->
            check(
                Secant.secant_consistency(
                    open(),
                    space,
                    reduction,
                    batch,
                    ways,
                    sources,
                    classes,
                    t.student().floats(),
                    t.targets().floats(),
                    t.rows().ints(),
                    t.lambda().floats(),
                    t.weight().floats(),
                    t.loss().floats(),
                    floats(t.dL_dstudent()),
                    floats(t.dL_dtargets()))));
  }

  /**
   * The head in one call, for backends where that is faster; null where only the composition can
   * compute it.
   */
  protected final Op fusedHead(Head head, Head.Tensors t) {
    open();
    PlanShapes.head(backend.types(), head, t);
    return KernelHead.serves(head, t) ? guard.op(new KernelHead(this, head, t), t.all()) : null;
  }

  // ---- optimiser -------------------------------------------------------------------------------

  @Override
  public Op schedule(Schedule s, Tensor step, Scalars scalars) {
    open();
    PlanShapes.schedule(backend.types(), s, step, scalars);
    secant_schedule_spec spec =
        own(NativeStruct.of(secant_schedule_spec::new))
            .steps(s.steps())
            .learning_rate(s.learningRate())
            .cosine(s.cosine() ? 1 : 0)
            .weight_max(s.weightMax())
            .ramp_fraction(s.rampFraction())
            .ema_decay(s.emaDecay())
            .ema_warmup(s.emaWarmup() ? 1 : 0)
            .bn_decay(s.bnDecay())
            .bn_warmup(s.bnWarmup() ? 1 : 0);
    return guard.op(
        () ->
            check(
                Secant.secant_schedule(
                    open(),
                    spec,
                    step.longs(),
                    scalars.learningRate().floats(),
                    scalars.weight().floats(),
                    scalars.emaRate().floats(),
                    scalars.bnRate().floats())));
  }

  @Override
  public Op advance(Tensor step) {
    open();
    PlanShapes.advance(step);
    return guard.op(() -> check(Secant.secant_advance(open(), step.longs())));
  }

  @Override
  public Op advance(Tensor step, StepLog log) {
    open();
    PlanShapes.advance(backend.types(), step, log);
    secant_step_log kept =
        own(NativeStruct.of(secant_step_log::new))
            .loss(log.loss().floats())
            .row_count(log.capacity())
            .rows(log.rows().floats());
    if (log.consistency() != null) kept.consistency(log.consistency().floats());
    if (log.weight() != null) kept.weight(log.weight().floats());
    return guard.op(
        () -> check(Secant.secant_advance_logged(open(), step.longs(), kept)),
        log.loss(),
        log.consistency(),
        log.weight(),
        log.rows());
  }

  @Override
  public Readback readback(Tensor tensor) {
    open();
    PlanShapes.readback(backend.types(), tensor);
    return guard.readback(own(new KernelReadback(this, tensor)), tensor);
  }

  @Override
  public Op optimiser(Adam adam, Tensor step, Scalars scalars, OptimTensors t) {
    open();
    PlanShapes.optimiser(backend.types(), adam, step, scalars, t);
    secant_optim_spec spec =
        own(NativeStruct.of(secant_optim_spec::new))
            .count(t.p().count())
            .decayed(adam.decayed())
            .beta1(adam.beta1())
            .beta2(adam.beta2())
            .eps(adam.eps())
            .weight_decay(adam.weightDecay());
    ShortPointer copy = copy(t.copy());
    ShortPointer emaCopy = copy(t.emaCopy());
    return guard.op(
        () ->
            check(
                Secant.secant_optim_step_copies(
                    open(),
                    spec,
                    step.longs(),
                    scalars.learningRate().floats(),
                    scalars.emaRate().floats(),
                    t.grad().floats(),
                    t.p().floats(),
                    t.m().floats(),
                    t.v().floats(),
                    t.ema().floats(),
                    copy,
                    emaCopy)),
        t.copy(),
        t.emaCopy());
  }

  // ---- probe -----------------------------------------------------------------------------------

  @Override
  public Op nonlin(List<NonLinLayer> layers, Tensor rows, Tensor lambda, double eps, Tensor out) {
    open();
    PlanShapes.nonlin(backend.types(), layers, rows, lambda, eps, out);
    secant_nonlin_layer nativeLayers =
        own(NativeStruct.of(() -> new secant_nonlin_layer(layers.size())));
    Tensor[] kept = new Tensor[2 * layers.size()];
    for (int l = 0; l < layers.size(); l++) {
      NonLinLayer layer = layers.get(l);
      kept[2 * l] = layer.points();
      kept[2 * l + 1] = layer.mixed();
      nativeLayers
          .position(l)
          .points(layer.points().activations())
          .mixed(layer.mixed().activations())
          .features(layer.mixed().count() / layer.mixed().dim(0))
          .type(KernelContext.nativeType(layer.points().dtype()));
    }
    nativeLayers.position(0);
    int count = layers.size();
    int batch = (int) rows.dim(0);
    int ways = (int) rows.dim(1);
    int sources = (int) layers.get(0).points().dim(0);
    return guard.op(
        () ->
            check(
                Secant.secant_nonlin(
                    open(),
                    count,
                    nativeLayers,
                    batch,
                    ways,
                    sources,
                    rows.ints(),
                    lambda.floats(),
                    eps,
                    out.doubles())),
        kept);
  }

  // ---- plumbing --------------------------------------------------------------------------------

  private ShortPointer copy(Tensor t) {
    return t == null ? null : own(new ShortPointer(t.pointer()));
  }

  /** The address of an activation, or null. */
  static FloatPointer activations(Tensor t) {
    return t == null ? null : t.activations();
  }

  /** The address of a real tensor, or null. */
  static FloatPointer floats(Tensor t) {
    return t == null ? null : t.floats();
  }

  @Override
  public void close() {
    try (Turn.Use use = lifetime.turn().take()) {
      if (!lifetime.end()) return;
      List<AutoCloseable> all = new ArrayList<>(List.of(arena));
      all.addAll(owned);
      owned.clear();
      Closing.all(all);
    }
  }
}
