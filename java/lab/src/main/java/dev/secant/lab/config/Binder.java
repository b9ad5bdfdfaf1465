// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.backend.Consistency;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.backend.Recipe;
import dev.secant.lab.config.RunConfig.Budget;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.RunConfig.Reading;
import dev.secant.lab.config.RunConfig.RunningStatistics;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Settled options to {@link RunConfig} and back. */
final class Binder {
  private static final int CROP_PAD = 4;

  private Binder() {}

  static RunConfig bind(Settings s, boolean overwrite) {
    return new RunConfig(
        data(s),
        net(s),
        method(s),
        ict(s),
        optim(s),
        ema(s),
        bn(s),
        evaluation(s),
        new RunConfig.Checkpoints(
            s.real("checkpoint.every-minutes"), s.whole("checkpoint.every-steps")),
        run(s, overwrite));
  }

  private static RunConfig.Data data(Settings s) {
    return new RunConfig.Data(
        Word.parse(Dataset.class, s.text("dataset")),
        path(s, "data"),
        s.is("svhn.extra", "on"),
        integer(s, "labels"),
        s.is("split.classes", "proportional"),
        s.is("split.unlabelled", "all"),
        s.is("augment", "flip-crop"),
        s.is("augment", "none") ? 0 : CROP_PAD,
        s.is("normalise", "meanstd"),
        integer(s, "test-limit"));
  }

  private static RunConfig.Net net(Settings s) {
    return new RunConfig.Net(
        integer(s, "depth"), integer(s, "width"), s.is("net.conv-bias", "true"));
  }

  private static RunConfig.Method method(Settings s) {
    int k = integer(s, "k");
    List<Double> given = Arrays.stream(s.text("alpha").split(",")).map(Double::valueOf).toList();
    boolean matched = s.is("mix.alpha", "matched");
    return new RunConfig.Method(
        Word.parse(Kind.class, s.text("method")),
        k,
        matched ? Collections.nCopies(k, AutoValues.matched(given.get(0), k)) : given,
        matched ? given.get(0) : null,
        s.real("probe.alpha"),
        Word.parse(Reading.class, s.text("reading")),
        Word.parse(Recipe.Partners.class, s.text("ict.partners")),
        Word.parse(Recipe.LambdaScope.class, s.text("mix.lambda")));
  }

  private static RunConfig.Ict ict(Settings s) {
    return new RunConfig.Ict(
        s.is("ict.target", "self"),
        s.is("ict.gradient", "both"),
        Word.parse(Consistency.Space.class, s.text("ict.space")),
        Word.parse(Consistency.Reduction.class, s.text("ict.reduction")),
        s.real("ict.weight"),
        s.real("ict.ramp"));
  }

  private static RunConfig.Optim optim(Settings s) {
    return new RunConfig.Optim(
        integer(s, "batch"),
        s.real("optim.lr"),
        s.is("optim.schedule", "cosine"),
        s.real("optim.weight-decay"),
        s.real("optim.beta1"),
        s.real("optim.beta2"),
        s.real("optim.eps"));
  }

  private static RunConfig.Ema ema(Settings s) {
    return new RunConfig.Ema(s.real("ema.decay"), s.is("ema.warmup", "on"));
  }

  private static RunConfig.Bn bn(Settings s) {
    return new RunConfig.Bn(
        Word.parse(RunningStatistics.class, s.text("bn.running")),
        s.real("bn.decay"),
        s.is("bn.warmup", "on"),
        s.real("bn.eps"));
  }

  private static RunConfig.Evaluation evaluation(Settings s) {
    return new RunConfig.Evaluation(
        integer(s, "eval-every"),
        integer(s, "probe-every"),
        integer(s, "probe.k"),
        s.is("probe.weights", "both"),
        integer(s, "log-every"));
  }

  private static RunConfig.Run run(Settings s, boolean overwrite) {
    return new RunConfig.Run(
        s.whole("seed"),
        s.whole("steps"),
        Word.parse(Budget.class, s.text("budget")),
        s.text("backend"),
        integer(s, "threads"),
        device(s),
        path(s, "out"),
        overwrite,
        path(s, "dump-recipes"),
        path(s, "init"),
        s.whole("run.first-step"),
        integer(s, "cuda.steps-per-launch"),
        Word.parse(RunConfig.Branches.class, s.text("cuda.branches")));
  }

  /** The device that options name. */
  static DeviceOptions device(Settings s) {
    Path libraries = path(s, "cuda.libraries");
    return new DeviceOptions(
        integer(s, "device"),
        path(s, "cuda.library"),
        libraries == null ? List.of() : List.of(libraries),
        s.is("cuda.convolutions", "portable") ? Convolutions.PORTABLE : Convolutions.VENDOR,
        Word.parse(Arithmetic.class, s.text("precision")),
        path(s, "cuda.plans"),
        s.is("cuda.graph", "on"),
        s.is("fast", "on"));
  }

  /** Every option of a run as text, by key, sorted. */
  static Map<String, String> unbind(RunConfig c) {
    Map<String, String> m = new TreeMap<>();
    unbindData(c.data(), m);
    unbindMethod(c.method(), m);
    unbindNetwork(c.net(), c.bn(), m);
    unbindConsistency(c.ict(), m);
    unbindOptimiser(c.optim(), c.ema(), m);
    unbindRun(c.run(), m);
    unbindEvaluation(c.evaluation(), m);
    m.put("checkpoint.every-minutes", text(c.checkpoints().everyMinutes()));
    m.put("checkpoint.every-steps", Long.toString(c.checkpoints().everySteps()));
    return m;
  }

