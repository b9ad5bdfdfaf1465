// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.config.ValueType.Choice;
import dev.secant.lab.config.ValueType.FilePath;
import dev.secant.lab.config.ValueType.Real;
import dev.secant.lab.config.ValueType.Reals;
import dev.secant.lab.config.ValueType.Ways;
import dev.secant.lab.config.ValueType.Whole;
import dev.secant.lab.error.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The registry of every option of a run: the command line, files, help and documentation all read
 * it.
 */
public final class Options {
  /** Most points a mix may have. */
  public static final int MAX_WAYS = 16;

  /** Most threads that the native thread pool has. */
  public static final int MAX_THREADS = 1024;

  /** Environment variable that {@code cuda.libraries} falls back to. */
  public static final String LIBRARIES_VARIABLE = "SECANT_NVIDIA";

  /** Every data set that can be named. */
  public static final Choice DATASETS = Choice.of("made", "cifar10", "cifar100", "svhn", "folder");

  private static final int MAX_DEPTH = 1000;
  private static final int MAX_WIDTH = 1000;
  private static final int MAX_BATCH = 1 << 16;

  static final double MIN_ALPHA = 1e-3;
  static final double MAX_ALPHA = 1e3;

  private static final Map<String, OptionSpec> ALL = index(new Registry().specs);

  private Options() {}

  /** Every option by key, in the order of help. */
  public static Map<String, OptionSpec> all() {
    return ALL;
  }

  /** The option of that key; refuses an unknown one with the nearest. */
  static OptionSpec get(String key, Origin origin) {
    OptionSpec spec = ALL.get(key);
    if (spec == null) {
      String hint = Nearest.hint("", key, ALL.keySet());
      boolean foreign = hint.isEmpty() && origin.source() == Origin.Source.FILE;
      throw new UsageException(
          origin.text()
              + ": unknown option \""
              + key
              + "\""
              + (foreign ? "; a newer version of the program may have it" : hint));
    }
    return spec;
  }

  private static Map<String, OptionSpec> index(List<OptionSpec> specs) {
    Map<String, OptionSpec> map = new LinkedHashMap<>();
    for (OptionSpec spec : specs) map.put(spec.key(), spec);
    return Collections.unmodifiableMap(map);
  }

  /** Builds the list, group by group. */
  private static final class Registry {
    final List<OptionSpec> specs = new ArrayList<>();
    private String group;

    Registry() {
      data();
      method();
      network();
      running();
      device();
      measuring();
      optimiser();
      consistency();
    }

    private void data() {
      group = "Data";
      flag(
          "dataset",
          DATASETS,
          "made",
          "data set; made needs no files: drawn shapes in ten classes");
      flag(
          "data",
          new FilePath("DIR", "none"),
          "none",
          "folder of its files: CIFAR's .bin, SVHN's .mat, or train/CLASS/*.png and test/CLASS/*.png");
      key(
          "svhn.extra",
          Choice.of("off", "on"),
          "off",
          "on: images of extra_32x32.mat follow SVHN's training images");
      flag("labels", whole(1), "250", "labelled images in all");
      flag(
          "seed",
          new Whole(0, Long.MAX_VALUE, false),
          "0",
          "fixes split, initialisation, order and draws");
      key(
          "split.classes",
          Choice.of("balanced", "proportional"),
          "balanced",
          "how labelled images are spread over classes");
      key(
          "split.unlabelled",
          Choice.of("rest", "all"),
          "rest",
          "unlabelled images: all but the labelled ones, or all");
      key(
          "augment",
          Choice.of("auto", "none", "crop", "flip-crop"),
          "auto",
          "of training images; auto is flip-crop, crop for svhn");
      key(
          "normalise",
          Choice.of("unit", "meanstd"),
          "unit",
          "x/127.5 - 1, or mean and deviation of the training set");
    }

