// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.Nearest;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.Cifar10Writer;
import dev.secant.lab.data.DataReport;
import dev.secant.lab.data.FolderReader;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Data sets as files: which there are, making one, turning a folder into CIFAR-10's layout,
 * checking one.
 */
final class DataCommand implements Command {
  private static final ValueType.Choice DATASET = ValueType.Choice.of("made", "cifar10", "folder");
  private static final ValueType.Whole COUNT = new ValueType.Whole(10, 1_000_000, false);
  private static final Map<String, String> SETS =
      new TreeMap<>(
          Map.of(
              "made", "ten classes of drawn shapes, 10000 + 2000 images of 32 x 32; needs no files",
              "cifar10",
                  "the binary version: data_batch_1.bin ... data_batch_5.bin, test_batch.bin",
              "folder", "train/CLASS/FILE and test/CLASS/FILE, PNG or JPEG of one size"));

  @Override
  public String name() {
    return "data";
  }

  @Override
  public String summary() {
    return "list, make, import and verify data sets";
  }

  @Override
  public String usage() {
    return "list | make --out DIR | import --data FOLDER --out DIR | verify --dataset NAME [--data DIR]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value("dataset", DATASET.placeholder(), "verify: which data set"),
        Flag.value("data", "DIR", "import, verify: folder of its files"),
        Flag.value("out", "DIR", "make, import: new folder for the files"),
        Flag.value("train", "N", "make: training images [10000]"),
        Flag.value("test", "N", "make: test images [2000]"),
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int words() {
    return 1;
  }

  @Override
  public String footer() {
    return "make writes the made set as PNG files; import turns a folder of the size of CIFAR-10 into its binary"
        + " version, which loads faster and without Java's image readers. verify ends with 3 where a file cannot be read.";
  }

  @Override
  public int run(Arguments a, Console console) {
    String verb = a.words().isEmpty() ? "" : a.words().get(0);
    return switch (verb) {
      case "list" -> list(a, console);
      case "make" -> make(a, console);
      case "import" -> importFolder(a, console);
      case "verify" -> verify(a, console);
      default ->
          throw new UsageException(
              "data: expected list, make, import or verify"
                  + (verb.isEmpty() ? "" : ", got \"" + verb + "\"")
                  + Nearest.hint("", verb, List.of("list", "make", "import", "verify")));
    };
  }

  /** Options that belong to other verbs are refused rather than passed over. */
  private static void allow(Arguments a, String verb, String... names) {
    for (String name : List.of("dataset", "data", "out", "train", "test")) {
      if (a.has(name) && !List.of(names).contains(name))
        throw new UsageException("--" + name + " has no use with data " + verb);
    }
  }

  // ---- list ------------------------------------------------------------------------------------

  private static int list(Arguments a, Console console) {
    allow(a, "list");
    if (a.has(Flag.JSON)) {
      ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
      SETS.forEach(object.putObject("datasets")::put);
      console.out().println(object);
      return ExitCode.OK;
    }
    SETS.forEach((name, text) -> console.out().printf("%-8s %s%n", name, text));
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
    allow(a, "import", "data", "out");
    if (!a.has("data")) throw new UsageException("data import needs --data FOLDER, the images");
    Path out = out(a, "import");
    ImageSet set = DataSets.load(Dataset.FOLDER, a.path("data"), false);
    Cifar10Writer.requireFit(set);
    create(out);
    Cifar10Writer.write(set, out);
    written(a, console, set, out);
    return ExitCode.OK;
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
    allow(a, "verify", "dataset", "data");
    String word = a.checked("dataset", DATASET);
    if (word == null)
      throw new UsageException("data verify needs --dataset " + DATASET.placeholder());
    Dataset dataset = Word.parse(Dataset.class, word);
    if (dataset == Dataset.MADE && a.has("data"))
      throw new UsageException("--data has no use with --dataset made, which is drawn");
    if (dataset == Dataset.FOLDER && a.has("data")) requireReadable(a.path("data"), console);
    DataReport report = DataReport.of(DataSets.load(dataset, a.path("data"), false));
    if (a.has(Flag.JSON)) console.out().println(json(report));
    else print(report, console);
    return ExitCode.OK;
  }

  /** All of them on standard error, not only the first. */
  private static void requireReadable(Path folder, Console console) {
    Drawing.requireImages("a folder of images");
    List<String> reasons = FolderReader.unreadable(folder);
    if (reasons.isEmpty()) return;
    reasons.forEach(console::note);
    throw new DataException(folder + ": " + reasons.size() + " files are not as they should be");
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