  private static void unbindData(RunConfig.Data d, Map<String, String> m) {
    m.put("dataset", Word.of(d.dataset()));
    m.put("data", path(d.directory()));
    m.put("svhn.extra", onOff(d.svhnExtra()));
    m.put("labels", text(d.labels()));
    m.put("split.classes", d.proportional() ? "proportional" : "balanced");
    m.put("split.unlabelled", d.unlabelledAll() ? "all" : "rest");
    m.put("augment", d.flip() ? "flip-crop" : d.cropPad() > 0 ? "crop" : "none");
    m.put("normalise", d.normaliseMeanStd() ? "meanstd" : "unit");
    m.put("test-limit", text(d.testLimit()));
  }

  private static void unbindMethod(RunConfig.Method d, Map<String, String> m) {
    m.put("method", Word.of(d.kind()));
    m.put("k", text(d.k()));
    m.put("alpha", alpha(shortest(d)));
    m.put("mix.alpha", d.matchedFrom() == null ? "fixed" : "matched");
    m.put("probe.alpha", text(d.probeAlpha()));
    m.put("reading", Word.of(d.reading()));
    m.put("ict.partners", Word.of(d.partners()));
    m.put("mix.lambda", Word.of(d.lambdaScope()));
  }

  /** One value where all are equal, so that the text stays right when K is changed. */
  private static List<Double> shortest(RunConfig.Method d) {
    List<Double> given = given(d);
    return given.stream().distinct().count() == 1 ? given.subList(0, 1) : given;
  }

  private static List<Double> given(RunConfig.Method d) {
    return d.matchedFrom() == null ? d.alpha() : List.of(d.matchedFrom());
  }

  /** Alpha as it enters the hash of a configuration: K values, or the one to be matched. */
  static String wholeAlpha(RunConfig.Method d) {
    return alpha(given(d));
  }

  private static String alpha(List<Double> values) {
    return values.stream().map(Binder::text).collect(Collectors.joining(","));
  }

  private static void unbindNetwork(RunConfig.Net net, RunConfig.Bn bn, Map<String, String> m) {
    m.put("depth", text(net.depth()));
    m.put("width", text(net.width()));
    m.put("net.conv-bias", Boolean.toString(net.convBias()));
    m.put("bn.running", Word.of(bn.running()));
    m.put("bn.decay", text(bn.decay()));
    m.put("bn.warmup", onOff(bn.warmup()));
    m.put("bn.eps", text(bn.eps()));
  }

  private static void unbindConsistency(RunConfig.Ict d, Map<String, String> m) {
    m.put("ict.target", d.selfTarget() ? "self" : "teacher");
    m.put("ict.gradient", d.gradientBoth() ? "both" : "stop");
    m.put("ict.space", Word.of(d.space()));
    m.put("ict.reduction", Word.of(d.reduction()));
    m.put("ict.weight", text(d.weight()));
    m.put("ict.ramp", text(d.ramp()));
  }

  private static void unbindOptimiser(RunConfig.Optim d, RunConfig.Ema ema, Map<String, String> m) {
    m.put("batch", text(d.batch()));
    m.put("optim.lr", text(d.learningRate()));
    m.put("optim.schedule", d.cosine() ? "cosine" : "constant");
    m.put("optim.weight-decay", text(d.weightDecay()));
    m.put("optim.beta1", text(d.beta1()));
    m.put("optim.beta2", text(d.beta2()));
    m.put("optim.eps", text(d.eps()));
    m.put("ema.decay", text(ema.decay()));
    m.put("ema.warmup", onOff(ema.warmup()));
  }

  private static void unbindRun(RunConfig.Run d, Map<String, String> m) {
    m.put("seed", Long.toString(d.seed()));
    m.put("steps", Long.toString(d.steps()));
    m.put("budget", Word.of(d.budget()));
    m.put("backend", d.backend());
    m.put("threads", text(d.threads()));
    unbindDevice(d.device(), m);
    m.put("out", path(d.out()));
    m.put("dump-recipes", path(d.dumpRecipes()));
    m.put("init", path(d.init()));
    m.put("run.first-step", Long.toString(d.firstStep()));
    m.put("cuda.steps-per-launch", text(d.stepsPerLaunch()));
    m.put("cuda.branches", Word.of(d.branches()));
  }

  private static void unbindDevice(DeviceOptions d, Map<String, String> m) {
    m.put("device", text(d.ordinal()));
    m.put("cuda.library", path(d.library()));
    m.put("cuda.libraries", d.folders().isEmpty() ? "none" : path(d.folders().get(0)));
    m.put("cuda.convolutions", d.convolutions() == Convolutions.PORTABLE ? "portable" : "cudnn");
    m.put("precision", Word.of(d.arithmetic()));
    m.put("cuda.graph", onOff(d.graph()));
    m.put("cuda.plans", path(d.planFile()));
    m.put("fast", onOff(d.fast()));
  }

  private static void unbindEvaluation(RunConfig.Evaluation d, Map<String, String> m) {
    m.put("eval-every", text(d.every()));
    m.put("probe-every", text(d.probeEvery()));
    m.put("probe.k", text(d.probeK()));
    m.put("probe.weights", d.rawToo() ? "both" : "ema");
    m.put("log-every", text(d.logEvery()));
  }

  private static int integer(Settings s, String key) {
    return Math.toIntExact(s.whole(key));
  }

  private static Path path(Settings s, String key) {
    return s.is(key, "none") ? null : Path.of(s.text(key));
  }

  private static String path(Path path) {
    return path == null ? "none" : path.toString();
  }

  private static String text(double value) {
    return ValueType.plain(value);
  }

  private static String text(int value) {
    return Integer.toString(value);
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }
}
