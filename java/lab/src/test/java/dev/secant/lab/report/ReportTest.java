// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.DataException;
import dev.secant.lab.plot.SvgCanvas;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path folder;

  @Test
  void figureHasItsSizeAndEveryMethodsColour() throws Exception {
    Report report = Report.write(SyntheticRuns.write(folder), folder.resolve("out"));
    BufferedImage image = ImageIO.read(folder.resolve("out/figure.png").toFile());
    assertThat(image.getWidth()).isEqualTo(1500);
    assertThat(image.getHeight()).isEqualTo(1000);
    for (RunRecord run : report.runs()) {
      int colour = colour(run);
      for (int panel = 0; panel < 6; panel++) {
        assertThat(count(image, colour, panel))
            .as(run.label() + " panel " + panel)
            .isGreaterThan(100);
      }
    }
  }

  /** 51 probes are eight pixels apart, which is less than a dash is long. */
  @Test
  void dashesStayDashesHoweverManyProbes() throws Exception {
    Report report = Report.write(SyntheticRuns.write(folder), folder);
    BufferedImage image = ImageIO.read(folder.resolve("figure.png").toFile());
    for (RunRecord run : report.runs()) {
      double share = shareOfColumns(image, colour(run));
      if (run.label().equals("ICT[2]")) assertThat(share).as(run.label()).isGreaterThan(0.9);
      else assertThat(share).as(run.label()).isBetween(0.2, 0.85);
    }
  }

  /** In the panel of L0, of the columns from the first to the last that has the colour. */
  private static double shareOfColumns(BufferedImage image, int colour) {
    int first = Integer.MAX_VALUE;
    int last = 0;
    int found = 0;
    for (int x = 12; x < 12 + 492; x++) {
      boolean has = false;
      for (int y = 110; y < 470; y++) has |= image.getRGB(x, y) == colour;
      if (!has) continue;
      first = Math.min(first, x);
      last = x;
      found++;
    }
    return (double) found / (last - first + 1);
  }

  /** In shades of grey the pattern of dashes is left, to colour-blind readers the colours too. */
  @Test
  void noTwoMethodsHaveTheSameLine() {
    Set<String> lines = new HashSet<>();
    Set<String> first = new HashSet<>();
    for (String method : List.of("erm 1", "mixup 2", "ict 2", "ict 3", "ict 4", "ict 5")) {
      first.add(method(method).look().dashes().toString());
      lines.add(line(method));
    }
    assertThat(first).hasSize(6);
    for (int k = 6; k <= 16; k++) lines.add(line("ict " + k));
    assertThat(lines).hasSize(17);
  }

  private static String line(String method) {
    return method(method).look().toString();
  }

  private static int colour(RunRecord run) {
    return 0xFF000000 | run.cell().method().look().rgb();
  }

  private static Method method(String words) {
    String[] word = words.split(" ");
    return new Method(Word.parse(Kind.class, word[0]), Integer.parseInt(word[1]));
  }

  private static int count(BufferedImage image, int colour, int panel) {
    int found = 0;
    int left = 12 + panel % 3 * 492;
    int top = 78 + panel / 3 * 433;
    for (int y = top; y < top + 433; y++) {
      for (int x = left; x < left + 492; x++) if (image.getRGB(x, y) == colour) found++;
    }
    return found;
  }

  @Test
  void theEndOfTheTimeAxisIsLabelled() throws Exception {
    Report.write(SyntheticRuns.write(folder), folder);
    BufferedImage image = ImageIO.read(folder.resolve("figure.png").toFile());
    for (int panel = 0; panel < 6; panel++) {
      int left = 12 + panel % 3 * 492 + 492 - 45;
      int axis = 78 + panel / 3 * 433 + 433 - 56;
      int dark = 0;
      for (int y = axis + 6; y < axis + 24; y++) {
        for (int x = left; x < left + 45; x++) if ((image.getRGB(x, y) & 255) < 0x60) dark++;
      }
      assertThat(dark).as("panel " + panel).isGreaterThan(40);
    }
  }

  @Test
  void theSameLogsGiveTheSameBytes() throws Exception {
    List<Path> runs = SyntheticRuns.write(folder);
    Report.write(runs, folder.resolve("a"));
    Report.write(runs, folder.resolve("b"));
    for (String name : List.of("figure.png", "report.html")) {
      assertThat(folder.resolve("a").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("b").resolve(name));
    }
    assertThat(folder.resolve("a").toFile().list())
        .containsExactlyInAnyOrder("figure.png", "report.html");
  }

  @Test
  void accuracyIsTheMeanOfTheLastTwentyEvaluationsOfAveragedWeights() throws Exception {
    RunRecord run = Report.of(SyntheticRuns.write(folder)).runs().get(1);
    assertThat(run.label()).isEqualTo("mixup");
    assertThat(run.evaluations()).hasSize(101);
    assertThat(run.accuracy()).isCloseTo(0.1 + 0.004 * 90.5 + 0.01, within(1e-12));
    assertThat(run.probes()).hasSize(51);
  }

  @Test
  void pageStandsAlone() throws Exception {
    Report report = Report.write(SyntheticRuns.write(folder), folder);
    String page = Files.readString(folder.resolve("report.html"));
    assertThat(page).contains("Guessing gets 10.0 %.");
    assertThat(page).contains("ERM", "mixup", "ICT[2]", "ICT[4]", "46.2 %", "<svg");
    assertThat(page).contains("not photographs", "One seed: indicative only");
    assertThat(page).doesNotContain("http", "<script", "href", "url(");
    assertThat(report.table().lines()).hasSize(5);
    assertThat(report.provenance()).contains("not photographs", "indicative only");
  }

  @Test
  void notesOfRunsReachThePage() throws Exception {
    List<Path> runs = SyntheticRuns.write(folder);
    for (int i : new int[] {1, 3}) {
      String collapsed = "the logits collapsed: they are the same for every test image";
      Path summary = runs.get(i).resolve("summary.json");
      String text = Files.readString(summary);
      Files.writeString(
          summary, text.replaceFirst("\\{", "{\"notes\":[\"" + collapsed + "\",\"a < b\"],"));
    }
    Report report = Report.write(runs, folder);
    assertThat(report.notes())
        .containsExactly(
            "mixup, ICT[4]: the logits collapsed: they are the same for every test image",
            "mixup, ICT[4]: a < b");
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("mixup, ICT[4]: the logits collapsed", "a &lt; b");
  }

  @Test
  void textIsEscaped() {
    assertThat(SvgCanvas.escape("<a href=\"x\">&")).isEqualTo("&lt;a href=&quot;x&quot;&gt;&amp;");
  }

  @Test
  void damagedRunsAreNamed() throws Exception {
    Path run = SyntheticRuns.write(folder).get(0);
    Path metrics = run.resolve("metrics.jsonl");
    Files.writeString(metrics, "{\"type\":\"eval\",\"step\":1,\"train_time\":\"x\"}\n");
    assertThatThrownBy(() -> Report.of(List.of(run)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(metrics + ":1: train_time: expected a number");
    Files.delete(run.resolve("config.yaml"));
    assertThatThrownBy(() -> Report.of(List.of(run)))
        .hasMessageStartingWith(run + ": not a run directory");
  }

  @Test
  void aRunThatHasNotEndedIsRefused() throws Exception {
    Path run = SyntheticRuns.write(folder).get(0);
    Files.delete(run.resolve("summary.json"));
    assertThatThrownBy(() -> Report.of(List.of(run)))
        .hasMessage(run.resolve("summary.json") + ": missing; the run has not ended");
  }
}
