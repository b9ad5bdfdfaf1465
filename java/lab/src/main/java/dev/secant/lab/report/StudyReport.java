// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Claim;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.plot.PngCanvas;
import dev.secant.lab.plot.SvgCanvas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Figures, claims, tables and page of a tree of runs, made from their folders alone. */
public final class StudyReport {
  public static final String PAGE = "report.html";
  public static final String CLAIMS = "claims.json";
  private static final String CLAIMS_TEXT = "claims.md";
  private static final String FIGURES = "figures";
  private static final String TABLES = "tables";

  private final Study study;
  private final List<NamedFigure> figures;
  private final List<Study.Row> claims;

  private StudyReport(Study study) {
    this.study = study;
    this.figures = FigureSet.of(study);
    this.claims = study.claims();
  }

  /**
   * Reads every run that has ended below a folder.
   *
   * @throws dev.secant.lab.error.DataException where there is none, or one is damaged
   */
  public static StudyReport read(Path root) {
    return new StudyReport(Study.of(RunTree.read(root)));
  }

  static StudyReport of(Study study) {
    return new StudyReport(study);
  }

  /**
   * Refuses a folder that has something in it, unless it may be overwritten, and then anything but
   * a report in it.
   */
  public static void check(Path out, boolean overwrite) {
    RunDirectory.check(out, true);
    if (!Files.exists(out)) return;
    List<String> found = names(out);
    if (found.isEmpty() || (overwrite && found.contains(PAGE))) return;
    throw new UsageException(
        out
            + ": expected a new or empty folder, found "
            + found.get(0)
            + (found.contains(PAGE)
                ? " in it; --overwrite replaces an earlier report"
                : " in it, and no earlier report"));
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", folder, e);
    }
  }

  /** Writes everything into a folder; figures and tables of an earlier report there go. */
  public void write(Path out) {
    clear(out.resolve(FIGURES), ".png", ".svg");
    clear(out.resolve(TABLES), ".csv");
    figures.parallelStream().forEach(f -> draw(f, out.resolve(FIGURES)));
    Tables tables = new Tables(study);
    for (Table table : tables.all())
      save(out.resolve(TABLES).resolve(table.name() + ".csv"), table.csv());
    save(out.resolve(CLAIMS), ClaimsJson.of(claims));
    save(out.resolve(CLAIMS_TEXT), ClaimsText.markdown(claims, study.readings()));
    save(out.resolve(PAGE), new StudyPage(study, claims, figures, tables).render());
  }

  private static void draw(NamedFigure f, Path folder) {
    AtomicFile.write(folder.resolve(f.file() + ".png"), PngCanvas.draw(f.figure()));
    save(folder.resolve(f.file() + ".svg"), SvgCanvas.file(f.figure()));
  }

  private static void clear(Path folder, String... endings) {
    try {
      Files.createDirectories(folder);
      for (String name : names(folder)) {
        for (String ending : endings) if (name.endsWith(ending)) Files.delete(folder.resolve(name));
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot write into", folder, e);
    }
  }

  private static void save(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Number of runs read. */
  public int runs() {
    return study.runs().size();
  }

  /** Folders of runs that have not ended. */
  public List<String> unfinished() {
    return study.unfinished();
  }

  /** Files of the figures, within the report. */
  public List<String> figures() {
    List<String> files = new ArrayList<>();
    for (NamedFigure f : figures) {
      files.add(FIGURES + "/" + f.file() + ".png");
      files.add(FIGURES + "/" + f.file() + ".svg");
    }
    return files;
  }

  /**
   * A claim under a reading and what is said of it.
   *
   * @param ofPaper whether the paper claims it of this data set
   * @param line for a terminal
   */
  public record Judged(
      String id,
      String dataset,
      String configuration,
      String reading,
      String verdict,
      String text,
      boolean ofPaper,
      String line) {}

  /** The claims of data sets that were run, under each reading. */
  public List<Judged> claims() {
    List<Judged> all = new ArrayList<>();
    for (Study.Row row : claims) {
      if (row.group().runs().isEmpty()) continue;
      row.byReading().forEach((reading, claim) -> all.add(judged(row, reading, claim)));
    }
    return all;
  }

  private static Judged judged(Study.Row row, String reading, Claim claim) {
    return new Judged(
        claim.id(),
        claim.dataset(),
        row.group().letter(),
        reading,
        claim.verdict().word(),
        claim.text(),
        claim.ofPaper(),
        "%-4s %s, %s: %s"
            .formatted(claim.id(), ClaimsText.dataset(row), reading, ClaimsText.verdict(claim)));
  }

  /** What the data were and how far the results carry, in plain words. */
  public String provenance() {
    Provenance provenance = new Provenance(study.runs());
    return provenance.data() + " " + provenance.weight();
  }
}
