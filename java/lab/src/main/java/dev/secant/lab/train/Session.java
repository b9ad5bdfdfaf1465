// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.checkpoint.Checkpoint;
import dev.secant.lab.checkpoint.Identity;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.RunningStatistics;
import dev.secant.lab.data.DataFacts;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.PixelStatistics;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.Sha256;
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.probe.Recalibration;
import dev.secant.nn.Initialiser;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Closing;
import dev.secant.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Everything of a run that is planned: backend, resident data, model, step, probes. Closing it
 * frees all of it.
 */
final class Session implements AutoCloseable {
  private static final int RECALIBRATION_IMAGES = 1000;

  /** Bytes of images from which a collection is worth its time. */
  private static final long WORTH_COLLECTING = 16L << 20;

  /** Evaluates and probes one set of weights. */
  record Measured(
      String weights,
      Params parameters,
      Params statistics,
      ProbeRunner runner,
      Recalibration recalibration) {
    /** For the message where it is not finite. */
    String whereNotFinite() {
      return Diagnosis.ofMeasured(weights, parameters, statistics, runner.network());
    }

    /**
     * @param pause called between the parts; may throw to end it
     */
    Evaluation evaluate(Runnable pause) {
      if (recalibration != null) recalibration.run(pause);
      return runner.evaluate(pause);
    }

    Probe probe(Runnable pause) {
      if (recalibration != null) recalibration.run(pause);
      return runner.probe(pause);
    }
  }

  private final RunConfig config;
  private final Backend backend;
  private final WideResNetSpec spec;
  private final Plan plan;
  private final Model model;
  private final ProbePairs pairs;
  private final TrainStep step;
  private final List<Measured> measured = new ArrayList<>();
  private final DataFacts data;
  private final Split split;
  private final ImageSet imagesToDump;
  private final ResidentSet resident;
  private final Normalisation normalisation;
  private RecipeDump dump;

  /** Images and the split to train with. */
  record SplitSet(ImageSet set, Split split) {}

  /** What is there before anything is planned; of the images only what is resident. */
  private record Loaded(
      Backend backend,
      WideResNetSpec spec,
      Plan plan,
      Model model,
      ResidentSet resident,
      Normalisation normalisation,
      DataFacts data,
      Split split,
      ImageSet imagesToDumpOrNull) {}

  /**
   * @param images called once; nothing keeps the Java arrays of what it returns
   */
  static Session open(RunConfig config, Supplier<SplitSet> images) {
    RunConfig.Run run = config.run();
    BackendOptions options = BackendOptions.of(run.threads(), run.device());
    return open(config, create(run.backend(), options), images);
  }