    private void method() {
      group = "Method";
      flag(
          "method",
          Choice.of("erm", "mixup", "ict"),
          "ict",
          "supervised, mixup of labelled images, or consistency");
      flag("k", new Ways(MAX_WAYS), "auto", "points mixed, 2 to 16; auto is 2 (1 with erm)");
      flag(
          "alpha",
          new Reals(MIN_ALPHA, MAX_ALPHA),
          "auto",
          "Dirichlet parameter, one or K of them; auto is the data set's: 0.5, svhn 0.1");
      flag(
          "reading",
          Choice.of("paper", "lineage", "literal"),
          "paper",
          "of the consistency loss: presets of the ict options");
      key(
          "mix.lambda",
          Choice.of("sample", "batch"),
          "sample",
          "one weight vector per image or per batch");
      key(
          "mix.alpha",
          Choice.of("fixed", "matched"),
          "fixed",
          "matched changes alpha with K to keep the E[sum of squares] of K = 2");
    }

    private void network() {
      group = "Network";
      flag("depth", new Whole(10, MAX_DEPTH, false), "28", "of the Wide ResNet: 6n+4");
      flag(
          "width",
          new Whole(1, MAX_WIDTH, false),
          "2",
          "factor on the 16, 32, 64 channels of its groups");
      key("net.conv-bias", Choice.of("true", "false"), "false", "convolutions have biases");
      key(
          "bn.running",
          Choice.of("labelled", "all", "unlabelled", "recalibrate"),
          "labelled",
          "passes that update running statistics");
      key("bn.decay", share(), "0.999", "share of the running statistics kept by an update");
      key(
          "bn.warmup",
          Choice.of("auto", "on", "off"),
          "auto",
          "min(decay, (1+t)/(10+t)); auto is on below 8192 steps");
      key("bn.eps", positive(), "0.001", "added to variances");
    }

    private void running() {
      group = "Run";
      flag(
          "budget",
          Choice.of("quick", "standard", "paper", "steps"),
          "quick",
          "2^13, 2^16 or 2^19 steps");
      flag(
          "steps",
          new Whole(1, Long.MAX_VALUE, true),
          "auto",
          "an exact number of steps instead of a budget");
      flag(
          "batch",
          new Whole(1, MAX_BATCH, false),
          "128",
          "labelled, and with ict as many unlabelled, images a step");
      flag(
          "backend",
          Choice.of("auto", "cpu", "cuda"),
          "auto",
          "what computes; auto is a CUDA device where one can be used");
      flag("device", whole(0), "0", "CUDA device");
      flag("threads", new Whole(1, MAX_THREADS, true), "auto", "CPU threads; auto is every core");
      flag(
          "out",
          new FilePath("DIR", "auto"),
          "auto",
          "run folder; auto is runs/DATASET-LABELS-METHODK-sSEED, such as runs/made-250-ict2-s0");
      flag(
          "init",
          new FilePath("FILE", "none"),
          "none",
          "start from these weights (safetensors) instead of the seed's");
      key(
          "run.first-step",
          new Whole(0, Long.MAX_VALUE, false),
          "0",
          "start the step counter here, for replays of a stretch of a run");
      flag(
          "dump-recipes",
          new FilePath("FILE", "none"),
          "none",
          "write every batch's indices, crops and weights there");
      key(
          "checkpoint.every-minutes",
          nonNegative(),
          "5",
          "minutes of training between checkpoints, what --resume goes on from; 0 is never");
      key(
          "checkpoint.every-steps",
          new Whole(0, Long.MAX_VALUE, false),
          "0",
          "steps between checkpoints as well; 0 is never, both 0 saves none on a signal either");
    }

    private void device() {
      group = "CUDA device";
      key(
          "cuda.libraries",
          new FilePath("DIR", "none"),
          "none",
          "folder of cuDNN and cuBLAS, such as a Python's site-packages/nvidia; else "
              + LIBRARIES_VARIABLE);
      key(
          "cuda.library",
          new FilePath("FILE", "none"),
          "none",
          "libsecant_cuda to load instead of the packed one");
      key(
          "cuda.convolutions",
          Choice.of("cudnn", "portable"),
          "cudnn",
          "portable needs no cuDNN, and is slow");
      flag(
          "precision",
          Choice.of("fp32", "tf32", "bf16"),
          "fp32",
          "of feature maps and convolutions; tf32 on a CUDA device only");
      key(
          "cuda.steps-per-launch",
          new Whole(1, 1024, false),
          "1",
          "training steps in one CUDA graph; changes the time, not the result");
      key(
          "cuda.branches",
          Choice.of("none", "teacher", "weights", "all"),
          "none",
          "beside the rest of a CUDA step: ICT's targets, gradients of kernels; changes the time");
      key(
          "cuda.plans",
          new FilePath("FILE", "none"),
          "none",
          "cuDNN plans to use, as an earlier run wrote them; none times them anew");
      flag(
          "fast",
          Choice.of("on", "off"),
          "off",
          "cuDNN engines whose results may differ from run to run, where faster");
      key(
          "cuda.graph",
          Choice.of("on", "off"),
          "on",
          "a whole step is one CUDA graph; off launches its kernels one by one");
    }

