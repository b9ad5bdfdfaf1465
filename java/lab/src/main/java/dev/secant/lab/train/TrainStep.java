// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Adam;
import dev.secant.backend.Branch;
import dev.secant.backend.Consistency;
import dev.secant.backend.Draws;
import dev.secant.backend.Head;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.Recipe;
import dev.secant.backend.Replay;
import dev.secant.backend.Schedule;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Branches;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.RunConfig.RunningStatistics;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNet.Batch;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNet.Weights;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One planned training step: schedule → mixing → network → losses → gradients → Adam, decay, EMA →
 * advance. Running it allocates nothing.
 *
 * <p>ERM and mixup train on one segment. ICT concatenates the labelled batch (segment 0), the mixed
 * unlabelled batch (segment 1) and, when the gradient flows through the targets too, the clean
 * unlabelled rows (further segments); else those go through a forward-only target network.
 */
public final class TrainStep {
  private static final int LABELLED = 0;
  private static final int UNLABELLED = 1;

  private final Plan plan;
  private final RunConfig config;
  private final Model model;
  private final TrainingData data;
  private final Branches branches;
  private final List<Op> ops = new ArrayList<>();
  private final Tensor supervisedLoss;
  private final Tensor consistencyLoss;
  private Recipe labelledRecipe;
  private Draws labelledDraws;
  private Recipe unlabelledRecipe;
  private Draws unlabelledDraws;
  private WideResNet trained;
  private WideResNet target;
  private final LossLog losses;
  private final int stepsPerLaunch;
  private final Replay single;
  private final Replay several;

  public TrainStep(Plan plan, RunConfig config, Model model, TrainingData data) {
    this.plan = plan;
    this.config = config;
    this.model = model;
    this.data = data;
    this.branches = config.run().branches();
    this.supervisedLoss = plan.real(1);
    this.consistencyLoss = plan.real(1);
    add("schedule", plan.schedule(schedule(config), model.step(), model.scalars()));
    if (config.method().kind() == Kind.ICT) {
      buildIct();
    } else {
      buildSupervised();
    }
    add(
        "optimiser",
        plan.optimiser(
            adam(),
            model.step(),
            model.scalars(),
            new OptimTensors(
                model.gradients().flat(),
                model.raw().flat(),
                model.m(),
                model.v(),
                model.ema().flat(),
                model.raw().copy(),
                model.ema().copy())));
    boolean ict = config.method().kind() == Kind.ICT;
    this.stepsPerLaunch = config.run().stepsPerLaunch();
    this.losses =
        new LossLog(
            plan,
            model.step(),
            supervisedLoss,
            ict ? consistencyLoss : null,
            ict ? model.scalars().weight() : null,
            stepsPerLaunch);
    add("advance", losses.advance());
    this.single = plan.backend().record(this::step);
    this.several = stepsPerLaunch == 1 ? single : plan.backend().record(this::severalSteps);
  }

  private void severalSteps() {
    for (int i = 0; i < stepsPerLaunch; i++) step();
  }

  private void add(String name, Op op) {
    ops.add(plan.named(name, op));
  }

  private void step() {
    for (int i = 0; i < ops.size(); i++) ops.get(i).run();
  }

  /** One update. */
  public void run() {
    single.run();
  }

  /**
   * Updates in a row, as many as fit at a time in one launch where the backend records steps. The
   * results are those of single ones.
   */
  public void run(int updates) {
    int left = updates;
    if (stepsPerLaunch > 1) {
      for (; left >= stepsPerLaunch; left -= stepsPerLaunch) several.run();
    }
    for (; left > 0; left--) single.run();
  }

  /** Kernels and copies of one update as recorded; 0 where nothing is recorded, or not yet. */
  public long nodes() {
    return single.nodes();
  }

  /** Losses of the last updates. */
  LossLog losses() {
    return losses;
  }

  /** Cross-entropy of the last step. */
  public double supervisedLoss() {
    return scalar(supervisedLoss);
  }

  /** Unweighted consistency loss of the last step; 0 without ICT. */
  public double consistencyLoss() {
    return scalar(consistencyLoss);
  }

  /** Consistency weight of the last step. */
  public double weight() {
    return config.method().kind() == Kind.ICT ? scalar(model.scalars().weight()) : 0;
  }

  private static double scalar(Tensor t) {
    return t.toDoubles()[0];
  }

  /** The network that is trained, as the last step left it. */
  WideResNet trained() {
    return trained;
  }

  /** The one that gives the targets of ICT, where it is another. */
  Optional<WideResNet> target() {
    return Optional.ofNullable(target);
  }

  /** Draws of the labelled stream's last step. */
  public Draws labelledDraws() {
    return labelledDraws;
  }

  /** Draws of the unlabelled stream's last step; null without ICT. */
  public Draws unlabelledDraws() {
    return unlabelledDraws;
  }

  // ---- construction -----------------------------------------------------------------------------

  /** The schedule that a configuration describes. */
  public static Schedule schedule(RunConfig c) {
    return new Schedule(
        c.run().steps(),
        c.optim().learningRate(),
        c.optim().cosine(),
        c.ict().weight(),
        c.ict().ramp(),
        c.ema().decay(),
        c.ema().warmup(),
        c.bn().decay(),
        c.bn().warmup());
  }