  /** On a backend that is there already; closing the session closes it. */
  static Session open(RunConfig config, Backend backend, Supplier<SplitSet> images) {
    try {
      Loaded loaded = load(config, backend, images.get());
      giveBackHeap(loaded.resident());
      return new Session(config, loaded);
    } catch (dev.secant.tensor.BackendUnavailableException e) {
      Closing.after(e, backend);
      throw new BackendUnavailableException(e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      Closing.after(e, backend);
      throw e;
    }
  }

  /**
   * A backend by name.
   *
   * @throws BackendUnavailableException with the reasons and exit code 4
   */
  static Backend create(String name, BackendOptions options) {
    try {
      return Backends.create(name, options);
    } catch (dev.secant.tensor.BackendUnavailableException e) {
      throw new BackendUnavailableException(e.getMessage(), e);
    }
  }

  private static Loaded load(RunConfig config, Backend backend, SplitSet images) {
    ImageSet set = images.set();
    WideResNetSpec spec = spec(config, set);
    Plan plan = backend.newPlan();
    return new Loaded(
        backend,
        spec,
        plan,
        new Model(plan, spec),
        ResidentSet.upload(plan::tensor, set, images.split(), config.data().testLimit()),
        normalisation(config.data(), set),
        set.facts(),
        images.split(),
        config.run().dumpRecipes() == null ? null : set);
  }

  private Session(RunConfig config, Loaded loaded) {
    this.config = config;
    this.backend = loaded.backend();
    this.spec = loaded.spec();
    this.plan = loaded.plan();
    this.model = loaded.model();
    this.resident = loaded.resident();
    this.normalisation = loaded.normalisation();
    this.data = loaded.data();
    this.split = loaded.split();
    this.imagesToDump = loaded.imagesToDumpOrNull();
    initialise();
    boolean unlabelled = config.method().kind() == RunConfig.Kind.ICT;
    TrainingData training =
        new TrainingData(
            resident.train(),
            normalisation,
            resident.labelled(),
            unlabelled ? resident.unlabelled() : null);
    this.step = new TrainStep(plan, config, model, training);
    this.pairs =
        ProbePairs.draw(
            (int) resident.test().count(),
            config.evaluation().probeK(),
            config.method().probeAlpha());
    measured.add(measured("ema", model.ema()));
    if (config.evaluation().rawToo()) measured.add(measured("raw", model.raw()));
  }

  /** The network that a configuration and a data set describe. */
  static WideResNetSpec spec(RunConfig config, ImageSet set) {
    return new WideResNetSpec(
        config.net().depth(),
        config.net().width(),
        set.train().height(),
        set.train().width(),
        set.train().channels(),
        set.classes(),
        config.net().convBias(),
        config.bn().eps());
  }

  /** How pixels become inputs. */
  static Normalisation normalisation(RunConfig.Data data, ImageSet set) {
    return data.normaliseMeanStd()
        ? PixelStatistics.of(set.train()).normalisation()
        : Normalisation.unit(set.train().channels());
  }

  /**
   * The images are resident now, and their Java arrays (184 MB of CIFAR-10) garbage. Steps allocate
   * nothing, so no collection would ever return those pages to the system before the activations
   * are planned. Of a small set there is nothing to return.
   */
  private static void giveBackHeap(ResidentSet resident) {
    long bytes = resident.train().pixels().bytes() + resident.test().pixels().bytes();
    if (bytes >= WORTH_COLLECTING) System.gc();
  }

  private void initialise() {
    Initialiser.initialise(model.raw(), config.run().seed());
    model.ema().copyFrom(model.raw());
    if (config.run().init() != null) ModelFile.load(config.run().init(), model);
    model.step().set(new long[] {config.run().firstStep()});
  }

  /** Every tensor that a checkpoint holds, by its name there. */
  Map<String, Tensor> state() {
    return model.state();
  }

  /** Goes on from where a run stood. */
  void restore(Checkpoint checkpoint) {
    checkpoint.restore(model.state());
    model.raw().refreshCopy();
    model.ema().refreshCopy();
    model.step().set(new long[] {checkpoint.position().step()});
  }

  private Measured measured(String name, Params weights) {
    Params statistics = model.statistics();
    Recalibration recalibration = null;
    if (recalibrates()) {
      boolean raw = weights == model.raw();
      statistics = raw ? new Params(plan, spec.statistics()) : model.statistics();
      recalibration = recalibration(weights, statistics);
    }
    ProbeRunner runner =
        new ProbeRunner(
            plan,
            spec,
            WideResNet.Pass.EVALUATION,
            weights,
            statistics,
            resident.test(),
            normalisation,
            pairs.order(),
            pairs.lambda());
    return new Measured(name, weights, statistics, runner, recalibration);
  }

  private boolean recalibrates() {
    return config.bn().running() == RunningStatistics.RECALIBRATE;
  }

  /** On the first training images, without augmentation. */
  private Recalibration recalibration(Params weights, Params statistics) {
    int count = (int) Math.min(RECALIBRATION_IMAGES, resident.train().count());
    int[] images = IntStream.range(0, count).toArray();
    return new Recalibration(
        plan, spec, weights, statistics, resident.train(), normalisation, images);
  }

  /** Begins the recipe dump that a configuration may ask for. */
  void startDump(RunDirectory directory) {
    Path file = config.run().dumpRecipes();
    if (file == null) return;
    dump = new RecipeDump(file);
    dump.header(config, spec, normalisation, pairs);
    ModelFile.save(directory.initialModel(), model, null, ModelFile.metadata(config));
    dump.saveImages(imagesToDump);
  }

  /** Gives the recipe dump its final name. */
  void finishDump() {
    if (dump != null) dump.finish();
  }

  /** What there is to say about the images. */
  DataFacts data() {
    return data;
  }

  Split split() {
    return split;
  }

  Model model() {
    return model;
  }

  TrainStep step() {
    return step;
  }

  /** For the message about a step whose loss is not finite. */
  String whereNotFinite(long t) {
    return Diagnosis.ofStep(step, t, model.step().toLongs()[0]);
  }

  List<Measured> measured() {
    return measured;
  }

  ProbePairs pairs() {
    return pairs;
  }

  WideResNetSpec spec() {
    return spec;
  }

  /** As {@link Backend#choices()}: complete, since everything is planned. */
  Optional<String> choices() {
    return backend.choices();
  }

  /** SHA-256 of {@link #choices()}. */
  Optional<String> choicesHash() {
    return choices().map(text -> Sha256.hex(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** What a checkpoint says of the run that it is of. */
  Identity identity() {
    return new Identity(
        BuildInfo.program(),
        ConfigYaml.identity(config),
        data.dataHash(),
        split.hash(),
        choicesHash().orElse(""),
        backend.description());
  }

  String backendDescription() {
    return backend.description();
  }

  RunInfo info() {
    return new RunInfo(
        config,
        backend.description(),
        spec.parameters().count(),
        spec.multiplyAdds(),
        plan.bytes(),
        backend.warning().orElse(null));
  }

  /**
   * Whether updates may be submitted before the losses of earlier ones are read. A recipe dump
   * reads every update's draws.
   */
  boolean readsLater() {
    return backend.asynchronous() && dump == null;
  }

  /** Records what step t drew, when asked for. */
  void dump(long t) {
    if (dump != null) dump.step(t, config, step, model.scalars());
  }

  /**
   * @throws dev.secant.lab.error.DivergedException where a weight or a running statistic is not
   *     finite; nothing is written then
   */
  void saveModel(Path file) {
    Params ofRaw = recalibrates() ? statisticsOfRaw() : null;
    Finite.require("raw", model.raw());
    Finite.require("ema", model.ema());
    Finite.require("bn", model.statistics());
    ModelFile.save(file, model, ofRaw, ModelFile.metadata(config));
  }

  /** With recalibration the raw weights have statistics of their own. */
  private Params statisticsOfRaw() {
    Params statistics = new Params(plan, spec.statistics());
    recalibration(model.raw(), statistics).run();
    return statistics;
  }

  @Override
  public void close() {
    if (dump != null) dump.close();
    backend.close();
  }
}
