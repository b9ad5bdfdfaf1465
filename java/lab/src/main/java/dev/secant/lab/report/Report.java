// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.plot.PngCanvas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Figure, tables and page of the few runs of a quickstart, made from their folders alone. */
public final class Report {
  public static final String FIGURE = "figure.png";
  public static final String PAGE = "report.html";

  private final List<RunRecord> runs;

  private Report(List<RunRecord> runs) {
    this.runs = runs;
  }

  /** Reads the run folders, in the order in which they are to be shown. */
  public static Report of(List<Path> folders) {
    if (folders.isEmpty()) throw new UsageException("a report needs at least one run folder");
    return new Report(
        folders.stream().map(f -> RunReader.read(f, f.getFileName().toString())).toList());
  }

  /** Writes {@link #FIGURE} and {@link #PAGE} into a folder and returns what was read. */
  public static Report write(List<Path> folders, Path out) {
    Report report = of(folders);
    NamedFigure figure = report.figure();
    save(out.resolve(FIGURE), PngCanvas.draw(figure.figure()));
    String page = new QuickstartPage(report.runs, figure).render();
    save(out.resolve(PAGE), page.getBytes(StandardCharsets.UTF_8));
    return report;
  }

  private NamedFigure figure() {
    RunRecord.Cell first = runs.get(0).cell();
    Group group = new Group(first.dataset(), "", new TreeMap<>(), runs);
    String caption = new Provenance(runs).caption();
    return new NamedFigure(
        FIGURE,
        caption,
        LinearityFigure.of(
            "NonLin of each layer during training (lower is more linear)",
            caption,
            group,
            first.reading(),
            first.labels()),
        false);
  }

  public List<RunRecord> runs() {
    return runs;
  }

  /** What the data were and how far the results carry, in plain words. */
  public String provenance() {
    Provenance provenance = new Provenance(runs);
    return provenance.data() + " " + provenance.weight();
  }

  /** What accuracies are to be compared with; empty where the number of classes is not known. */
  public String chance() {
    return runs.get(0).guessing();
  }

  /** What readers must know of single runs, such as a collapse of the logits. */
  public List<String> notes() {
    return new Provenance(runs).notes();
  }

  /** Accuracy and final NonLin of every run, for a terminal. */
  public String table() {
    int layers = runs.stream().mapToInt(RunRecord::layers).max().orElse(0);
    StringBuilder text = new StringBuilder(String.format("%-10s %9s", "method", "accuracy"));
    for (int l = 0; l < layers; l++) text.append(String.format("%8s", "L" + l));
    for (RunRecord run : runs) {
      text.append(
          String.format(Locale.ROOT, "%n%-10s %7.1f %%", run.label(), 100 * run.accuracy()));
      for (int l = 0; l < run.layers(); l++)
        text.append(String.format(Locale.ROOT, "%8.3f", run.nonlin(l)));
    }
    return text.toString();
  }

  private static void save(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw IoFailureException.of("cannot create the folder of", file, e);
    }
    AtomicFile.write(file, bytes);
  }
}
