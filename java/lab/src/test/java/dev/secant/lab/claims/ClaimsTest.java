// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimsTest {
  private static final List<Integer> SIZES = List.of(250, 500, 1000, 2000, 4000);
  private static final List<String> METHODS =
      List.of("ERM", "mixup", "ICT[2]", "ICT[3]", "ICT[4]", "ICT[5]");

  /** NonLin of a world in which everything is as the paper has it. */
  private static double[] nonlin(String method) {
    return switch (method) {
      case "ERM" -> new double[] {0.20, 0.30, 0.31, 0.32, 0.25, 0.30};
      case "mixup" -> new double[] {0.18, 0.29, 0.35, 0.36, 0.27, 0.20};
      default -> {
        double k = method.charAt(4) - '0';
        yield new double[] {
          0.195 - 0.001 * k,
          0.2 - 0.01 * k,
          0.2 - 0.01 * k,
          0.2 - 0.01 * k,
          0.2 - 0.01 * k,
          0.1 - 0.01 * k
        };
      }
    };
  }

  /** Crosses 70 % at the numbers of the paper, and ICT's spread over K falls. */
  private static double accuracy(String method, int labels) {
    double decades = Math.log10(Math.min(labels, 4000));
    return switch (method) {
      case "ERM" -> 0.7 + 0.3 * (decades - Math.log10(2400));
      case "mixup" -> 0.7 + 0.3 * (decades - Math.log10(1800));
      case "ICT[2]" -> 0.7 + 0.2 * (decades - Math.log10(700));
      case "ICT[3]" -> 0.7 + 0.19 * (decades - Math.log10(600));
      case "ICT[4]" -> 0.7 + 0.17 * (decades - Math.log10(500));
      default -> 0.7 + 0.17 * (decades - Math.log10(450));
    };
  }

  /** Seeds are apart by less than any difference. */
  private static RunResult run(String dataset, int labels, String method, long seed) {
    double wobble = 1e-5 * (seed - 2) * (method.length() + 1);
    List<Double> nonlin = Arrays.stream(nonlin(method)).map(v -> v + wobble).boxed().toList();
    return new RunResult(
        new Place(dataset, labels),
        method,
        seed,
        accuracy(method, labels) + wobble,
        nonlin,
        "split" + labels + "-" + seed,
        "pairs",
        true);
  }

  private static List<RunResult> world(String dataset, List<Integer> sizes, int seeds) {
    List<RunResult> runs = new ArrayList<>();
    for (int size : sizes) {
      for (String method : METHODS) {
        for (int seed = 0; seed < seeds; seed++) runs.add(run(dataset, size, method, seed));
      }
    }
    return runs;
  }

  private static String verdicts(String dataset, List<RunResult> runs) {
    return Claims.of(dataset, new Results(runs)).stream()
        .map(c -> c.id() + " " + c.verdict().word())
        .collect(Collectors.joining(", "));
  }

  private static Claim claim(String id, List<RunResult> runs) {
    String dataset = runs.isEmpty() ? "cifar10" : runs.get(0).place().dataset();
    return Claims.of(dataset, new Results(runs)).stream()
        .filter(c -> c.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everythingHoldsWhereTheWorldIsAsThePaperHasIt() {
    assertThat(verdicts("cifar10", world("cifar10", SIZES, 5)))
        .isEqualTo(
            "C1 holds, C2 holds, C3 holds, C4 holds, C5 holds, C6 holds, C9 holds, C10 holds, C11 holds, C14 holds,"
                + " C15 holds, C16 holds");
    assertThat(verdicts("svhn", world("svhn", SIZES, 5)))
        .isEqualTo("C7 holds, C12 holds, C14 holds");
    assertThat(verdicts("cifar100", world("cifar100", List.of(10_000), 5)))
        .isEqualTo("C8 holds, C13 holds, C14 holds");
  }

  @ParameterizedTest
  @CsvSource({
    "C1, 2", "C2, 3", "C3, 15", "C4, 9", "C5, 6", "C6, 70", "C9, 40", "C10, 2", "C11, 5", "C14, 54",
    "C15, 6", "C16, 1"
  })
  void aClaimHasItsInequalities(String id, int count) {
    assertThat(claim(id, world("cifar10", SIZES, 5)).inequalities()).hasSize(count);
  }

  @Test
  void effectAndIntervalAreThoseOfThePairedDifferences() {
    List<RunResult> runs = world("cifar10", List.of(250), 5);
    Inequality first = claim("C1", runs).inequalities().get(0);
    assertThat(first.statement()).isEqualTo("NL(mixup) < NL(ERM)");
    assertThat(first.where()).isEqualTo("CIFAR-10, 250 labels, L0");
    assertThat(first.meanLower()).isCloseTo(0.18, within(1e-12));
    assertThat(first.meanUpper()).isCloseTo(0.20, within(1e-12));
    Estimate e = first.test().difference();
    assertThat(e.mean()).isCloseTo(0.02, within(1e-12));
    // Differences are 0.02 − 2e-5 (seed − 2): their deviation is 2e-5 √2.5.
    assertThat(e.half())
        .isCloseTo(2.776445105197793 * 2e-5 * Math.sqrt(2.5) / Math.sqrt(5), within(1e-12));
    assertThat(first.pairs()).hasSize(5);
  }

  @Test
  void oneThatFailsMakesAClaimFail() {
    List<RunResult> runs =
        new ArrayList<>(
            world("cifar10", SIZES, 5).stream().map(r -> layer(r, "mixup", 5, 0.5)).toList());
    Claim c1 = claim("C1", runs);
    assertThat(c1.inequalities().get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(c1.inequalities().get(1).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(c1.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(claim("C16", runs).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(claim("C2", runs).verdict()).isEqualTo(Verdict.HOLDS);
  }

  /** A rise and a fall in different seeds are none in the same run. */
  @Test
  void fallAndRiseMustMeetInEverySeed() {
    List<RunResult> runs = new ArrayList<>();
    for (RunResult r : world("cifar10", List.of(250), 5)) {
      RunResult flat =
          layer(
              layer(layer(layer(r, "mixup", 1, 0.1), "mixup", 2, 0.1), "mixup", 3, 0.1),
              "mixup",
              4,
              0.1);
      runs.add(r.seed() == 3 ? flat : r);
    }
    Claim c16 = claim("C16", runs);
    assertThat(c16.inequalities().get(0).test().positive()).isEqualTo(4);
    assertThat(c16.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  private static RunResult layer(RunResult r, String method, int layer, double value) {
    if (!r.method().equals(method)) return r;
    List<Double> nonlin = new ArrayList<>(r.nonlin());
    nonlin.set(layer, value);
    return new RunResult(
        r.place(),
        method,
        r.seed(),
        r.accuracy(),
        nonlin,
        r.splitHash(),
        r.pairsHash(),
        r.lossless());
  }

  @Test
  void slightlyIsLessThanTenPercent() {
    List<RunResult> runs =
        world("cifar10", List.of(250), 5).stream().map(r -> layer(r, "mixup", 0, 0.15)).toList();
    Claim c4 = claim("C4", runs);
    assertThat(c4.inequalities().get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(c4.inequalities().get(1).statement()).isEqualTo("0.9 NL(ICT[2]) < NL(mixup)");
    assertThat(c4.inequalities().get(1).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(c4.verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void theThirdMethodIsShownBesideC5() {
    assertThat(claim("C5", world("cifar10", List.of(250), 5)).inequalities().get(1).notes())
        .containsExactly("NL(ICT[3]): 0.1700");
  }

  @Test
  void fourSeedsLeaveEverythingUndecided() {
    assertThat(Claims.of("cifar10", new Results(world("cifar10", SIZES, 4))))
        .allSatisfy(c -> assertThat(c.verdict()).as(c.id()).isEqualTo(Verdict.UNDECIDED));
  }

  @Test
  void missingCellsLeaveAClaimUndecided() {
    List<RunResult> runs =
        world("cifar10", SIZES, 5).stream().filter(r -> !r.method().equals("ICT[3]")).toList();
    Claim c3 = claim("C3", runs);
    assertThat(c3.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(c3.withoutRuns()).isEqualTo(5);
    assertThat(c3.count(Verdict.HOLDS)).isEqualTo(10);
    assertThat(claim("C1", runs).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(claim("C1", List.of()).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(claim("C6", world("cifar10", List.of(250, 2000), 5)).verdict())
        .isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void otherSplitsAndOtherPairsAreNoPairs() {
    List<RunResult> runs = new ArrayList<>();
    for (RunResult r : world("cifar10", List.of(250), 6)) {
      boolean split = r.seed() == 1 && r.method().equals("mixup");
      boolean pairs = r.seed() == 2 && r.method().equals("ERM");
      runs.add(
          new RunResult(
              r.place(),
              r.method(),
              r.seed(),
              r.accuracy(),
              r.nonlin(),
              split ? "other" : r.splitHash(),
              pairs ? "other" : r.pairsHash(),
              true));
    }
    Inequality first = claim("C1", runs).inequalities().get(0);
    assertThat(first.notes())
        .containsExactly(
            "seed 1 is left out: the splits differ (split_hash)",
            "seed 2 is left out: the probes used different pairs (pairs_hash)");
    assertThat(first.pairs()).hasSize(4);
    assertThat(first.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void aValueThatIsNotFiniteIsLeftOutAndSaid() {
    List<RunResult> runs =
        world("cifar10", List.of(250), 5).stream()
            .map(r -> layer(r, "mixup", 0, Double.NaN))
            .toList();
    Inequality first = claim("C1", runs).inequalities().get(0);
    assertThat(first.pairs()).isEmpty();
    assertThat(first.notes())
        .hasSize(5)
        .allMatch(n -> n.endsWith("a value is missing or not finite"));
  }

  @Test
  void lossyImagesHaveNoVerdict() {
    List<RunResult> runs =
        world("cifar10", SIZES, 5).stream()
            .map(
                r ->
                    new RunResult(
                        r.place(),
                        r.method(),
                        r.seed(),
                        r.accuracy(),
                        r.nonlin(),
                        r.splitHash(),
                        r.pairsHash(),
                        false))
            .toList();
    assertThat(Claims.of("cifar10", new Results(runs)))
        .allSatisfy(c -> assertThat(c.verdict()).as(c.id()).isEqualTo(Verdict.INDICATIVE));
  }

  @Test
  void otherDataSetsAreComparedWithoutVerdict() {
    List<Claim> claims = Claims.of("made", new Results(world("made", List.of(250, 500), 5)));
    assertThat(claims).allMatch(c -> c.verdict() == Verdict.INDICATIVE);
    assertThat(claims.stream().map(Claim::id))
        .containsExactly(
            "C1", "C2", "C3", "C4", "C5", "C16", "C1", "C2", "C3", "C4", "C5", "C16", "C9", "C14");
    assertThat(claims.get(6).text()).endsWith("(500 labels)");
  }

  @Test
  void labelsToSeventyPercentAreInterpolatedPerSeed() {
    Inequality lower = claim("C11", world("cifar10", SIZES, 5)).inequalities().get(0);
    assertThat(lower.statement()).isEqualTo("1350 < labels(mixup)");
    assertThat(Math.exp(lower.meanUpper())).isCloseTo(1800, within(1.0));
    Inequality upper = claim("C11", world("cifar10", SIZES, 5)).inequalities().get(1);
    assertThat(upper.statement()).isEqualTo("labels(mixup) < 2250");
  }

  @Test
  void aMethodThatNeverReachesSeventyPercentCountsWithTheEndAndIsSaid() {
    List<RunResult> runs =
        world("cifar10", SIZES, 5).stream()
            .map(
                r ->
                    r.method().equals("mixup")
                        ? new RunResult(
                            r.place(),
                            "mixup",
                            r.seed(),
                            0.5,
                            r.nonlin(),
                            r.splitHash(),
                            r.pairsHash(),
                            true)
                        : r)
            .toList();
    Claim c11 = claim("C11", runs);
    assertThat(c11.inequalities().get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(c11.inequalities().get(1).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(c11.inequalities().get(1).notes())
        .hasSize(5)
        .contains("seed 0: mixup does not cross 70 % within the sizes run: taken as 4000 labels");
    assertThat(c11.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(claim("C15", runs).verdict()).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void theSpreadOverKIsComparedBetweenSizes() {
    Inequality spread = claim("C10", world("cifar10", SIZES, 5)).inequalities().get(1);
    assertThat(spread.statement()).isEqualTo("spread over K at 4000 < spread over K at 250");
    // accuracy(ICT[4]) − accuracy(ICT[2]), and its opposite where the lines have crossed.
    double small = accuracy("ICT[4]", 250) - accuracy("ICT[2]", 250);
    assertThat(spread.meanUpper()).isCloseTo(small, within(1e-9));
  }

  @Test
  void twoRunsOfACellAreRefused() {
    RunResult run = run("cifar10", 250, "ERM", 0);
    assertThatThrownBy(() -> new Results(List.of(run, run)))
        .hasMessage("two runs of ERM, CIFAR-10, 250 labels, seed 0");
  }
}
