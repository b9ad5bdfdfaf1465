// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Branch;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Head;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.events.FlightEvents;
import dev.secant.events.PlanBuildEvent;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A Wide ResNet planned for one batch and bound to its weights. {@link #forward()} and {@link
 * #backward()} run planned ops and allocate nothing. Lives as long as its plan; same thread rules.
 *
 * <p>A unit is BN → LeakyReLU → conv1 → BN → LeakyReLU → conv2, plus its shortcut. The residual sum
 * is formed by the batch norm that follows it, so a unit hands over the pair (conv2 output,
 * shortcut).
 */
public final class WideResNet {
  /** What the network is planned for. */
  public enum Pass {
    /** Forward with batch statistics per segment, then backward. */
    TRAINING,
    /** Forward only, batch statistics per segment. */
    BATCH_STATISTICS,
    /** Forward only, running statistics. */
    EVALUATION
  }

  /**
   * @param segments equal parts of the batch with batch statistics of their own
   * @param updates bit s set: segment s updates the running statistics
   */
  public record Batch(Pass pass, int segments, int updates) {
    public static Batch evaluation() {
      return new Batch(Pass.EVALUATION, 1, 0);
    }
  }

  /**
   * @param parameters weights
   * @param statistics running means and variances; null when neither read nor updated
   * @param rate (1) share of the old running statistics kept; null when nothing is updated
   * @param gradients where backward writes; null unless training
   */
  public record Weights(Params parameters, Params statistics, Tensor rate, Params gradients) {}

  /**
   * What a head's losses read and write; all but targets and supervised null without consistency.
   *
   * @param targets (B, C)
   * @param rows (M, K) I32
   * @param lambda (M, K) F32
   * @param weight (1) of the consistency
   * @param supervised (1)
   * @param consistency (1), unweighted
   */
  public record Losses(
      Tensor targets,
      Tensor rows,
      Tensor lambda,
      Tensor weight,
      Tensor supervised,
      Tensor consistency) {
    public static Losses supervised(Tensor targets, Tensor supervised) {
      return new Losses(targets, null, null, null, supervised, null);
    }
  }

  /**
   * A residual sum not formed yet: {@code main + shortcut}, or {@code main} alone when shortcut is
   * null.
   */
  private record Pending(Tensor main, Tensor shortcut) {}

  private final Plan plan;
  private final Branch beside;
  private final WideResNetSpec spec;
  private final Batch batch;
  private final Weights weights;
  private final Activations activations;
  private final long rows;
  private final List<Op> forward = new ArrayList<>();
  private final List<Op> backward = new ArrayList<>();
  private Differentiable pool;
  private Differentiable dense;
  private Tensor features;
  private Tensor dL_dfeatures;
  private final Tensor[] layers = new Tensor[WideResNetSpec.LAYERS];
  private Tensor dL_dlogits;

  /**
   * @param input activation (B, H, W, F)
   */
  public WideResNet(Plan plan, WideResNetSpec spec, Batch batch, Weights weights, Tensor input) {
    this(plan, Branch.none(plan), spec, batch, weights, input);
  }

  /**
   * With the gradients of kernels computed beside everything else of the backward pass, which joins
   * the branch at its end.
   *
   * @param beside of the plan
   * @param input activation (B, H, W, F)
   */
  public WideResNet(
      Plan plan, Branch beside, WideResNetSpec spec, Batch batch, Weights weights, Tensor input) {
    this(
        plan,
        beside,
        spec,
        batch,
        weights,
        input,
        new Activations(plan, batch.pass() == Pass.TRAINING));
  }

  private WideResNet(
      Plan plan,
      Branch beside,
      WideResNetSpec spec,
      Batch batch,
      Weights weights,
      Tensor input,
      Activations activations) {
    this.plan = plan;
    this.beside = beside;
    this.spec = spec;
    this.batch = batch;
    this.weights = weights;
    this.rows = input.dim(0);
    this.activations = activations;
    PlanBuildEvent event = FlightEvents.planBuild();
    build(input);
    if (event != null) event.end("network", spec + " " + batch + " of " + rows + " rows");
    Collections.reverse(backward);
  }

  /**
   * The same forward-only network on other rows, not more than this one has. The two never run at
   * the same time: they share the memory of everything but their layers and logits.
   *
   * @param input activation (B, H, W, F)
   */
  public WideResNet onOtherRows(Tensor input) {
    return new WideResNet(plan, beside, spec, batch, weights, input, activations.lend());
  }

  public void forward() {
    forwardFeatures();
    pool.forward();
    dense.forward();
  }

  /** Overwrites all gradients, from {@link #dL_dlogits()}. */
  public void backward() {
    requireTraining();
    dense.backward();
    pool.backward();
    backwardFeatures();
  }

  /** Everything before the head: up to the activation that is pooled. */
  public void forwardFeatures() {
    for (int i = 0; i < forward.size(); i++) forward.get(i).run();
  }

  /** Everything before the head, from the gradient that the op of {@link #head} left. */
  public void backwardFeatures() {
    requireTraining();
    for (int i = 0; i < backward.size(); i++) backward.get(i).run();
  }

  private void requireTraining() {
    if (!training())
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "planned for " + batch.pass() + ", not for TRAINING");
  }

  /**
   * The head with its losses as one op, to be run between {@link #forwardFeatures()} and {@link
   * #backwardFeatures()}.
   *
   * @param teacher logits of the mixed rows' sources; null: the last rows are the sources, or
   *     nothing is mixed
   */
  public Op head(Head head, Losses l, Tensor teacher) {
    requireTraining();
    return plan.head(
        head,
        new Head.Tensors(
            features,
            weight("dense/kernel"),
            weight("dense/bias"),
            l.targets(),
            teacher,
            l.rows(),
            l.lambda(),
            l.weight(),
            layers[4],
            layers[5],
            l.supervised(),
            l.consistency(),
            dL_dlogits,
            dL_d("dense/kernel"),
            dL_d("dense/bias"),
            dL_dfeatures));
  }

  /** (B, C). */
  public Tensor logits() {
    return layers[5];
  }

  /** (B, C), to be filled by the losses before {@link #backward()}. */
  public Tensor dL_dlogits() {
    return dL_dlogits;
  }

  /**
   * Activations of L0 … L5 (method: stem, groups 1–3, pooled, logits), valid until the next forward
   * pass.
   */
  public Tensor layer(int l) {
    return layers[l];
  }

  // ---- construction, input to output ------------------------------------------------------------

  private void build(Tensor input) {
    int stemChannels = WideResNetSpec.STEM_CHANNELS;
    Tensor stem = activations.kept(rows, spec.height(), spec.imageWidth(), stemChannels);
    Tensor dL_dstem = training() ? gradient(stem, 0) : null;
    joinBranch();
    Conv2d.Spec stemSpec =
        new Conv2d.Spec(
            (int) rows, spec.height(), spec.imageWidth(), spec.channels(), stemChannels, 3, 1);
    conv("stem", stemSpec, input, stem, dL_dstem, null, Branch.none(plan));
    layers[0] = stem;

    Pending x = new Pending(stem, null);
    List<WideResNetSpec.Unit> units = spec.units();
    for (int i = 0; i < units.size(); i++) {
      boolean endsGroup = (i + 1) % spec.unitsPerGroup() == 0;
      x = unit(units.get(i), x, endsGroup, i);
      if (endsGroup) layers[(i + 1) / spec.unitsPerGroup()] = x.main();
    }
    head(x);
  }

  private Pending unit(WideResNetSpec.Unit u, Pending x, boolean endsGroup, int index) {
    Tensor activated = activations.passing("activated", x.main().shape().dims());
    int outHeight = u.height() / u.stride();
    int outWidth = u.width() / u.stride();
    long[] out = {rows, outHeight, outWidth, u.out()};
    Tensor hidden = activations.passing("hidden", out);
    Tensor hiddenActivated = activations.passing("hidden activated", out);
    // A forward-only pass alternates two buffers: the sum of the unit before is this unit's
    // shortcut.
    Tensor y = endsGroup ? activations.kept(out) : activations.passing("sum" + index % 2, out);
    Tensor shortcut = x.main();
    if (u.activatedShortcut()) shortcut = activated;
    Tensor projected = u.projects() ? projected(out) : shortcut;

    Conv2d.Spec conv1 =
        new Conv2d.Spec((int) rows, u.height(), u.width(), u.in(), u.out(), 3, u.stride());
    Conv2d.Spec conv2 = new Conv2d.Spec((int) rows, outHeight, outWidth, u.out(), u.out(), 3, 1);
    Conv2d.Spec project =
        new Conv2d.Spec((int) rows, u.height(), u.width(), u.in(), u.out(), 1, u.stride());

    Tensor dL_dy = training() ? gradient(y, index + 1) : null;
    Tensor dL_dhidden = training() ? activations.shared("dL_dhidden", out) : null;
    Tensor dL_dactivated =
        training() ? activations.shared("dL_dactivated", activated.shape().dims()) : null;
    Tensor dL_dshortcut = null;

    // Backward ops are declared in forward order and run in reverse, each list from its end.
    Tensor dL_dx = training() ? gradient(x.main(), index) : null;
    boolean rawShortcut = !u.activatedShortcut();
    Tensor addend = null;
    if (training() && rawShortcut)
      addend = u.projects() ? activations.shared("dL_dprojected", shape(x)) : dL_dy;
    norm(u.name() + "/norm1", x, activated, dL_dactivated, addend, dL_dx);
    if (training() && !rawShortcut) {
      // The shortcut's gradient joins that of the activated tensor before norm1 takes it back.
      dL_dshortcut = u.projects() ? activations.shared("dL_dprojected", shape(x)) : dL_dy;
      backward.add(plan.add(dL_dactivated, dL_dshortcut, dL_dactivated));
    }
    if (u.projects()) {
      conv(
          u.name() + "/shortcut",
          project,
          shortcut,
          projected,
          dL_dy,
          rawShortcut ? addend : dL_dshortcut,
          beside);
    }
    Pending between = new Pending(hidden, null);
    if (training()) {
      conv(u.name() + "/conv1", conv1, activated, hidden, dL_dhidden, dL_dactivated, beside);
      norm(u.name() + "/norm2", between, hiddenActivated, dL_dhidden, null, dL_dhidden);
    } else {
      convNorm(u.name(), conv1, activated, between, hiddenActivated);
    }
    conv(u.name() + "/conv2", conv2, hiddenActivated, y, dL_dy, dL_dhidden, beside);
    // Before the last unit's backward pass, the first to run, nothing was forked.
    if (index < spec.units().size() - 1) joinBranch();
    return new Pending(y, projected);
  }

  /**
   * Needed until the next unit has formed its sum: in training, long before the backward pass uses
   * the buffer of the hidden gradient.
   */
  private Tensor projected(long... out) {
    return training()
        ? activations.shared("dL_dhidden", out)
        : activations.passing("projected", out);
  }

  private void head(Pending x) {
    Tensor activated = activations.passing("activated", x.main().shape().dims());
    Tensor pooled = plan.real(rows, spec.features());
    Tensor logits = plan.real(rows, spec.classes());
    Tensor dL_dactivated =
        training() ? activations.shared("dL_dactivated", activated.shape().dims()) : null;
    Tensor dL_dpooled = training() ? plan.real(rows, spec.features()) : null;
    dL_dlogits = training() ? plan.real(rows, spec.classes()) : null;
    norm(
        "norm",
        x,
        activated,
        dL_dactivated,
        null,
        training() ? gradient(x.main(), spec.units().size()) : null);
    pool = plan.pool(activated, pooled, dL_dpooled, dL_dactivated);
    dense =
        plan.dense(
            pooled,
            weight("dense/kernel"),
            weight("dense/bias"),
            logits,
            dL_dlogits,
            dL_dpooled,
            dL_d("dense/kernel"),
            dL_d("dense/bias"));
    features = activated;
    dL_dfeatures = dL_dactivated;
    layers[4] = pooled;
    layers[5] = logits;
  }

  /** Forward only: the first convolution of a unit and the norm behind it. */
  private void convNorm(String unit, Conv2d.Spec conv, Tensor x, Pending between, Tensor y) {
    Tensor b = spec.convBias() ? weight(unit + "/conv1/bias") : null;
    Tensor w = weights.parameters().kernel(unit + "/conv1/kernel");
    Op op =
        plan.convNorm(
            conv,
            Conv2d.Tensors.forwardOnly(x, w, b, between.main()),
            normSpec(),
            normTensors(unit + "/norm2", between, y, null, null, null));
    forward.add(plan.named(unit + "/conv1, norm2", op));
  }

  /**
   * The backward pass of a unit starts when the gradients of kernels of the one before are done.
   */
  private void joinBranch() {
    if (training() && beside.apart()) backward.add(beside.join());
  }

  /** The gradient of the kernel, which only the optimiser wants, is computed on the branch. */
  private void conv(
      String name,
      Conv2d.Spec conv,
      Tensor x,
      Tensor y,
      Tensor dL_dy,
      Tensor dL_dx,
      Branch kernel) {
    String bias = name + "/bias";
    Tensor b = spec.convBias() ? weight(bias) : null;
    Tensor dL_db = spec.convBias() ? dL_d(bias) : null;
    Conv2d op =
        plan.conv2d(
            conv,
            new Conv2d.Tensors(
                x,
                weights.parameters().kernel(name + "/kernel"),
                b,
                y,
                dL_dy,
                dL_dx,
                dL_d(name + "/kernel"),
                dL_db),
            kernel);
    forward.add(plan.named(name, op::forward));
    if (!training()) return;
    if (dL_dx != null) backward.add(plan.named(name + " dL_dx", op::backwardData));
    backward.add(kernel.plan().named(name + " dL_dw", op::backwardWeights));
    if (kernel.apart()) backward.add(kernel.fork());
  }

  /** The residual sum, when one is pending, is formed in place of its main part. */
  private void norm(String name, Pending v, Tensor y, Tensor dL_dy, Tensor addend, Tensor dL_dv) {
    Norm op = plan.norm(normSpec(), normTensors(name, v, y, dL_dy, addend, dL_dv));
    forward.add(plan.named(name, op::forward));
    if (training()) backward.add(plan.named(name + " backward", op::backward));
  }

  private Norm.Spec normSpec() {
    return new Norm.Spec(
        running() ? Norm.Statistics.RUNNING : Norm.Statistics.BATCH,
        batch.segments(),
        batch.updates(),
        spec.bnEps(),
        WideResNetSpec.SLOPE);
  }

  private Norm.Tensors normTensors(
      String name, Pending v, Tensor y, Tensor dL_dy, Tensor addend, Tensor dL_dv) {
    boolean statistics = running() || batch.updates() != 0;
    return new Norm.Tensors(
        v.main(),
        v.shortcut(),
        v.shortcut() == null ? null : v.main(),
        weight(name + "/gamma"),
        weight(name + "/beta"),
        statistics ? weights.statistics().get(name + "/mean") : null,
        statistics ? weights.statistics().get(name + "/variance") : null,
        batch.updates() == 0 ? null : weights.rate(),
        y,
        dL_dy,
        addend,
        dL_dv,
        dL_d(name + "/gamma"),
        dL_d(name + "/beta"));
  }

  private boolean running() {
    return batch.pass() == Pass.EVALUATION;
  }

  private boolean training() {
    return batch.pass() == Pass.TRAINING;
  }

  private static long[] shape(Pending x) {
    return x.main().shape().dims();
  }

  /**
   * Where the gradient of a residual stream tensor travels: one buffer per shape, or two in turn
   * where a branch may still read the one before.
   *
   * @param position 0 for the stem, then one more per unit
   */
  private Tensor gradient(Tensor stream, int position) {
    String turn = beside.apart() ? " " + position % 2 : "";
    return activations.shared("dL_dstream" + turn, stream.shape().dims());
  }

  private Tensor weight(String name) {
    return weights.parameters().get(name);
  }

  private Tensor dL_d(String name) {
    return training() ? weights.gradients().get(name) : null;
  }
}
