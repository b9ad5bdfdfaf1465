// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Draws;
import dev.secant.backend.Scalars;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.DataHash;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Images;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.Sha256;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.reference.ReferenceBackend;
import dev.secant.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a run of a few steps drew, computed and measured: facts that are equal, bit by bit, or are
 * not. Its images are of three classes of unequal size.
 */
final class Observed {
  /** One thing to see of a run; what is of the first step is seen right after it. */
  enum Fact {
    /** Indices of the split. */
    LABELLED,
    UNLABELLED,
    /** Order of the test images, and the weights of their pairs. */
    TEST_IMAGES,
    PAIR_WEIGHTS,
    /** Weights before the first step. */
    START,

    // Draws of the first step.
    IMAGES,
    CROPS,
    PARTNERS,
    LAMBDA,
    UNLABELLED_IMAGES,
    UNLABELLED_CROPS,
    UNLABELLED_PARTNERS,
    UNLABELLED_LAMBDA,

    // Its schedule.
    LEARNING_RATE,
    CONSISTENCY_WEIGHT,
    AVERAGE_RATE,
    STATISTICS_RATE,

    // Its losses, the consistency loss not weighted, and what they did.
    SUPERVISED,
    CONSISTENCY,
    GRADIENT,
    FIRST_WEIGHTS,
    FIRST_AVERAGE,
    FIRST_STATISTICS,

    // After the last step.
    LAST_WEIGHTS,
    LAST_AVERAGE,
    LAST_STATISTICS,

    /** Steps and weights of the lines. */
    LOGGED,
    EVALUATED,
    PROBED,

    // Values of the averaged weights, before the first step and after the last.
    FIRST_EVALUATION,
    FIRST_PROBE,
    LAST_EVALUATION,
    LAST_PROBE
  }

  private static final ImageSet SET = unequal(TinyTraining.images(8));

  private final Map<Fact, String> facts = new EnumMap<>(Fact.class);

  private Observed() {}

  /**
   * Trains in double precision, where no other shape of a batch changes a rounding.
   *
   * @param folder must not exist
   */
  static Map<Fact, String> of(RunConfig config, Path folder) {
    Observed observed = new Observed();
    RunDirectory directory = RunDirectory.create(folder, false);
    try (Session session =
        Session.open(config, new ReferenceBackend(), () -> Trainer.split(config, SET))) {
      observed.before(session);
      TrainListener listener =
          new TrainListener() {
            @Override
            public void onStep(long step, long steps, double loss, double imagesPerSecond) {
              if (step == config.run().firstStep() + 1) observed.first(session);
            }
          };
      try (RunLog log = RunLog.open(config, directory, listener)) {
        Looped.run(config, session, log, directory);
      }
      observed.last(session);
    }
    observed.metrics(directory.metrics());
    return observed.facts;
  }

  /** Half of the images, a third, a sixth. */
  private static ImageSet unequal(ImageSet set) {
    Images old = set.train();
    int[] classes = {0, 0, 0, 1, 1, 2};
    int[] labels = IntStream.range(0, old.count()).map(i -> classes[i % classes.length]).toArray();
    Images train = new Images(old.height(), old.width(), old.channels(), old.pixels(), labels);
    return new ImageSet(
        set.name(), set.classNames(), train, set.test(), DataHash.of(train, set.test()), false);
  }

  private void before(Session session) {
    put(Fact.LABELLED, Arrays.toString(session.split().labelled()));
    put(Fact.UNLABELLED, Arrays.toString(session.split().unlabelled()));
    put(Fact.TEST_IMAGES, Arrays.toString(session.pairs().order()));
    put(Fact.PAIR_WEIGHTS, Arrays.toString(session.pairs().lambda()));
    put(Fact.START, session.model().raw().flat());
  }

  private void first(Session session) {
    TrainStep step = session.step();
    draws(step.labelledDraws(), Fact.IMAGES, Fact.CROPS, Fact.PARTNERS, Fact.LAMBDA);
    if (step.unlabelledDraws() != null)
      draws(
          step.unlabelledDraws(),
          Fact.UNLABELLED_IMAGES,
          Fact.UNLABELLED_CROPS,
          Fact.UNLABELLED_PARTNERS,
          Fact.UNLABELLED_LAMBDA);
    Scalars scalars = session.model().scalars();
    put(Fact.LEARNING_RATE, scalars.learningRate());
    put(Fact.CONSISTENCY_WEIGHT, Double.toString(step.weight()));
    put(Fact.AVERAGE_RATE, scalars.emaRate());
    put(Fact.STATISTICS_RATE, scalars.bnRate());
    put(Fact.SUPERVISED, Double.toString(step.supervisedLoss()));
    put(Fact.CONSISTENCY, Double.toString(step.consistencyLoss()));
    put(Fact.GRADIENT, session.model().gradients().flat());
    put(Fact.FIRST_WEIGHTS, session.model().raw().flat());
    put(Fact.FIRST_AVERAGE, session.model().ema().flat());
    put(Fact.FIRST_STATISTICS, session.model().statistics().flat());
  }

  private void draws(Draws draws, Fact images, Fact crops, Fact partners, Fact lambda) {
    put(images, Arrays.toString(draws.indices().toInts()));
    put(crops, Arrays.toString(draws.crops().toInts()));
    put(partners, Arrays.toString(draws.rows().toInts()));
    put(lambda, Arrays.toString(draws.lambda().toFloats()));
  }

  private void last(Session session) {
    put(Fact.LAST_WEIGHTS, session.model().raw().flat());
    put(Fact.LAST_AVERAGE, session.model().ema().flat());
    put(Fact.LAST_STATISTICS, session.model().statistics().flat());
  }

  private void metrics(Path file) {
    List<EvalMetric> evaluations = MetricsReader.read(file, EvalMetric.class);
    List<ProbeMetric> probes = MetricsReader.read(file, ProbeMetric.class);
    put(
        Fact.LOGGED,
        MetricsReader.read(file, TrainMetric.class).stream().map(TrainMetric::step).toList());
    put(Fact.EVALUATED, evaluations.stream().map(e -> e.step() + " " + e.weights()).toList());
    put(Fact.PROBED, probes.stream().map(p -> p.step() + " " + p.weights()).toList());
    List<String> scores =
        evaluations.stream()
            .filter(e -> e.weights().equals("ema"))
            .map(e -> e.accuracy() + " " + e.loss())
            .toList();
    List<String> layers =
        probes.stream()
            .filter(p -> p.weights().equals("ema"))
            .map(p -> p.layers().toString())
            .toList();
    put(Fact.FIRST_EVALUATION, scores.get(0));
    put(Fact.LAST_EVALUATION, scores.get(scores.size() - 1));
    put(Fact.FIRST_PROBE, layers.get(0));
    put(Fact.LAST_PROBE, layers.get(layers.size() - 1));
  }

  private void put(Fact fact, Tensor tensor) {
    double[] values = tensor.toDoubles();
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.length);
    bytes.asDoubleBuffer().put(values);
    put(fact, Sha256.hex(bytes.array()));
  }

  private void put(Fact fact, List<?> values) {
    put(fact, values.toString());
  }

  private void put(Fact fact, String value) {
    facts.put(fact, value);
  }
}
