// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyReportTest {
  @TempDir Path folder;

  private Path grid() {
    return folder.resolve("grid");
  }

  private Path out() {
    return folder.resolve("out");
  }

  private StudyReport write() {
    StudyReport report = StudyReport.read(grid());
    report.write(out());
    return report;
  }

  private String page() throws IOException {
    return Files.readString(out().resolve("report.html"));
  }

  @Test
  void aGridBecomesFiguresClaimsTablesAndAPage() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250, 4000), List.of("paper", "lineage"), 5, false);
    write();
    assertThat(names(out()))
        .containsExactly("claims.json", "claims.md", "figures", "report.html", "tables");
    assertThat(names(out().resolve("figures")))
        .containsExactly(
            "figure-01-lineage.png",
            "figure-01-lineage.svg",
            "figure-01-paper.png",
            "figure-01-paper.svg",
            "figure-02-lineage.png",
            "figure-02-lineage.svg",
            "figure-02-paper.png",
            "figure-02-paper.svg",
            "figure-04-lineage.png",
            "figure-04-lineage.svg",
            "figure-04-paper.png",
            "figure-04-paper.svg");
    assertThat(names(out().resolve("tables")))
        .containsExactly(
            "accuracy.csv", "labels-to-70.csv", "nonlin.csv", "runs.csv", "steps-to-accuracy.csv");
    JsonNode claims = Json.read(out().resolve("claims.json")).path("claims");
    assertThat(verdict(claims, "C1", "paper")).isEqualTo("fails");
    assertThat(verdict(claims, "C1", "lineage")).isEqualTo("fails");
    assertThat(verdict(claims, "C9", "paper")).isEqualTo("undecided");
    assertThat(verdict(claims, "C7", "paper")).isEqualTo("undecided");
    assertThat(Files.readString(out().resolve("claims.md"))).contains("| C1 | 1 | CIFAR-10 |");
  }

  private static String verdict(JsonNode claims, String id, String reading) {
    for (JsonNode claim : claims) {
      if (claim.path("id").asText().equals(id) && claim.path("reading").asText().equals(reading))
        return claim.path("verdict").asText();
    }
    return "none";
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void thePageStandsAlone() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 2, true);
    write();
    assertThat(page())
        .doesNotContain("http", "<script", "href", "url(", "<img", folder.toString(), "/not/read")
        .contains("<title>train time (1000 = end) 500\nERM: ")
        .contains("Berthelot et al. 2019", "Krizhevsky", "Seeds: 2 each.", "chance")
        .contains("2 seeds: indicative only", "differ from the original release");
    JsonNode claims = Json.read(out().resolve("claims.json")).path("claims");
    assertThat(verdict(claims, "C1", "paper")).isEqualTo("indicative");
  }

  @Test
  void theSameLogsGiveTheSameBytes() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250, 500), List.of("paper"), 2, false);
    write();
    StudyReport.read(grid()).write(folder.resolve("again"));
    try (Stream<Path> files = Files.walk(out())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(folder.resolve("again").resolve(out().relativize(file)))
            .hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void tablesHaveTheNumbers() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 3, false);
    write();
    List<String> accuracy = Files.readAllLines(out().resolve("tables/accuracy.csv"));
    assertThat(accuracy.get(0))
        .isEqualTo("dataset,configuration,reading,labels,method,seeds,accuracy,low,high,sd");
    String[] erm = accuracy.get(1).split(",");
    assertThat(erm[4]).isEqualTo("ERM");
    assertThat(erm[5]).isEqualTo("3");
    // 0.1 + 0.004 i over the last 20 of 101, and 0, 0.002, 0.004 by seed.
    assertThat(Double.parseDouble(erm[6])).isCloseTo(0.1 + 0.004 * 90.5 + 0.002, within(1e-12));
    // t of 2 degrees of freedom at 97.5 % is 4.302652729749464.
    assertThat(Double.parseDouble(erm[8]) - Double.parseDouble(erm[6]))
        .isCloseTo(4.302652729749464 * 0.002 / Math.sqrt(3), within(1e-9));
    assertThat(Files.readAllLines(out().resolve("tables/nonlin.csv"))).hasSize(1 + 5 * 6);
    assertThat(Files.readAllLines(out().resolve("tables/runs.csv"))).hasSize(1 + 15);
    assertThat(Files.readString(out().resolve("tables/steps-to-accuracy.csv")))
        .contains("CIFAR-10,,paper,250,ERM,0.3,3,3,");
  }

  @Test
  void theFloorIsToldFromTheExcess() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 1, false);
    write();
    // The invented floor is half of NonLin.
    String[] row = Files.readAllLines(out().resolve("tables/nonlin.csv")).get(1).split(",");
    assertThat(Double.parseDouble(row[12])).isEqualTo(Double.parseDouble(row[7]) / 2);
    assertThat(page()).contains("<h2>Floor and excess</h2>", ">excess<").doesNotContain("Matched");
  }

  /** K = 4 with the strength of K = 2 stands beside K = 2, and beside K = 4 as it is. */
  @Test
  void matchedStrengthStandsBesideTheFixedOne() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 2, false);
    for (int seed = 0; seed < 2; seed++) {
      ConfigResolver matched =
          SyntheticRuns.cifar10("ict 4", 250, seed).override("mix.alpha=matched");
      SyntheticRuns.write(grid().resolve("matched" + seed), matched, 3, false);
    }
    write();
    // ICT[4] is the fifth of the invented methods and the matched runs are as the fourth: a point
    // less.
    assertThat(page())
        .contains("<h2>Matched strength</h2>", "<h3>CIFAR-10, 250 labels, reading paper</h3>")
        .contains("ICT[4] matched − fixed", "ICT[4] matched − ICT[2]")
        .contains(">-1.0 ± 0.0<", ">+1.0 ± 0.0<");
  }

  @Test
  void guessingIsDrawnForAFolderOfImagesToo() throws Exception {
    ConfigResolver resolver =
        SyntheticRuns.resolver("erm").flag("dataset", "folder").flag("data", "/not/read");
    Path run = SyntheticRuns.write(grid().resolve("a"), resolver, 0, true);
    Path summary = run.resolve("summary.json");
    Files.writeString(summary, Files.readString(summary).replaceFirst("\\{", "{\"classes\":4,"));
    write();
    assertThat(Files.readString(out().resolve("figures/accuracy-folder-paper.svg")))
        .contains("chance");
  }

  @Test
  void missingCellsAreSaid() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 5, false);
    for (int seed = 0; seed < 5; seed++) delete(grid().resolve("cells/ict3-paper-250-s" + seed));
    delete(grid().resolve("cells/mixup-paper-250-s1"));
    Files.delete(grid().resolve("cells/erm-paper-250-s4/summary.json"));
    StudyReport report = write();
    assertThat(report.unfinished()).containsExactly("cells/erm-paper-250-s4");
    assertThat(page())
        .contains(
            "Seeds: ERM 4, mixup 4, ICT[2] 5, ICT[4] 5. Not run: ICT[3]. Fewer than five seeds: ERM; mixup.")
        .contains("Left out, for they have not ended: cells/erm-paper-250-s4.")
        .contains("Figures of the paper that no run here is for: 3, 4, 5, 6, 7, 8, 9, 10.");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) Files.delete(file);
    }
    Files.delete(folder);
  }

  @Test
  void otherDataSetsHaveFiguresUnderTheirNames() throws Exception {
    SyntheticRuns.write(grid());
    StudyReport report = write();
    assertThat(report.figures())
        .containsExactly(
            "figures/linearity-made-250-paper.png",
            "figures/linearity-made-250-paper.svg",
            "figures/accuracy-made-paper.png",
            "figures/accuracy-made-paper.svg");
    assertThat(page()).contains("The same comparisons on other images", "not photographs");
  }

  @Test
  void runsOfOtherOptionsAreNeverMixed() throws Exception {
    SyntheticRuns.grid(grid(), List.of(250), List.of("paper"), 1, false);
    ConfigResolver heavy = SyntheticRuns.cifar10("ict 2", 250, 0).override("ict.weight=50");
    SyntheticRuns.write(grid().resolve("heavy"), heavy, 2, false);
    write();
    assertThat(names(out().resolve("figures")))
        .contains("figure-01-paper-a.png", "figure-01-paper-b.png")
        .doesNotContain("figure-01-paper.png");
    assertThat(page())
        .contains("Configuration A on CIFAR-10, 5 runs: ict.weight = 100")
        .contains("Configuration B on CIFAR-10, 3 runs: ict.weight = 50");
  }

  @Test
  void anOptionThatMeansNothingToAMethodSeparatesNothing() throws Exception {
    SyntheticRuns.write(grid().resolve("a"), SyntheticRuns.cifar10("erm", 250, 0), 0, false);
    for (int k = 2; k <= 3; k++) {
      ConfigResolver resolver =
          SyntheticRuns.cifar10("ict " + k, 250, 0)
              .override("ict.weight=50")
              .flag("log-every", "5");
      SyntheticRuns.write(grid().resolve("ict" + k), resolver, k, false);
    }
    write();
    assertThat(page()).contains("All runs on one data set have the same options but labels");
  }

  @Test
  void aCellThatIsThereTwiceIsRefused() throws Exception {
    SyntheticRuns.write(grid().resolve("a"), SyntheticRuns.cifar10("erm", 250, 3), 0, false);
    SyntheticRuns.write(grid().resolve("b"), SyntheticRuns.cifar10("erm", 250, 3), 0, false);
    assertThatThrownBy(() -> StudyReport.read(grid()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "a and b are both CIFAR-10, 250 labels, ERM, seed 3, with the same options: expected one run of a kind");
  }

  @Test
  void aHalfWrittenLastLineIsLeftOutAndSaid() throws Exception {
    List<Path> runs = SyntheticRuns.write(grid());
    Path metrics = runs.get(0).resolve("metrics.jsonl");
    Files.writeString(metrics, Files.readString(metrics) + "{\"type\":\"tr");
    write();
    assertThat(page()).contains("ERM: metrics.jsonl ends in a half-written line, left out");
  }

  @Test
  void packedMetricsAreRead() throws Exception {
    Path metrics = SyntheticRuns.write(grid()).get(0).resolve("metrics.jsonl");
    Path packed = metrics.resolveSibling("metrics.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(metrics, out);
    }
    Files.delete(metrics);
    assertThat(write().runs()).isEqualTo(4);
    byte[] whole = Files.readAllBytes(packed);
    Files.write(packed, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> StudyReport.read(grid()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(packed + ": expected a whole gzip file");
  }

  @Test
  void whatIsDamagedOrOfAnotherVersionIsNamed() throws Exception {
    Path run = SyntheticRuns.write(grid()).get(1);
    Path summary = run.resolve("summary.json");
    String text = Files.readString(summary);
    refused(summary, text.replaceFirst("\\{", "{\"schema\":2,"), "schema: expected 1, found 2");
    refused(
        summary,
        text.replace("\"seed\":0", "\"seed\":7"),
        "seed: expected 0, as in the config.yaml");
    refused(
        summary,
        text.replace("\"split_hash\"", "\"split\""),
        "split_hash: expected a string, found nothing");
    Files.writeString(summary, text);
    Path metrics = run.resolve("metrics.jsonl");
    String lines = Files.readString(metrics);
    refused(
        metrics,
        lines.substring(0, lines.length() / 2),
        "expected an evaluation at step 400, the last; found the last at step");
    refused(
        metrics,
        lines.replace("\"pairs_hash\":\"x\"", "\"pairs_hash\":\"y\""),
        "pairs_hash: expected x");
    Files.writeString(metrics, lines);
    Path config = run.resolve("config.yaml");
    refused(config, Files.readString(config) + "future.option: 1\n", "unknown option");
  }

  private void refused(Path file, String text, String message) throws IOException {
    Files.writeString(file, text);
    assertThatThrownBy(() -> StudyReport.read(grid()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void nothingToReportIsRefused() throws Exception {
    assertThatThrownBy(() -> StudyReport.read(grid()))
        .isInstanceOf(DataException.class)
        .hasMessage(grid() + ": no such directory");
    Files.createDirectories(grid());
    assertThatThrownBy(() -> StudyReport.read(grid()))
        .hasMessageEndingWith("metrics.jsonl; found none");
  }

  @Test
  void onlyAReportMayBeOverwritten() throws Exception {
    SyntheticRuns.write(grid());
    assertThatThrownBy(() -> StudyReport.check(grid(), true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("and no earlier report");
    StudyReport.check(out(), false);
    write();
    Files.writeString(out().resolve("figures/figure-09-paper.png"), "stale");
    assertThatThrownBy(() -> StudyReport.check(out(), false)).hasMessageContaining("--overwrite");
    StudyReport.check(out(), true);
    write();
    assertThat(out().resolve("figures/figure-09-paper.png")).doesNotExist();
  }
}
