// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.train.TrainingRig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Whole training steps: recorded ones have the bits of eager ones, several in one launch those of
 * single ones, ten of them the numbers of the CPU, and a trainer beside another one its own bits.
 */
final class TrainingCheck implements Check {
  private static final int STEPS = 10;

  /** Relative to the largest value: the roundings of ten steps in fp32 at a small rate. */
  private static final double CLOSE = 1e-4;

  /**
   * Adam makes steps of one size of gradients of any size, so the roundings of the small ones show:
   * one part in twenty of a tensor's movement. An update left out is a whole part.
   */
  private static final double MOVED = 0.05;

  private final ImageSet set;
  private final int steps;
  private final List<String> options;

  TrainingCheck() {
    this(RandomImages.of(200, 20), STEPS);
  }

  /**
   * @param steps of each comparison, even; those in one launch are half as many
   * @param options over those of {@link Configurations#small}
   */
  TrainingCheck(ImageSet set, int steps, String... options) {
    this.set = set;
    this.steps = steps;
    this.options = List.of(options);
  }

  @Override
  public String section() {
    return "training";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    againstCpu(s, rows);
    if (s.onDevice()) {
      for (Arithmetic arithmetic : new Arithmetic[] {Arithmetic.FP32, Arithmetic.BF16})
        replayed(s, arithmetic, rows);
    } else {
      String why = "the CPU backend records nothing";
      rows.accept(CheckRow.notRun(section(), "replayed", why));
    }
    twoTrainers(s, rows);
  }

  TrainingRig rig(Backend backend, Method method) {
    return rig(backend, Configurations.small(with(method)));
  }

  private Method with(Method method) {
    List<String> all = new ArrayList<>(List.of(method.options()));
    all.addAll(options);
    return new Method(method.name(), method.k(), all.toArray(String[]::new));
  }

  /** Half the steps to a launch. */
  TrainingRig severalInOne(Backend backend, Method method) {
    return rig(backend, Configurations.together(with(method), steps / 2));
  }

  private TrainingRig rig(Backend backend, RunConfig config) {
    TrainingRig rig = new TrainingRig(backend, config, set);
    rig.startAt(30);
    return rig;
  }

  // ---- against the CPU -------------------------------------------------------------------------

  private void againstCpu(CheckSettings s, Consumer<CheckRow> rows) {
    try (Backend cpu = s.openCpu();
        Backend device = s.open(Arithmetic.FP32, true, null)) {
      for (Method method : Configurations.METHODS) {
        try (TrainingRig expected = rig(cpu, method);
            TrainingRig found = rig(device, method)) {
          rows.accept(compared(method, expected, found));
        }
      }
    }
  }

  /**
   * The weights are compared by how they moved: at this rate they move so little that their values
   * would agree whatever the updates were.
   */
  private CheckRow compared(Method method, TrainingRig cpu, TrainingRig device) {
    Map<String, double[]> start = cpu.weights();
    double loss = 0;
    for (int i = 0; i < steps; i++) {
      cpu.step().run();
      device.step().run();
      loss = Math.max(loss, Math.abs(device.loss() - cpu.loss()) / Math.abs(cpu.loss()));
    }
    double moved = TrainingRig.moved(start, device.weights(), cpu.weights());
    double statistics = 0;
    Map<String, double[]> expected = cpu.statistics();
    for (Map.Entry<String, double[]> e : device.statistics().entrySet())
      statistics = Math.max(statistics, apart(e.getValue(), expected.get(e.getKey())));
    boolean close = loss <= CLOSE && moved <= MOVED && statistics <= CLOSE;
    String text =
        "%d fp32 steps: loss %.1e, statistics %.1e apart (allowed %.0e); movement of a tensor %.1e (%.0e)"
            .formatted(steps, loss, statistics, CLOSE, moved, MOVED);
    return CheckRow.of(section(), method.title() + " as on the CPU", close, text)
        .with(Map.of("loss", loss, "moved", moved, "statistics", statistics));
  }

  /** Largest difference over the largest value; NaN counts as infinitely far. */
  static double apart(double[] found, double[] expected) {
    double difference = 0;
    double largest = Double.MIN_NORMAL;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs(found[i] - expected[i]);
      difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }

  // ---- recorded --------------------------------------------------------------------------------

