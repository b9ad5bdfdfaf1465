// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.config.ThreadCount;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.probe.Confusion;
import dev.secant.lab.train.RunEvaluation;
import java.util.List;
import java.util.Locale;

/** Accuracy, loss, accuracy per class and confusions of a trained network. */
final class EvalCommand implements Command {
  private static final ValueType.Choice WEIGHTS = ValueType.Choice.of("ema", "raw");
  private static final ValueType.Choice BACKEND = ValueType.Choice.of("cpu", "cuda");
  private static final ValueType.Choice PRECISION = ValueType.Choice.of("fp32", "tf32", "bf16");
  private static final ValueType.Whole LIMIT = new ValueType.Whole(0, Integer.MAX_VALUE, false);
  private static final ValueType.Whole THREADS = new ValueType.Whole(1, Options.MAX_THREADS, false);

  /** More classes make no table for people. */
  private static final int SHOWN_CLASSES = 20;

  private final StopRequest stop;

  EvalCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public String name() {
    return "eval";
  }

  @Override
  public String summary() {
    return "accuracy, loss and confusions of a trained network";
  }

  @Override
  public String usage() {
    return "--run DIR [--dataset NAME --data DIR] [option...]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value("run", "DIR", "folder of the run"),
        Flag.value("dataset", Options.DATASETS.placeholder(), "another data set [the run's]"),
        Flag.value("data", "DIR", "folder of the data set [the run's]"),
        Flag.value("weights", WEIGHTS.placeholder(), "averaged or raw weights [ema]"),
        Flag.value("test-limit", "N", "first so many test images, 0 for all [as the run]"),
        Flag.value("threads", "N", "CPU threads [every core]"),
        Flag.value("backend", BACKEND.placeholder(), "what computes [as the run]"),
        Flag.value(
            "precision",
            PRECISION.placeholder(),
            "of feature maps [as the run, fp32 with another --backend]"),
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int run(Arguments a, Console console) {
    RunEvaluation.Request request = request(a);
    ThreadCount.noteOnFlag(request.threads()).ifPresent(console::note);
    RunEvaluation.Result result = RunEvaluation.run(request, () -> stop.check("while evaluating"));
    Console told = console.quiet(a.has(Flag.QUIET) || a.has(Flag.JSON));
    result.notes().forEach(told::note);
    if (a.has(Flag.JSON)) console.out().println(json(request, result));
    else print(request, result, console);
    return ExitCode.OK;
  }

  private static RunEvaluation.Request request(Arguments a) {
    if (!a.has("run")) throw new UsageException("eval needs --run DIR, the folder of a run");
    String dataset = a.checked("dataset", Options.DATASETS);
    String weights = a.checked("weights", WEIGHTS);
    String precision = a.checked("precision", PRECISION);
    return new RunEvaluation.Request(
        a.path("run"),
        dataset == null ? null : Word.parse(Dataset.class, dataset),
        a.path("data"),
        weights == null ? Weights.EMA : Word.parse(Weights.class, weights),
        integer(a.checked("test-limit", LIMIT)),
        integer(a.checked("threads", THREADS)),
        a.checked("backend", BACKEND),
        precision == null ? null : Word.parse(Arithmetic.class, precision));
  }

  private static Integer integer(String text) {
    return text == null ? null : Integer.valueOf(text);
  }

  private static ObjectNode json(RunEvaluation.Request request, RunEvaluation.Result result) {
    Confusion confusion = result.confusion();
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    object.put("dataset", result.dataset()).put("data_hash", result.dataHash());
    object.put("weights", Word.of(request.weights())).put("images", confusion.images());
    object.put("accuracy", confusion.accuracy()).put("loss", confusion.loss());
    result.notes().forEach(object.putArray("notes")::add);
    ArrayNode classes = object.putArray("classes");
    for (int c = 0; c < result.classes().size(); c++) {
      ObjectNode node = classes.addObject().put("name", result.classes().get(c));
      node.put("accuracy", confusion.accuracy(c));
      ArrayNode answers = node.putArray("answers");
      for (long n : confusion.counts()[c]) answers.add(n);
    }
    return object;
  }

  private static void print(
      RunEvaluation.Request request, RunEvaluation.Result result, Console console) {
    Confusion confusion = result.confusion();
    console
        .out()
        .printf(
            Locale.ROOT,
            "%s, %s weights, %d images: accuracy %.2f %%, loss %.4f%n",
            result.dataset(),
            Word.of(request.weights()),
            confusion.images(),
            100 * confusion.accuracy(),
            confusion.loss());
    boolean table = result.classes().size() <= SHOWN_CLASSES;
    if (table) console.out().println(header(result.classes().size()));
    for (int c = 0; c < result.classes().size(); c++)
      console.out().println(row(result.classes().get(c), c, confusion, table));
  }

  private static String header(int classes) {
    StringBuilder line = new StringBuilder("%-16s %8s ".formatted("class", "accuracy"));
    for (int c = 0; c < classes; c++) line.append(" %5s".formatted("as " + c));
    return line.toString();
  }

  private static String row(String name, int c, Confusion confusion, boolean table) {
    String accuracy = String.format(Locale.ROOT, "%.1f %%", 100 * confusion.accuracy(c));
    StringBuilder line = new StringBuilder("%2d %-13s %8s ".formatted(c, name, accuracy));
    for (int i = 0; table && i < confusion.counts().length; i++)
      line.append(" %5d".formatted(confusion.counts()[c][i]));
    return line.toString();
  }
}
