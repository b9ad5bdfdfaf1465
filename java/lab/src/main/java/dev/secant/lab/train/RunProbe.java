// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Normalisation;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.probe.Probe;
import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeRequest.Statistics;
import dev.secant.lab.probe.ProbeResult;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.probe.Recalibration;
import dev.secant.nn.WideResNet;
import java.nio.file.Path;

/** Probes the network of a finished run again, under other choices. */
public final class RunProbe {
  private static final double END = 1000;

  private RunProbe() {}

  /**
   * @throws dev.secant.lab.error.LabException when the run, its data or its backend cannot be had
   */
  public static ProbeResult run(ProbeRequest request) {
    return run(request, () -> {});
  }

  /**
   * @param pause called between the parts of the work; may throw to end it
   */
  public static ProbeResult run(ProbeRequest request, Runnable pause) {
    RunDirectory directory = RunDirectory.open(request.run());
    RunConfig config = SavedNetwork.config(directory);
    requireUse(config, request);
    SavedNetwork.Place place =
        new SavedNetwork.Place(request.backend(), request.arithmetic(), request.threads());
    SavedNetwork.requirePossible(config.run(), place);
    pause.run();
    ImageSet set = DataSets.load(moved(config.data(), request.data()));
    requireData(directory, set);
    pause.run();
    String name = Word.of(request.weights());
    int limit = request.testLimit() == null ? config.data().testLimit() : request.testLimit();
    try (SavedNetwork net = SavedNetwork.open(config, set, directory.model(), name, limit, place)) {
      return measure(net, config, set, request, pause);
    }
  }

  private static void requireUse(RunConfig config, ProbeRequest request) {
    if (request.data() != null && config.data().dataset() == RunConfig.Dataset.MADE) {
      throw new UsageException(
          "--data " + request.data() + " has no use with a run on made images, which are drawn");
    }
  }

  /** The run must have seen the same images, in whatever order they lie now. */
  private static void requireData(RunDirectory directory, ImageSet set) {
    String expected = SplitFile.dataHash(directory.split());
    if (!expected.equals(set.dataHash())) {
      throw new DataException(
          "%s: the run trained on the data with hash %s, found data with hash %s (%s)"
              .formatted(directory.path(), expected, set.dataHash(), set.name()));
    }
  }

  private static ProbeResult measure(
      SavedNetwork net, RunConfig config, ImageSet set, ProbeRequest request, Runnable pause) {
    String name = Word.of(request.weights());
    Normalisation normalisation = Session.normalisation(config.data(), set);
    double alpha = request.alpha() == null ? config.method().probeAlpha() : request.alpha();
    ProbePairs pairs = pairs(config, request, (int) net.pool.count(), alpha);
    if (request.statistics() == Statistics.RECALIBRATED) {
      new Recalibration(
              net.plan,
              net.spec,
              net.weights,
              net.statistics,
              net.pool,
              normalisation,
              pairs.order())
          .run(pause);
    }
    WideResNet.Pass pass =
        request.statistics() == Statistics.BATCH
            ? WideResNet.Pass.BATCH_STATISTICS
            : WideResNet.Pass.EVALUATION;
    ProbeRunner runner =
        new ProbeRunner(
            net.plan,
            net.spec,
            pass,
            net.weights,
            net.statistics,
            net.pool,
            normalisation,
            pairs.order(),
            pairs.lambda());
    Probe probe = runner.probe(pause);
    Finite.require(
        config.run().steps(),
        name,
        probe,
        () -> Diagnosis.ofMeasured(name, net.weights, net.statistics, runner.network()));
    return result(config.run().steps(), name, alpha, pairs, probe);
  }

  private static ProbePairs pairs(
      RunConfig config, ProbeRequest request, int images, double alpha) {
    if (request.lambda() != null) {
      double[] weights = request.lambda().stream().mapToDouble(Double::doubleValue).toArray();
      return ProbePairs.fixed(images, weights);
    }
    int k = request.k() == null ? config.evaluation().probeK() : request.k();
    return ProbePairs.draw(images, k, alpha);
  }

  private static ProbeResult result(
      long step, String weights, double alpha, ProbePairs pairs, Probe probe) {
    return new ProbeResult(
        new EvalMetric(
            step, END, weights, probe.evaluation().accuracy(), probe.evaluation().loss()),
        new ProbeMetric(step, END, weights, pairs.ways(), alpha, pairs.hash(), probe.layers()),
        pairs.count());
  }

  private static RunConfig.Data moved(RunConfig.Data d, Path directory) {
    if (directory == null) return d;
    return new RunConfig.Data(
        d.dataset(),
        directory,
        d.svhnExtra(),
        d.labels(),
        d.proportional(),
        d.unlabelledAll(),
        d.flip(),
        d.cropPad(),
        d.normaliseMeanStd(),
        d.testLimit());
  }
}
