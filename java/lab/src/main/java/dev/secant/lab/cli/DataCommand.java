// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.CifarWriter;
import dev.secant.lab.data.DataReport;
import dev.secant.lab.data.FolderReader;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.SetWriter;
import dev.secant.lab.data.SvhnWriter;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.report.Drawing;
import dev.secant.lab.train.DataSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Data sets as files: which there are, making one, turning a folder into the layout of a release,
 * checking one, fetching one.
 */
final class DataCommand implements Command {
  private static final ValueType.Whole COUNT = new ValueType.Whole(10, 1_000_000, false);
  private static final ValueType.Choice LAYOUTS =
      ValueType.Choice.of("cifar10", "cifar100", "svhn");
  private static final Flag MIRROR =
      new Flag(
          "mirror",
          "URL",
          true,
          "General",
          "fetch: folder of the same files, https:// or file:///, asked first; may be repeated");
  private static final List<String> VERBS = List.of("list", "make", "import", "verify", "fetch");
  private static final List<String> OPTIONS =
      List.of("dataset", "data", "out", "train", "test", "to", "mirror", "offline", "extra");

  private final StopRequest stop;

  DataCommand(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public String name() {
    return "data";
  }

  @Override
  public String summary() {
    return "list, make, import, verify and fetch data sets";
  }

  @Override
  public String usage() {
    return "list | make --out DIR | import --data FOLDER --out DIR | verify --dataset NAME [--data DIR]"
        + " | fetch NAME --to DIR";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value(
            "dataset",
            Options.DATASETS.placeholder(),
            "verify: which data set; import: in whose layout [cifar10]"),
        Flag.value("data", "DIR", "import, verify: folder of its files"),
        Flag.value("out", "DIR", "make, import: new folder for the files"),
        Flag.value("train", "N", "make: training images [10000]"),
        Flag.value("test", "N", "make: test images [2000]"),
        Flag.value("to", "DIR", "fetch: folder for the files"),
        MIRROR,
        Flag.toggle("offline", "fetch: no network, only --to and mirrors that are folders"),
        Flag.toggle("extra", "fetch, verify: SVHN's extra_32x32.mat too"),
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int words() {
    return 2;
  }

  @Override
  public List<String> verbs() {
    return VERBS;
  }

  @Override
  public int run(Arguments a, Console console) {
    String verb = a.verb(this);
    if (a.words().size() == 2 && !verb.equals("fetch")) {
      throw new UsageException(
          "data " + verb + ": unexpected \"" + a.words().get(1) + "\"; options start with --");
    }
    return switch (verb) {
      case "list" -> list(a, console);
      case "make" -> make(a, console);
      case "import" -> importFolder(a, console);
      case "verify" -> verify(a, console);
      default -> fetch(a, console);
    };
  }

  /** Options that belong to other verbs are refused rather than passed over. */
  private static void allow(Arguments a, String verb, String... names) {
    for (String name : OPTIONS) {
      if (a.has(name) && !List.of(names).contains(name))
        throw new UsageException("--" + name + " has no use with data " + verb);
    }
  }

  private int fetch(Arguments a, Console console) {
    allow(a, "fetch", "to", "mirror", "offline", "extra");
    return new DataFetch(stop).run(a, console);
  }

  // ---- list ------------------------------------------------------------------------------------

  private static int list(Arguments a, Console console) {
    allow(a, "list");
    if (a.has(Flag.JSON)) console.out().println(DataCatalogue.json());
    else DataCatalogue.print(console);
    return ExitCode.OK;
  }

  // ---- make and import -------------------------------------------------------------------------

  private static int make(Arguments a, Console console) {
    allow(a, "make", "out", "train", "test");
    Drawing.requireImages("PNG files");
    Path out = out(a, "make");
    ImageSet set =
        MadeImages.generate(
            MadeImages.SEED,
            count(a, "train", MadeImages.TRAIN),
            count(a, "test", MadeImages.TEST),
            MadeImages.Difficulty.STANDARD);
    create(out);
    FolderWriter.write(set, out);
    written(a, console, set, out);
    return ExitCode.OK;
  }

  private static int importFolder(Arguments a, Console console) {
    allow(a, "import", "dataset", "data", "out");
    SetWriter writer = writer(a.checked("dataset", LAYOUTS));
    if (!a.has("data")) throw new UsageException("data import needs --data FOLDER, the images");
    Path out = out(a, "import");
    ImageSet set = DataSets.load(Dataset.FOLDER, a.path("data"), false);
    writer.requireFit(set);
    create(out);
    writer.write(set, out);
    written(a, console, set, out);
    return ExitCode.OK;
  }

  private static SetWriter writer(String layoutOrNull) {
    return switch (layoutOrNull == null ? "cifar10" : layoutOrNull) {
      case "cifar100" -> CifarWriter.CIFAR100;
      case "svhn" -> new SvhnWriter();
      default -> CifarWriter.CIFAR10;
    };
  }

  private static int count(Arguments a, String name, int fallback) {
    String text = a.checked(name, COUNT);
    return text == null ? fallback : Integer.parseInt(text);
  }

  private static Path out(Arguments a, String verb) {
    if (!a.has("out")) throw new UsageException("data " + verb + " needs --out DIR, a new folder");
    Path out = a.path("out");
    if (!Files.exists(out)) return out;
    try (Stream<Path> entries = Files.list(out)) {
      if (entries.findAny().isEmpty()) return out;
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", out, e);
    }
    throw new UsageException(out + ": expected a new or an empty folder");
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", folder, e);
    }
  }

  private static void written(Arguments a, Console console, ImageSet set, Path out) {
    if (a.has(Flag.JSON)) {
      ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
      object.put("out", out.toString()).put("data_hash", set.dataHash());
      object.put("train", set.train().count()).put("test", set.test().count());
      console.out().println(object);
      return;
    }
    console
        .out()
        .printf(
            "%s: %d training and %d test images, data hash %s%n",
            out, set.train().count(), set.test().count(), set.dataHash());
  }

  // ---- verify ----------------------------------------------------------------------------------

  private static int verify(Arguments a, Console console) {
    allow(a, "verify", "dataset", "data", "extra");
    String word = a.checked("dataset", Options.DATASETS);
    if (word == null)
      throw new UsageException("data verify needs --dataset " + Options.DATASETS.placeholder());
    Dataset dataset = Word.parse(Dataset.class, word);
    if (dataset == Dataset.MADE && a.has("data"))
      throw new UsageException("--data has no use with --dataset made, which is drawn");
    if (dataset != Dataset.SVHN && a.has("extra"))
      throw new UsageException("--extra has no use with --dataset " + word);
    DataReport report = DataReport.of(load(dataset, a.path("data"), a.has("extra"), console));
    if (a.has(Flag.JSON)) console.out().println(json(report));
    else print(report, console);
    return ExitCode.OK;
  }

  /** Where files of a folder cannot be read, all of them on standard error, not only the first. */
  private static ImageSet load(
      Dataset dataset, Path directory, boolean svhnExtra, Console console) {
    try {
      return DataSets.load(dataset, directory, svhnExtra);
    } catch (DataException e) {
      if (dataset != Dataset.FOLDER) throw e;
      List<String> reasons = FolderReader.unreadable(directory);
      if (reasons.isEmpty()) throw e;
      reasons.forEach(console::note);
      throw new DataException(
          directory + ": " + reasons.size() + " files are not as they should be", e);
    }
  }

  private static ObjectNode json(DataReport report) {
    ImageSet set = report.set();
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    object.put("dataset", set.name()).put("data_hash", set.dataHash()).put("lossy", set.lossy());
    object.put("height", set.train().height()).put("width", set.train().width());
    object.put("channels", set.train().channels()).put("balanced", report.balanced());
    object
        .put("repeated_train", report.repeatedTrain())
        .put("repeated_test", report.repeatedTest());
    object.put("test_in_train", report.leaked()).put("contradicted", report.contradicted());
    ArrayNode classes = object.putArray("classes");
    for (int c = 0; c < set.classes(); c++) {
      classes
          .addObject()
          .put("name", set.classNames().get(c))
          .put("train", report.train()[c])
          .put("test", report.test()[c]);
    }
    return object;
  }

  private static void print(DataReport report, Console console) {
    ImageSet set = report.set();
    console
        .out()
        .printf(
            "%s: %d training and %d test images of %d x %d, %d channels, %d classes, %s%n",
            set.name(),
            set.train().count(),
            set.test().count(),
            set.train().width(),
            set.train().height(),
            set.train().channels(),
            set.classes(),
            report.balanced() ? "balanced" : "not balanced");
    for (int c = 0; c < set.classes(); c++) {
      console
          .out()
          .printf(
              "%3d %-16s %6d %6d%n",
              c, set.classNames().get(c), report.train()[c], report.test()[c]);
    }
    console
        .out()
        .printf(
            "the same pixels: %d in train again, %d in test again, %d of test in train; %d with another label%n",
            report.repeatedTrain(), report.repeatedTest(), report.leaked(), report.contradicted());
    console
        .out()
        .println(
            "data hash " + set.dataHash() + (set.lossy() ? ", lossy or unknown" : ", not lossy"));
  }
}
