// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.UsageException;
import java.util.List;
import java.util.Map;

/**
 * What options must satisfy together; each refusal names every option concerned and where it was
 * set.
 */
final class Rules {
  private static final List<String> ICT_ONLY =
      List.of("ict.target", "ict.gradient", "ict.space", "ict.reduction", "ict.weight", "ict.ramp");
  private static final List<String> MIXING_ONLY =
      List.of("ict.partners", "mix.lambda", "mix.alpha");

  /** Options of a CUDA device alone. */
  static final List<String> DEVICE_ONLY =
      List.of(
          "device",
          "fast",
          "cuda.libraries",
          "cuda.library",
          "cuda.convolutions",
          "cuda.plans",
          "cuda.graph");

  private final Settings s;

  private Rules(Settings settings) {
    this.s = settings;
  }

  static void check(Settings settings) {
    Rules rules = new Rules(settings);
    rules.data();
    rules.svhn();
    rules.network();
    rules.ways();
    rules.precision();
    rules.device();
    rules.alpha();
    rules.budget();
    rules.probe();
    rules.consistency();
    rules.uselessOptions();
  }

  private void data() {
    boolean folder = !s.is("data", "none");
    if (s.is("dataset", "made") && folder) {
      throw new UsageException(
          s.describe("data")
              + " has no use with "
              + s.describe("dataset")
              + ", which is drawn; to read files give --dataset cifar10, cifar100, svhn or folder");
    }
    if (!s.is("dataset", "made") && !folder) {
      throw new UsageException(
          s.describe("dataset") + " needs --data DIR, the folder with its files");
    }
  }

  private void svhn() {
    if (s.is("svhn.extra", "off") || s.is("dataset", "svhn")) return;
    throw new UsageException(
        s.describe("svhn.extra") + " has no use with " + s.describe("dataset"));
  }

  private void precision() {
    if (s.is("backend", "cpu") && s.is("precision", "tf32")) {
      throw new UsageException(
          s.describe("precision")
              + " contradicts "
              + s.describe("backend")
              + ": a CPU computes in fp32 or bf16");
    }
    if (s.is("cuda.convolutions", "portable") && s.is("precision", "tf32")) {
      throw new UsageException(
          s.describe("precision")
              + " contradicts "
              + s.describe("cuda.convolutions")
              + ": those compute in fp32 or bf16");
    }
  }

  private void device() {
    if (s.is("backend", "cpu") && s.origin("backend").onCommandLine()) {
      for (String key : DEVICE_ONLY) {
        if (givenForNothing(s, key)) useless(key, "backend", "which uses no CUDA device");
      }
    }
    if (s.is("cuda.convolutions", "portable")) {
      for (String key : List.of("cuda.plans", "fast")) {
        if (givenForNothing(s, key)) useless(key, "cuda.convolutions", "which use no cuDNN");
      }
    }
    if (s.is("cuda.graph", "off") && givenForNothing(s, "cuda.steps-per-launch")) {
      useless("cuda.steps-per-launch", "cuda.graph", "which launches kernels one by one");
    }
  }

  /**
   * An option of a device on the command line of a run that has none; in a file it may be what
   * another run left.
   */
  static boolean givenForNothing(Settings s, String key) {
    return s.origin(key).onCommandLine() && !isDefault(s, key);
  }

  private static boolean isDefault(Settings s, String key) {
    return s.is(key, Options.all().get(key).fallback());
  }

  private void probe() {
    if (s.auto("test-limit") || s.is("test-limit", "0")) return;
    if (s.whole("probe.k") > s.whole("test-limit")) {
      throw new UsageException(
          s.describe("probe.k")
              + " must be at most "
              + s.describe("test-limit")
              + ": a probe mixes different images");
    }
  }

  private void network() {
    long depth = s.whole("depth");
    if ((depth - 4) % 6 != 0) {
      long below = depth - (depth - 4) % 6;
      throw new UsageException(
          s.describe("depth") + " must be 6n+4; the nearest are " + below + " and " + (below + 6));
    }
  }

  private void ways() {
    long k = AutoValues.ways(s);
    boolean erm = s.is("method", "erm");
    if (erm && k != 1) {
      throw new UsageException(
          s.describe("k")
              + " has no use with "
              + s.describe("method")
              + ", which mixes nothing; leave it out");
    }
    if (!erm && k < 2) {
      throw new UsageException(
          s.describe("k") + " must be from 2 to 16 with " + s.describe("method"));
    }
    if (s.is("ict.partners", "shift") && k > s.whole("batch")) {
      throw new UsageException(
          describeWays()
              + " must be at most "
              + s.describe("batch")
              + ": partners are shifts of the batch; -o ict.partners=independent lifts this");
    }
  }

  private String describeWays() {
    return s.auto("k") ? "k=" + AutoValues.ways(s) + " (auto)" : s.describe("k");
  }

  private void alpha() {
    if (s.auto("alpha")) return;
    int given = s.text("alpha").split(",").length;
    if (given == 1) return;
    long k = AutoValues.ways(s);
    if (given != k) {
      throw new UsageException(
          s.describe("alpha") + " has " + given + " values, expected 1 or " + describeWays());
    }
    if (s.is("mix.alpha", "matched")) {
      throw new UsageException(
          s.describe("alpha")
              + " contradicts "
              + s.describe("mix.alpha")
              + ", which works on a single value");
    }
  }

  private void budget() {
    boolean steps = !s.auto("steps");
    if (s.is("budget", "steps")) {
      if (!steps) throw new UsageException(s.describe("budget") + " needs --steps N");
      return;
    }
    boolean bothGiven = steps && s.origin("budget").source() == s.origin("steps").source();
    long expected = AutoValues.stepsOf(s.text("budget"));
    if (bothGiven && s.whole("steps") != expected) {
      throw new UsageException(
          s.describe("steps")
              + " contradicts "
              + s.describe("budget")
              + ", which is "
              + expected
              + " steps: give one of them");
    }
  }

  private void consistency() {
    if (s.is("ict.target", "teacher") && s.is("ict.gradient", "both")) {
      throw new UsageException(
          s.describe("ict.gradient")
              + " contradicts "
              + s.describe("ict.target")
              + ": averaged weights have no gradient; give -o ict.target=self as well");
    }
  }

  /** A value other than the one that would hold anyway is refused where it could change nothing. */
  private void uselessOptions() {
    boolean erm = s.is("method", "erm");
    Map<String, String> preset = ConfigResolver.preset(s.text("reading"));
    if (!s.is("method", "ict")) {
      // A file may be that of a run with another method, varied.
      if (s.origin("reading").onCommandLine() && !s.is("reading", "paper")) useless("reading");
      for (String key : ICT_ONLY) {
        refuseUnlessNeutral(key, preset.getOrDefault(key, Options.all().get(key).fallback()));
      }
      if (s.is("bn.running", "unlabelled") || s.is("bn.running", "all")) useless("bn.running");
    }
    if (erm) {
      for (String key : MIXING_ONLY) refuseUnlessNeutral(key, Options.all().get(key).fallback());
    }
  }

  private void refuseUnlessNeutral(String key, String neutral) {
    if (!s.is(key, neutral)) useless(key);
  }

  private void useless(String key) {
    String why =
        MIXING_ONLY.contains(key) ? "which mixes nothing" : "which reads no unlabelled images";
    useless(key, "method", why);
  }

  private void useless(String key, String with, String why) {
    throw new UsageException(s.describe(key) + " has no use with " + s.describe(with) + ", " + why);
  }
}