    private void measuring() {
      group = "Measuring";
      flag("eval-every", whole(0), "0", "steps between evaluations; 0 spreads 101 over the run");
      flag(
          "probe-every",
          whole(0),
          "0",
          "steps between linearity probes; 0 spreads 51 over the run");
      flag("log-every", whole(1), "10", "steps between lines on the training loss");
      flag(
          "test-limit",
          new Whole(0, Integer.MAX_VALUE, true),
          "auto",
          "first so many test images, 0 for all; auto is 1000 on a CPU below 65536 steps");
      key("probe.k", new Whole(2, MAX_WAYS, false), "2", "points mixed by a probe");
      key(
          "probe.alpha",
          new Real(MIN_ALPHA, false, MAX_ALPHA, false, true),
          "auto",
          "Dirichlet parameter of probes; auto is a single --alpha, else the data set's");
      key(
          "probe.weights",
          Choice.of("ema", "both"),
          "ema",
          "averaged weights only, or raw weights as well");
    }

    private void optimiser() {
      group = "Optimiser";
      key("optim.lr", positive(), "0.002", "learning rate");
      key(
          "optim.schedule",
          Choice.of("constant", "cosine"),
          "constant",
          "cosine is lr cos(7 pi t / 16 T)");
      key(
          "optim.weight-decay",
          nonNegative(),
          "0.02",
          "kernels shrink by 1 - this times lr each step");
      key("optim.beta1", share(), "0.9", "Adam's first decay");
      key("optim.beta2", share(), "0.999", "Adam's second decay");
      key("optim.eps", positive(), "1e-08", "Adam's epsilon");
      key("ema.decay", share(), "0.999", "of the averaged weights");
      key(
          "ema.warmup",
          Choice.of("auto", "on", "off"),
          "auto",
          "min(decay, (1+t)/(10+t)); auto is on below 8192 steps");
    }

    private void consistency() {
      group = "Consistency (ict)";
      key(
          "ict.target",
          Choice.of("teacher", "self"),
          "teacher",
          "network of the targets: averaged weights or the network itself");
      key(
          "ict.gradient",
          Choice.of("stop", "both"),
          "stop",
          "both sends it through the targets too (self only)");
      key(
          "ict.space",
          Choice.of("logit", "prob", "logit-softmax"),
          "logit",
          "where outputs are compared");
      key(
          "ict.reduction",
          Choice.of("mean", "sum", "l2"),
          "mean",
          "of the squared distance; l2 is the plain norm per image");
      key(
          "ict.partners",
          Choice.of("shift", "independent"),
          "shift",
          "who is mixed (mixup too): shifts of the batch or independent draws");
      key("ict.weight", nonNegative(), "100", "of the loss after the ramp");
      key(
          "ict.ramp",
          new Real(0, false, 1, false, false),
          "0.4",
          "share of the run over which the weight rises");
    }

    private void flag(String key, ValueType type, String fallback, String description) {
      specs.add(new OptionSpec(key, true, group, type, type.canonical(fallback), description));
    }

    private void key(String key, ValueType type, String fallback, String description) {
      specs.add(new OptionSpec(key, false, group, type, type.canonical(fallback), description));
    }

    private static Whole whole(int min) {
      return new Whole(min, Integer.MAX_VALUE, false);
    }

    private static Real positive() {
      return new Real(0, true, Double.MAX_VALUE, false, false);
    }

    private static Real nonNegative() {
      return new Real(0, false, Double.MAX_VALUE, false, false);
    }

    private static Real share() {
      return new Real(0, false, 1, true, false);
    }
  }
}
