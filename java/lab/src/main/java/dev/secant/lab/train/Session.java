// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.RunningStatistics;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.PixelStatistics;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.probe.Recalibration;
import dev.secant.nn.Initialiser;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Everything of a run that is planned: backend, resident data, model, step, probes. Closing it
 * frees all of it.
 */
final class Session implements AutoCloseable {
  private static final int RECALIBRATION_IMAGES = 1000;

  /** Evaluates and probes one set of weights. */
  record Measured(String weights, ProbeRunner runner, Recalibration recalibration) {
    Evaluation evaluate() {
      if (recalibration != null) recalibration.run();
      return runner.evaluate();
    }

    Probe probe() {
      if (recalibration != null) recalibration.run();
      return runner.probe();
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
  private final RecipeDump dump;

  static Session open(RunConfig config, ImageSet set, Split split) {
    Backend backend = create(config, config.run().threads());
    try {
      return new Session(config, backend, set, split);
    } catch (RuntimeException | Error e) {
      backend.close();
      throw e;
    }
  }

  /**
   * The backend that a configuration names.
   *
   * @throws BackendUnavailableException with the reasons and exit code 4
   */
  static Backend create(RunConfig config, int threads) {
    try {
      return Backends.create(
          config.run().backend(), BackendOptions.of(threads, config.run().device()));
    } catch (dev.secant.backend.BackendUnavailableException e) {
      throw new BackendUnavailableException(e.getMessage(), e);
    }
  }

  private Session(RunConfig config, Backend backend, ImageSet set, Split split) {
    this.config = config;
    this.backend = backend;
    this.spec = spec(config, set);
    this.plan = backend.newPlan();
    this.model = new Model(plan, spec);
    initialise();
    ResidentSet resident = ResidentSet.upload(plan::tensor, set, split, config.data().testLimit());
    Normalisation normalisation = normalisation(config.data(), set);
    boolean unlabelled = config.method().kind() == RunConfig.Kind.ICT;
    TrainingData data =
        new TrainingData(
            resident.train(),
            normalisation,
            resident.labelled(),
            unlabelled ? resident.unlabelled() : null);
    this.step = new TrainStep(plan, config, model, data);
    this.pairs =
        ProbePairs.draw(
            (int) resident.test().count(),
            config.evaluation().probeK(),
            config.method().probeAlpha());
    measured.add(measured("ema", model.ema(), resident, normalisation));
    if (config.evaluation().rawToo())
      measured.add(measured("raw", model.raw(), resident, normalisation));
    this.dump = config.run().dumpRecipes() == null ? null : openDump(set, normalisation);
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

  private void initialise() {
    Initialiser.initialise(model.raw(), config.run().seed());
    model.ema().copyFrom(model.raw());
    if (config.run().init() != null) ModelFile.load(config.run().init(), model);
    model.step().set(new long[] {config.run().firstStep()});
  }

  private Measured measured(
      String name, Params weights, ResidentSet resident, Normalisation normalisation) {
    Params statistics = model.statistics();
    Recalibration recalibration = null;
    if (config.bn().running() == RunningStatistics.RECALIBRATE) {
      statistics = new Params(plan, spec.statistics());
      int[] images =
          IntStream.range(0, (int) Math.min(RECALIBRATION_IMAGES, resident.train().count()))
              .toArray();
      recalibration =
          new Recalibration(
              plan, spec, weights, statistics, resident.train(), normalisation, images);
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
    return new Measured(name, runner, recalibration);
  }

  private RecipeDump openDump(ImageSet set, Normalisation normalisation) {
    Path file = config.run().dumpRecipes();
    ModelFile.save(
        new RunDirectory(config.run().out()).initialModel(), model, ModelFile.metadata(config));
    ModelFile.saveImages(file.resolveSibling(file.getFileName() + ".images.safetensors"), set);
    RecipeDump opened = new RecipeDump(file);
    opened.header(config, spec, normalisation, pairs);
    return opened;
  }

  TrainStep step() {
    return step;
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

  String backendDescription() {
    return backend.description();
  }

  RunInfo info() {
    return new RunInfo(
        config,
        backend.description(),
        spec.parameters().count(),
        spec.multiplyAdds(),
        plan.bytes());
  }

  /** Records what step t drew, when asked for. */
  void dump(long t) {
    if (dump != null) dump.step(t, config, step, model.scalars());
  }

  void saveModel(Path file) {
    ModelFile.save(file, model, ModelFile.metadata(config));
  }

  @Override
  public void close() {
    if (dump != null) dump.close();
    backend.close();
  }
}
