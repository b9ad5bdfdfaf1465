// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.checkpoint.Position;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.DataFacts;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.Metric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.MetricsWriter;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.Summary;
import dev.secant.lab.metrics.TimingMetric;
import dev.secant.lab.metrics.TimingWriter;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;
import dev.secant.nn.WideResNetSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Writes what a run measures, tells the listener, and keeps what the summary needs. */
final class RunLog implements AutoCloseable {
  /** Below this spread of the logits the network answers the same for every image. */
  private static final double COLLAPSED = 1e-3;

  private final RunConfig config;
  private final TrainListener listener;
  private final MetricsWriter metrics;
  private final TimingWriter timing;
  private final List<String> earlierNotes = new ArrayList<>();
  private final EnergyMeter energy;
  private final Deque<Double> accuracies = new ArrayDeque<>();
  private final Deque<List<LayerNonLin>> probes = new ArrayDeque<>();
  private long started = System.nanoTime();
  private double spread = Double.NaN;
  private long mark;
  private long trainingNanos;
  private long stepsTimed;
  private long windowNanos;
  private long windowSteps;

  private RunLog(
      RunConfig config,
      TrainListener listener,
      MetricsWriter metrics,
      TimingWriter timing,
      double joules) {
    this.config = config;
    this.energy = EnergyMeter.start(config.run().backend(), joules);
    this.listener = listener;
    this.metrics = metrics;
    this.timing = timing;
  }

  static RunLog open(RunConfig config, RunDirectory directory, TrainListener listener) {
    MetricsWriter metrics = new MetricsWriter(directory.metrics());
    try {
      return new RunLog(config, listener, metrics, new TimingWriter(directory.timing()), 0);
    } catch (RuntimeException | Error e) {
      metrics.close();
      throw e;
    }
  }

  /**
   * Goes on with the files of a run from where it stood; what was written later is cut off.
   *
   * @param notes for the summary, because of this resumption
   */
  static RunLog resume(
      RunConfig config,
      RunDirectory directory,
      TrainListener listener,
      Position from,
      List<String> notes) {
    long length = from.length(RunDirectory.METRICS);
    MetricsWriter metrics = MetricsWriter.resume(directory.metrics(), length);
    try {
      length = from.length(RunDirectory.TIMING);
      TimingWriter timing = TimingWriter.resume(directory.timing(), length);
      double joules = from.clock().joules();
      RunLog log = new RunLog(config, listener, metrics, timing, joules);
      log.restore(from, MetricsReader.read(directory.metrics()));
      log.earlierNotes.addAll(notes);
      return log;
    } catch (RuntimeException | Error e) {
      metrics.close();
      throw e;
    }
  }

  private void restore(Position from, List<Metric> written) {
    for (Metric metric : written) {
      if (metric instanceof EvalMetric m && isReported(m.weights()))
        keep(accuracies, m.accuracy(), Summary.LAST_EVALUATIONS);
      if (metric instanceof ProbeMetric m && isReported(m.weights()))
        keep(probes, m.layers(), Summary.LAST_PROBES);
    }
    spread = from.spread();
    earlierNotes.addAll(from.notes());
    Position.Clock clock = from.clock();
    started = System.nanoTime() - Math.round(clock.seconds() * 1e9);
    trainingNanos = clock.trainingNanos();
    stepsTimed = clock.steps();
    windowNanos = clock.windowNanos();
    windowSteps = clock.windowSteps();
  }

  /** Where the run stands before step t and before what is measured there. */
  Position position(long t) {
    return new Position(
        t,
        Map.of(RunDirectory.METRICS, metrics.length(), RunDirectory.TIMING, timing.length()),
        new Position.Clock(
            seconds(), trainingNanos, stepsTimed, windowNanos, windowSteps, energy.joules()),
        spread,
        List.copyOf(earlierNotes));
  }

  /** Everything is planned. */
  void started(RunInfo info) {
    listener.onStart(info);
  }

