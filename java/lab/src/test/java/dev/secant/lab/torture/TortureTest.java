// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.lab.torture.SoakPhase.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The torture tells what went wrong, and what it did not do. */
class TortureTest {
  @TempDir Path folder;

  // ---- phases ----------------------------------------------------------------------------------

  private record Fake(String name, int share, List<Double> got, Throwable end) implements Phase {
    @Override
    public List<Outcome> run(Budget budget) throws Exception {
      got.add(budget.left());
      if (end instanceof Exception e) throw e;
      if (end instanceof Error e) throw e;
      return List.of(new Outcome(name, "", 1, 0, 0, "", Map.of()));
    }
  }

  @Test
  void timeThatIsLeftGoesToTheNext() {
    List<Double> got = new ArrayList<>();
    List<Phase> phases = List.of(new Fake("a", 60, got, null), new Fake("b", 40, got, null));
    List<Outcome> outcomes = new Torture(phases, () -> false, text -> {}).run(1000);
    assertThat(outcomes).hasSize(2).noneMatch(Outcome::failed);
    assertThat(got.get(0)).isCloseTo(600, within(10.0));
    assertThat(got.get(1)).isCloseTo(1000, within(20.0));
  }

  @Test
  void aPhaseThatBreaksHasFailedAndTheNextOneRuns() {
    List<Double> got = new ArrayList<>();
    List<Phase> phases =
        List.of(
            new Fake("a", 1, got, new IOException("full")),
            new Fake("b", 1, got, new AssertionError("differs")),
            new Fake("c", 1, got, null));
    List<Outcome> outcomes = new Torture(phases, () -> false, text -> {}).run(9);
    assertThat(outcomes).extracting(Outcome::failed).containsExactly(true, true, false);
    assertThat(outcomes.get(0).note()).contains("full");
  }

  @Test
  void whoStopsItIsToldWhatWasNotRun() {
    List<Phase> phases = List.of(new Fake("a", 1, new ArrayList<>(), null));
    Outcome outcome = new Torture(phases, () -> true, text -> {}).run(9).get(0);
    assertThat(outcome.ran()).isFalse();
    assertThat(outcome.failed()).isFalse();
    assertThat(outcome.note()).isEqualTo("not run: stopped before");
  }

  // ---- fuzz targets ----------------------------------------------------------------------------

  private void script(String name, String body) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<Outcome> fuzz() throws Exception {
    Budget budget = Budget.of(4, () -> false, text -> {});
    return new FuzzPhase(folder, folder.resolve("fuzz")).run(budget);
  }

  /** Answers with what it was asked, to see that. */
  @Test
  void everyTargetGetsItsShareAndItsExecutionsAreSummed() throws Exception {
    String line = "echo '{\"target\":\"%s\",\"executions\":'$2',\"seconds\":1,\"findings\":0}'\n";
    script(
        "native/fuzz.sh",
        "if [ \"$3\" != --target ] || [ $4 = mix ]; then "
            + line.formatted("mix")
            + "fi\n"
            + "if [ \"$3\" != --target ] || [ $4 = norm ]; then "
            + line.formatted("norm")
            + "fi\n");
    List<Outcome> outcomes = fuzz();
    assertThat(outcomes)
        .extracting(Outcome::name)
        .containsExactly("fuzz java/lab/fuzz.sh", "fuzz mix", "fuzz norm");
    assertThat(outcomes.get(0).note()).isEqualTo("not run: no such script");
    assertThat(outcomes.get(1).count()).as("a first second and then its half").isBetween(2L, 3L);
    assertThat(outcomes).noneMatch(Outcome::failed);
  }

  @Test
  void findingsAreFailures() throws Exception {
    script(
        "native/fuzz.sh",
        "echo '{\"target\":\"mix\",\"executions\":9,\"seconds\":1,\"findings\":1}'; exit 1\n");
    assertThat(fuzz().get(1)).matches(Outcome::failed).extracting(Outcome::failures).isEqualTo(2L);
  }

  @Test
  void aToolThatIsMissingIsSaidAndAScriptThatBreaksFails() throws Exception {
    script("native/fuzz.sh", "echo 'clang is missing' >&2; exit 4\n");
    script("java/lab/fuzz.sh", "echo 'no such folder' >&2; exit 2\n");
    List<Outcome> outcomes = fuzz();
    assertThat(outcomes.get(0).note()).isEqualTo("not run: clang is missing");
    assertThat(outcomes.get(1)).matches(Outcome::failed);
    assertThat(outcomes.get(1).note()).startsWith("exit code 2: no such folder");
  }

  // ---- soak ------------------------------------------------------------------------------------

  private Outcome soak(int count, LongUnaryOperator resident, LongUnaryOperator descriptors) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++)
      samples.add(new Sample(i, 2L * i, 0, resident.applyAsLong(i), descriptors.applyAsLong(i)));
    return new SoakPhase(folder).judge(samples, 0, "", count);
  }

  @Test
  void growthAfterTheWarmUpIsAFailure() {
    long megabyte = 1_000_000;
    assertThat(soak(90, i -> (i < 20 ? 100 : 200) * megabyte, i -> 50).failed()).isFalse();
    assertThat(soak(90, i -> (200 + i / 5) * megabyte, i -> 50).failures()).isEqualTo(1);
    assertThat(soak(90, i -> 200 * megabyte, i -> 50 + i / 30).failures()).isEqualTo(1);
    assertThat(soak(9, i -> i * megabyte, i -> i).note()).startsWith("growth not judged");
  }
}