  /**
   * All methods on one pair of backends: choices are timed once, and the eager one is given them.
   * Branches of a recording change no bit of steps without.
   */
  private void replayed(CheckSettings s, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    try (Backend first = s.open(arithmetic, true, null)) {
      List<Method> methods = new ArrayList<>(Configurations.METHODS);
      methods.addAll(Configurations.BRANCHED);
      for (Method method : methods) rig(first, method).close();
      Path plans = plans(s, first, Word.of(arithmetic));
      try (Backend second = s.open(arithmetic, false, plans)) {
        for (Method method : methods) {
          try (TrainingRig recorded = rig(first, method);
              TrainingRig eager = rig(second, method.alone())) {
            rows.accept(replayed(method, arithmetic, recorded, eager));
          }
        }
        Method ict = Configurations.METHODS.get(2);
        try (TrainingRig several = severalInOne(first, ict);
            TrainingRig eager = rig(second, ict)) {
          rows.accept(severalInOneLaunch(ict, arithmetic, several, eager));
        }
      }
    }
  }

  CheckRow replayed(Method method, Arithmetic arithmetic, TrainingRig recorded, TrainingRig eager) {
    for (int i = 0; i < steps; i++) {
      eager.step().run();
      recorded.step().run();
    }
    boolean same = same(eager, recorded);
    String text =
        same
            ? steps + " steps: equal bits, " + recorded.step().nodes() + " nodes a step"
            : "other bits than " + steps + " eager steps";
    String name = method.title() + " " + Word.of(arithmetic) + " replayed";
    return CheckRow.of(section(), name, same, text)
        .with(Map.of("graph_nodes", recorded.step().nodes()));
  }

  CheckRow severalInOneLaunch(
      Method method, Arithmetic arithmetic, TrainingRig several, TrainingRig eager) {
    several.step().run(2 * steps);
    for (int i = 0; i < 2 * steps; i++) eager.step().run();
    boolean same = same(eager, several);
    String text =
        same
            ? "%d steps, %d to a launch: equal bits".formatted(2 * steps, steps / 2)
            : "other bits than %d eager steps".formatted(2 * steps);
    String name = method.title() + " " + Word.of(arithmetic) + " several in one launch";
    return CheckRow.of(section(), name, same, text);
  }

  private static boolean same(TrainingRig a, TrainingRig b) {
    return Arrays.equals(a.raw(), b.raw())
        && Arrays.equals(a.ema(), b.ema())
        && same(a.statistics(), b.statistics())
        && a.loss() == b.loss();
  }

  private static boolean same(Map<String, double[]> a, Map<String, double[]> b) {
    return a.keySet().equals(b.keySet())
        && a.keySet().stream().allMatch(name -> Arrays.equals(a.get(name), b.get(name)));
  }

  /** The choices of a backend as a file, or null when it made none. */
  static Path plans(CheckSettings s, Backend backend, String name) {
    if (backend.choices().isEmpty()) return null;
    try {
      return Files.writeString(s.log("plans-" + name + ".json"), backend.choices().get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- two at once -----------------------------------------------------------------------------

  private void twoTrainers(CheckSettings s, Consumer<CheckRow> rows) {
    Method first = Configurations.METHODS.get(2);
    Method second = Configurations.METHODS.get(1);
    double[] firstAlone;
    double[] secondAlone;
    Path plans;
    try (Backend backend = s.open(Arithmetic.FP32, true, null)) {
      firstAlone = trained(backend, first);
      secondAlone = trained(backend, second);
      plans = plans(s, backend, "alone");
    }
    try (Backend one = s.open(Arithmetic.FP32, true, plans);
        Backend other = s.open(Arithmetic.FP32, true, plans);
        TrainingRig a = rig(one, first);
        TrainingRig b = rig(other, second)) {
      for (int i = 0; i < steps; i++) {
        a.step().run();
        b.step().run();
      }
      boolean same = Arrays.equals(a.raw(), firstAlone) && Arrays.equals(b.raw(), secondAlone);
      rows.accept(
          CheckRow.of(
              section(),
              "two trainers at once",
              same,
              same ? "each has the bits that it has alone" : "one has other bits than alone"));
    }
  }

  private double[] trained(Backend backend, Method method) {
    try (TrainingRig rig = rig(backend, method)) {
      for (int i = 0; i < steps; i++) rig.step().run();
      return rig.raw();
    }
  }
}
