// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.BackendProvider;
import dev.secant.backend.Backends;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.error.UsageException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts definite values where options say {@code auto}. */
final class AutoValues {
  static final long QUICK = 1L << 13;
  static final long STANDARD = 1L << 16;
  static final long PAPER = 1L << 19;

  /** Test images measured by default on a CPU below {@link #STANDARD} steps. */
  static final int TEST_LIMIT = 1000;

  private final Settings s;
  private final int cores;
  private final Map<String, String> environment;
  private final List<String> notes;

  AutoValues(Settings settings, int cores, Map<String, String> environment, List<String> notes) {
    this.s = settings;
    this.cores = cores;
    this.environment = environment;
    this.notes = notes;
  }

  void settle() {
    steps();
    requireSteps();
    threads();
    vendorLibraries();
    backend();
    settle("augment", DatasetDefaults.of(s.text("dataset")).augment(), from("dataset"));
    String warmup = s.whole("steps") < QUICK ? "on" : "off";
    settle("ema.warmup", warmup, from("steps"));
    settle("bn.warmup", warmup, from("steps"));
    settle("k", Long.toString(ways(s)), from("method"));
    alpha();
    testLimit();
    out();
  }

  /** K, also where it is still {@code auto}. */
  static long ways(Settings s) {
    if (!s.auto("k")) return s.whole("k");
    return s.is("method", "erm") ? 1 : 2;
  }

  /**
   * @param from what the value was settled from
   */
  private void settle(String key, String text, String from) {
    if (s.auto(key)) s.put(key, text, Origin.auto(s.origin(key), from));
  }

  /** {@code steps 400 and method ict}. */
  private String from(String... keys) {
    return String.join(" and ", Arrays.stream(keys).map(key -> key + " " + s.text(key)).toList());
  }

  private void threads() {
    settle("threads", Integer.toString(Math.min(cores, Options.MAX_THREADS)), cores + " cores");
    ThreadCount.note(s.describe("threads"), s.whole("threads"), cores).ifPresent(notes::add);
  }

  /** A folder of libraries that no option names may be named by the environment. */
  private void vendorLibraries() {
    String folder = environment.getOrDefault(Options.LIBRARIES_VARIABLE, "");
    if (folder.isBlank() || !s.is("cuda.libraries", "none")) return;
    s.put("cuda.libraries", folder, Origin.environment(Options.LIBRARIES_VARIABLE));
  }

  /** The preferred backend that can run here as the other options want it. */
  private void backend() {
    if (!s.auto("backend")) return;
    String auto = s.describe("backend");
    BackendOptions options = BackendOptions.of((int) s.whole("threads"), Binder.device(s));
    List<String> reasons = new ArrayList<>();
    for (BackendProvider provider : Backends.providers()) {
      Optional<String> reason = provider.unavailableBecause(options);
      if (reason.isEmpty()) {
        settle("backend", provider.name(), "what can run here");
        if (provider.name().equals("cpu")) noteDeviceOptions(auto);
        return;
      }
      reasons.add(provider.name() + ": " + reason.get());
    }
    throw new BackendUnavailableException(
        auto
            + " finds nothing here that computes with "
            + s.describe("precision")
            + ": "
            + String.join("; ", reasons));
  }

  private void noteDeviceOptions(String auto) {
    for (String key : Rules.DEVICE_ONLY) {
      if (!Rules.givenForNothing(s, key)) continue;
      notes.add(s.describe(key) + " changes nothing: " + auto + " found no CUDA device to use");
    }
  }

  private void steps() {
    if (s.is("budget", "steps")) return;
    Origin budget = s.origin("budget");
    String steps = Long.toString(stepsOf(s.text("budget")));
    boolean stepsDecide = s.origin("steps").source().compareTo(budget.source()) > 0;
    if (s.auto("steps")) settle("steps", steps, from("budget"));
    else if (stepsDecide) s.put("budget", "steps", s.origin("steps"));
    else s.put("steps", steps, budget);
  }

  private void requireSteps() {
    if (s.whole("run.first-step") >= s.whole("steps")) {
      throw new UsageException(
          s.describe("run.first-step")
              + " must be below "
              + s.describe("steps")
              + ", or no step is left");
    }
  }

  static long stepsOf(String budget) {
    return switch (budget) {
      case "quick" -> QUICK;
      case "standard" -> STANDARD;
      case "paper" -> PAPER;
      default -> throw new IllegalArgumentException(budget);
    };
  }

  private void alpha() {
    boolean vector = s.text("alpha").contains(",");
    boolean ofDataset = s.auto("alpha") || vector;
    double base = ofDataset ? DatasetDefaults.of(s.text("dataset")).alpha() : s.real("alpha");
    String text = ValueType.plain(base);
    settle("probe.alpha", text, from(ofDataset ? "dataset" : "alpha"));
    settle("alpha", text, from("dataset"));
    if (vector) return;
    int k = (int) s.whole("k");
    if (s.is("mix.alpha", "matched")) requireMatched(base, k);
    else s.put("alpha", String.join(",", Collections.nCopies(k, text)), s.origin("alpha"));
  }

  private void requireMatched(double alpha, int k) {
    if (matched(alpha, k) >= Options.MIN_ALPHA) return;
    throw new UsageException(
        "%s with %s and %s gives Dirichlet parameters of %.3g, expected at least %s: alpha must be at least %s"
            .formatted(
                s.describe("mix.alpha"),
                s.describe("alpha"),
                s.describe("k"),
                matched(alpha, k),
                ValueType.plain(Options.MIN_ALPHA),
                ValueType.plain(leastMatched(k))));
  }

  /** The smallest alpha that K points can match, rounded up to four digits. */
  private static double leastMatched(int k) {
    double squares = (Options.MIN_ALPHA + 1) / (k * Options.MIN_ALPHA + 1);
    double exact = (1 - squares) / (2 * squares - 1);
    return BigDecimal.valueOf(exact).round(new MathContext(4, RoundingMode.CEILING)).doubleValue();
  }

  /**
   * The parameter a' of K points with (a'+1)/(K a'+1) = (a+1)/(2a+1), the mean sum of squares of
   * two. Never above 1 for K > 2.
   */
  static double matched(double alpha, int k) {
    if (k == 2) return alpha;
    double squares = (alpha + 1) / (2 * alpha + 1);
    return (1 - squares) / (k * squares - 1);
  }

  private void testLimit() {
    if (!s.auto("test-limit")) return;
    boolean limited = s.is("backend", "cpu") && s.whole("steps") < STANDARD;
    settle("test-limit", limited ? Integer.toString(TEST_LIMIT) : "0", from("backend", "steps"));
    if (limited) {
      notes.add(
          "measuring on "
              + TEST_LIMIT
              + " test images at most, the default for short runs on a CPU;"
              + " --test-limit 0 takes all");
    }
  }

  private void out() {
    String method = s.text("method") + (s.is("method", "erm") ? "" : s.text("k"));
    List<String> parts =
        Arrays.asList(s.text("dataset"), s.text("labels"), method, "s" + s.text("seed"));
    settle("out", "runs/" + String.join("-", parts), "dataset, labels, method, k and seed");
  }
}