  private double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }

  /**
   * A listener, or an interrupt of the training thread, ends the run before its next step and
   * within a measurement.
   */
  void requireNotStopped(long t) {
    energy.pass();
    listener.onPause();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedRunException(ExitCode.INTERRUPTED, "interrupted before step " + t);
    }
  }

  /** The clock of training starts: it stands still during evaluations and probes. */
  void startSteps() {
    mark = System.nanoTime();
  }

  /**
   * Updates whose losses have been read.
   *
   * @param where what to say of a step whose loss is not finite
   * @throws DivergedException where a loss is not finite
   */
  void endSteps(long from, int updates, LossLog losses, LongFunction<String> where) {
    long now = System.nanoTime();
    trainingNanos += now - mark;
    windowNanos += now - mark;
    mark = now;
    stepsTimed += updates;
    windowSteps += updates;
    double imagesPerSecond = rate(windowSteps, windowNanos);
    double loss = Double.NaN;
    for (long t = from; t < from + updates; t++) {
      loss = finiteLoss(t, losses, where);
      if (isLogged(t)) log(t, loss, losses, imagesPerSecond);
    }
    listener.onStep(from + updates, config.run().steps(), loss, imagesPerSecond);
  }

  private boolean isLogged(long t) {
    return t % config.evaluation().logEvery() == 0 || t + 1 == config.run().steps();
  }

  private void log(long t, double loss, LossLog losses, double imagesPerSecond) {
    boolean ict = config.method().kind() == RunConfig.Kind.ICT;
    Double consistency = ict ? losses.consistency(t) : null;
    TrainMetric metric =
        new TrainMetric(t, loss, losses.supervised(t), consistency, losses.weight(t));
    metrics.write(metric);
    listener.onLoss(metric);
    timing.write(new TimingMetric(t, seconds(), imagesPerSecond));
    windowNanos = 0;
    windowSteps = 0;
  }

  private static double finiteLoss(long t, LossLog losses, LongFunction<String> where) {
    double loss = losses.supervised(t) + losses.weight(t) * losses.consistency(t);
    Finite.requireLoss(t, losses, loss, () -> where.apply(t));
    return loss;
  }

  /** Images of a step: those the trained network sees, labelled and mixed unlabelled. */
  private double rate(long steps, long nanos) {
    int streams = config.method().kind() == RunConfig.Kind.ICT ? 2 : 1;
    return nanos == 0 ? 0 : steps * 1e9 * streams * config.optim().batch() / nanos;
  }

  /**
   * @param where what to say where it is not finite
   */
  void evaluation(long t, String weights, Evaluation e, Supplier<String> where) {
    EvalMetric metric = new EvalMetric(t, trainTime(t), weights, e.accuracy(), e.loss());
    metrics.write(metric);
    listener.onEvaluation(metric);
    Finite.require(t, weights, e, where);
    if (!isReported(weights)) return;
    keep(accuracies, e.accuracy(), Summary.LAST_EVALUATIONS);
    spread = e.spread();
  }

  /**
   * @param evaluate an evaluation is due as well; it is read off the probe
   * @param where what to say where it is not finite
   */
  void probe(
      long t,
      String weights,
      ProbePairs pairs,
      Probe probe,
      boolean evaluate,
      Supplier<String> where) {
    if (evaluate) evaluation(t, weights, probe.evaluation(), where);
    ProbeMetric metric =
        new ProbeMetric(
            t,
            trainTime(t),
            weights,
            config.evaluation().probeK(),
            config.method().probeAlpha(),
            pairs.hash(),
            probe.layers());
    metrics.write(metric);
    listener.onProbe(metric);
    Finite.require(t, weights, probe, where);
    if (isReported(weights)) keep(probes, probe.layers(), Summary.LAST_PROBES);
  }

  static final String LOSSY =
      "the images are lossy, or not known to be the lossless release: results are indicative";

  private static boolean isReported(String weights) {
    return weights.equals("ema");
  }

  private double trainTime(long t) {
    return EventSteps.trainTime(t, config.run().steps());
  }

  private static <T> void keep(Deque<T> last, T value, int count) {
    last.addLast(value);
    if (last.size() > count) last.removeFirst();
  }

  // ---- summary ----------------------------------------------------------------------------------

  Summary summary(Session session) {
    RunConfig c = config;
    DataFacts data = session.data();
    return new Summary(
        new Summary.Run(
            Word.of(c.data().dataset()),
            Word.of(c.method().kind()),
            c.method().k(),
            c.method().alpha(),
            c.method().probeAlpha(),
            Word.of(c.method().reading()),
            c.data().labels(),
            c.run().steps(),
            c.run().seed()),
        accuracies.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN),
        meanNonLin(),
        data.dataHash(),
        data.lossy(),
        session.split().hash(),
        session.pairs().hash(),
        session.choicesHash().orElse(null),
        session.spec().classes(),
        session.spec().parameters().count(),
        session.spec().multiplyAdds(),
        BuildInfo.javaRevision(),
        c.run().backend(),
        Host.versions(session.backendDescription()),
        seconds(),
        energy.energy(),
        rate(stepsTimed, trainingNanos),
        Host.describe(),
        notes(data));
  }

  private List<Double> meanNonLin() {
    List<Double> means = new ArrayList<>();
    for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
      int layer = l;
      means.add(
          probes.stream()
              .map(layers -> layers.get(layer))
              .mapToDouble(LayerNonLin::nonlin)
              .average()
              .orElse(Double.NaN));
    }
    return means;
  }

  private List<String> notes(DataFacts data) {
    List<String> notes = new ArrayList<>(earlierNotes);
    int limit = config.data().testLimit();
    if (limit > 0 && limit < data.testImages()) {
      notes.add("measured on the first " + limit + " of " + data.testImages() + " test images");
    }
    if (data.lossy()) notes.add(LOSSY);
    if (spread < COLLAPSED)
      notes.add("the logits collapsed: they are the same for every test image");
    return notes;
  }

  @Override
  public void close() {
    metrics.close();
    timing.close();
  }
}