  private Adam adam() {
    RunConfig.Optim o = config.optim();
    return new Adam(o.beta1(), o.beta2(), o.eps(), o.weightDecay(), model.raw().layout().kernels());
  }

  private void buildSupervised() {
    boolean mixes = config.method().kind() == Kind.MIXUP;
    int b = config.optim().batch();
    labelledRecipe = mixes ? mixing(LABELLED, data.labelled()) : plain(LABELLED, data.labelled());
    labelledDraws = Draws.of(plan, labelledRecipe);
    Tensor input = images(b);
    Tensor targets = plan.real(b, data.pool().classes());
    MixOutputs outputs =
        mixes
            ? new MixOutputs(null, input, null, targets)
            : new MixOutputs(input, null, targets, null);
    mix(labelledRecipe, labelledDraws, outputs);
    WideResNet net = trained(new Batch(Pass.TRAINING, 1, updates(1)), input);
    trained = net;
    add("forward", net::forwardFeatures);
    add(
        "head",
        net.head(Head.supervised(b), WideResNet.Losses.supervised(targets, supervisedLoss), null));
    add("backward", net::backwardFeatures);
  }

  private void buildIct() {
    int b = config.optim().batch();
    labelledRecipe = plain(LABELLED, data.labelled());
    unlabelledRecipe = mixing(UNLABELLED, data.unlabelled());
    labelledDraws = Draws.of(plan, labelledRecipe);
    unlabelledDraws = Draws.of(plan, unlabelledRecipe);
    int t = unlabelledRecipe.sources();
    boolean both = config.ict().gradientBoth();
    Tensor input = images(both ? 2 * b + t : 2 * b);
    Tensor clean = both ? input.rows(2L * b, 2L * b + t) : images(t);
    Tensor targets = plan.real(b, data.pool().classes());
    mix(labelledRecipe, labelledDraws, new MixOutputs(input.rows(0, b), null, targets, null));
    mix(
        unlabelledRecipe,
        unlabelledDraws,
        new MixOutputs(clean, input.rows(b, 2L * b), null, null));

    int segments = both ? 2 + t / b : 2;
    WideResNet student = trained(new Batch(Pass.TRAINING, segments, updates(segments)), input);
    Branch beside = branches.teacher() && !both ? plan.branch() : Branch.none(plan);
    trained = student;
    target = both ? null : targetNetwork(beside.plan(), clean, t / b);
    if (target != null) {
      ops.add(beside.fork());
      ops.add(beside.plan().named("teacher", target::forward));
    }
    add("forward", student::forwardFeatures);
    if (target != null) ops.add(beside.join());
    Consistency consistency = new Consistency(config.ict().space(), config.ict().reduction());
    WideResNet.Losses losses =
        new WideResNet.Losses(
            targets,
            unlabelledDraws.rows(),
            unlabelledDraws.lambda(),
            model.scalars().weight(),
            supervisedLoss,
            consistencyLoss);
    add(
        "head",
        student.head(new Head(consistency, b, b), losses, target == null ? null : target.logits()));
    add("backward", student::backwardFeatures);
  }

  /**
   * The teacher (or the raw network itself) on the clean rows, with batch statistics, forward only.
   *
   * @param on what its ops run on
   */
  private WideResNet targetNetwork(Plan on, Tensor clean, int segments) {
    return new WideResNet(
        on,
        model.spec(),
        new Batch(Pass.BATCH_STATISTICS, segments, 0),
        new Weights(config.ict().selfTarget() ? model.raw() : model.ema(), null, null, null),
        clean);
  }

  private WideResNet trained(Batch batch, Tensor input) {
    return new WideResNet(
        plan,
        branches.weights() ? plan.branch() : Branch.none(plan),
        model.spec(),
        batch,
        new Weights(model.raw(), model.statistics(), model.scalars().bnRate(), model.gradients()),
        input);
  }

  /** Which segments update the running statistics. */
  private int updates(int segments) {
    RunningStatistics running = config.bn().running();
    return switch (running) {
      case LABELLED -> 1;
      case ALL -> (1 << segments) - 1;
      case UNLABELLED -> 2;
      case RECALIBRATE -> 0;
    };
  }

  private void mix(Recipe recipe, Draws draws, MixOutputs outputs) {
    add("mix", plan.mix(data.pool(), data.normalisation(), recipe, model.step(), draws, outputs));
  }

  private Recipe plain(int stream, Tensor members) {
    return recipe(stream, 1, Recipe.Partners.SHIFT, new double[] {1}, members);
  }

  private Recipe mixing(int stream, Tensor members) {
    double[] alpha = config.method().alpha().stream().mapToDouble(Double::doubleValue).toArray();
    return recipe(stream, config.method().k(), config.method().partners(), alpha, members);
  }

  private Recipe recipe(
      int stream, int k, Recipe.Partners partners, double[] alpha, Tensor members) {
    RunConfig.Data d = config.data();
    return new Recipe(
        config.run().seed(),
        stream,
        config.optim().batch(),
        k,
        partners,
        config.method().lambdaScope(),
        d.flip(),
        d.cropPad(),
        alpha,
        members);
  }

  private Tensor images(long rows) {
    ImagePool p = data.pool();
    return plan.activation(rows, p.height(), p.width(), p.channels());
  }
}
