// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.lab.check.CheckRow.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What gpu-check makes of other programs: well-behaved ones, and ones that fail, talk nonsense,
 * hang, do not start or are not there. Only what says that all is well is a pass.
 */
class OutsideProgramsTest {
  private static final String GARBAGE = "head -c 5000 /dev/urandom";
  private static final String HANG = "sleep 100 & wait";

  @TempDir Path folder;
  private FakePrograms programs;

  @BeforeEach
  void inItsFolder() {
    programs = new FakePrograms(folder);
  }

  private List<CheckRow> rows(Check check, int seconds) {
    List<CheckRow> rows = new ArrayList<>();
    check.run(programs.settings(seconds), rows::add);
    return rows;
  }

  private static void all(List<CheckRow> rows, Status status, String text) {
    assertThat(rows)
        .isNotEmpty()
        .allSatisfy(
            row -> {
              assertThat(row.status()).as(row.toString()).isEqualTo(status);
              assertThat(row.text()).contains(text);
            });
  }

  private static String say(String line) {
    return "echo '" + line + "'";
  }

  // ---- secant-kernel-tests ---------------------------------------------------------------------

  private void kernelCases(Status status, String text, String... body) {
    programs.put("secant-kernel-tests", body);
    all(rows(new KernelCasesCheck(), 60), status, text);
  }

  @Test
  void kernelCasesPassByTheirLineAlone() {
    kernelCases(Status.PASS, "81 cases", say("notes"), say(FakePrograms.CASES));
    kernelCases(Status.FAIL, "exit code 1", say(FakePrograms.CASES), "exit 1");
    kernelCases(Status.FAIL, "exit code 4: no CUDA device", "echo 'no CUDA device' >&2; exit 4");
    kernelCases(Status.FAIL, "without the line on its cases: no output", "exit 0");
    kernelCases(Status.FAIL, "without the line on its cases", GARBAGE);
    kernelCases(
        Status.FAIL,
        "without the line on its cases",
        say(FakePrograms.CASES.replace("0 failed", "10 failed")));
    kernelCases(
        Status.FAIL,
        "without the line on its cases",
        say(FakePrograms.CASES.replace("cuda", "emulated")));
  }

  @Test
  void kernelTestsThatHangDidNotRunAndThatDoNotStartFail() {
    programs.put("secant-kernel-tests", say(FakePrograms.CASES), HANG);
    long start = System.nanoTime();
    all(rows(new KernelCasesCheck(), 2), Status.NOT_RUN, "not finished in its time");
    assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    programs.putBroken("secant-kernel-tests");
    all(rows(new KernelCasesCheck(), 60), Status.FAIL, "exit code 127: Cannot run program");
  }

  // ---- compute-sanitizer -----------------------------------------------------------------------

  /** A tool that runs the program behind its options, then says this and ends so. */
  private void sanitizer(String end, String... said) {
    List<String> body = new ArrayList<>();
    body.add("echo \"$@\" >> " + folder.resolve("calls"));
    body.add("tool=$2; shift 4; \"$@\" || exit");
    body.addAll(List.of(said));
    body.add(end);
    programs.put("compute-sanitizer", body.toArray(String[]::new));
  }

  private static final String CLEAN =
      "if [ $tool = racecheck ]; then"
          + " echo '========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)';"
          + " else echo '========= ERROR SUMMARY: 0 errors'; fi";

  @Test
  void aSanitizerThatFindsNothingSaysSo() throws Exception {
    programs.put("secant-kernel-tests", say(FakePrograms.CASES));
    sanitizer("exit 0", CLEAN);
    List<CheckRow> rows = rows(new SanitizerCheck(), 60);
    all(rows, Status.PASS, "81 cases");
    assertThat(rows)
        .extracting(CheckRow::name)
        .containsExactly("memcheck", "racecheck", "initcheck", "synccheck");
    assertThat(rows.get(1).text()).contains("RACECHECK SUMMARY: 0 hazards");
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .hasSize(4)
        .first()
        .isEqualTo(
            "--tool memcheck --error-exitcode 9 "
                + programs.kernelTests()
                + " --device cuda --ordinal 0");
  }

  @Test
  void aSanitizerThatFindsOrSaysNothingFails() {
    programs.put("secant-kernel-tests", say(FakePrograms.CASES));
    sanitizer("exit 9", say("========= ERROR SUMMARY: 3 errors"));
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "exit code 9: ========= ERROR SUMMARY: 3");
    sanitizer("exit 0", say("========= ERROR SUMMARY: 3 errors"));
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "did not say that it found nothing");
    sanitizer("exit 0");
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "did not say that it found nothing");
    sanitizer("exit 0", GARBAGE);
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "did not say that it found nothing");
  }

  /** As where the program ended before it used the device. */
  @Test
  void aSanitizerOfNothingFails() {
    programs.put("secant-kernel-tests", "exit 0");
    sanitizer("exit 0", CLEAN);
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "without the line on its cases");
  }

  @Test
  void aSanitizerThatIsAbsentOrDoesNotStartFailsAndOneThatHangsDidNotRun() {
    programs.put("secant-kernel-tests", say(FakePrograms.CASES));
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "compute-sanitizer is not there");
    programs.putBroken("compute-sanitizer");
    all(rows(new SanitizerCheck(), 60), Status.FAIL, "exit code 127: Cannot run program");
    sanitizer("exit 0", CLEAN, HANG);
    List<CheckRow> late = rows(new SanitizerCheck(), 2);
    assertThat(late).allMatch(row -> row.status() == Status.NOT_RUN);
    assertThat(late.get(0).text()).startsWith("not finished in ");
    assertThat(late.get(3).text()).isEqualTo("the 2 seconds were over");
  }

  // ---- ncu -------------------------------------------------------------------------------------

  private static String counted(String kind, String bytes) {
    return say("\"0\",\"k\",\"dram__bytes_" + kind + ".sum\",\"byte\",\"" + bytes + "\"");
  }

  private void ncu(Status status, String text, String... said) {
    List<String> body = new ArrayList<>();
    body.add("echo \"$@\" >> " + folder.resolve("calls"));
    body.add("shift 9; \"$@\" || exit");
    body.addAll(List.of(said));
    programs.put("ncu", body.toArray(String[]::new));
    all(rows(new TrafficCheck(), 60), status, text);
  }

  @Test
  void bytesThatAreCountedAreThoseThatWereSaid() throws Exception {
    programs.put(
        "secant-kernel-tests",
        "while [ $# -gt 1 ]; do shift; done",
        "echo \"$1: 1000000 bytes a launch\"");
    ncu(Status.PASS, "1 MB said: 1.040", counted("read", "900,000"), counted("write", "140000"));
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .hasSize(3)
        .first()
        .isEqualTo(
            "--csv --print-units base --metrics dram__bytes_read.sum,dram__bytes_write.sum -s 1 -c 1 "
                + programs.kernelTests()
                + " --device cuda --ordinal 0 --traffic mix");
    CheckRow row = rows(new TrafficCheck(), 60).get(2);
    assertThat(row.name()).isEqualTo("consistency");
    assertThat(row.values()).containsEntry("bytes", 1_000_000L);
    assertThat((double) row.values().get("ratio")).isCloseTo(1.04, within(1e-12));
    ncu(Status.FAIL, "said: 1.060", counted("read", "920000"), counted("write", "140000"));
    ncu(Status.FAIL, "said: 0.940", counted("read", "800000"), counted("write", "140000"));
  }

  @Test
  void countsThatAreMissingOrManyFail() {
    programs.put("secant-kernel-tests", say("mix: 1000000 bytes a launch"));
    String why = "did not count both reads and writes";
    ncu(Status.FAIL, why);
    ncu(Status.FAIL, why, counted("read", "1000000"));
    ncu(Status.FAIL, why, counted("read", "n/a"), counted("write", "140000"));
    ncu(Status.FAIL, why, GARBAGE);
    String twice = counted("read", "500000");
    ncu(Status.FAIL, why, twice, twice, counted("write", "1"));
    ncu(Status.FAIL, "exit code 3", counted("read", "900000"), counted("write", "1"), "exit 3");
    programs.put("secant-kernel-tests", GARBAGE);
    ncu(Status.FAIL, "no line on bytes a launch", twice, counted("write", "1"));
  }

  @Test
  void aProfilerThatMayNotCountOrIsAbsentDidNotRun() {
    programs.put("secant-kernel-tests", say("mix: 1000000 bytes a launch"));
    all(rows(new TrafficCheck(), 60), Status.NOT_RUN, "ncu is not there");
    ncu(
        Status.NOT_RUN,
        "ncu may not count here",
        say("==ERROR== ERR_NVGPUCTRPERM - The user does not have permission"),
        "exit 1");
    programs.putBroken("ncu");
    all(rows(new TrafficCheck(), 60), Status.FAIL, "exit code 127: Cannot run program");
    programs.put("ncu", HANG);
    List<CheckRow> late = rows(new TrafficCheck(), 2);
    assertThat(late).allMatch(row -> row.status() == Status.NOT_RUN);
    assertThat(late.get(0).text()).isEqualTo("not finished in its time");
  }

  @Test
  void withoutTheNativeProgramNeitherToolPasses() {
    programs.put("ncu", "exit 0");
    programs.put("compute-sanitizer", "exit 0");
    all(rows(new TrafficCheck(), 60), Status.FAIL, KernelTests.ABSENT);
    all(rows(new SanitizerCheck(), 60), Status.FAIL, KernelTests.ABSENT);
    all(rows(new KernelCasesCheck(), 60), Status.FAIL, KernelTests.ABSENT);
  }

  // ---- nvidia-smi ------------------------------------------------------------------------------

  /** The mean after a while; NaN where nobody tells. */
  private double watts(Duration patience, String bus) throws InterruptedException {
    PowerMeter meter = PowerMeter.start(programs.settings(60), bus, patience);
    Thread.sleep(400);
    return meter.stop();
  }

  private double watts(String... body) throws InterruptedException {
    programs.put("nvidia-smi", body);
    return watts(Duration.ofSeconds(5), "0000:3B:00.0");
  }

  @Test
  void powerIsTheMeanOfWhatIsTold() throws Exception {
    Path calls = folder.resolve("calls");
    double mean =
        watts(
            "echo \"$@\" >> " + calls,
            "if [ $(wc -l < " + calls + ") = 1 ]; then echo 100.0; else echo 200.5; fi");
    int samples = Files.readAllLines(calls).size();
    assertThat(samples).isGreaterThan(1);
    assertThat(mean).isCloseTo((100 + 200.5 * (samples - 1)) / samples, within(1e-9));
    assertThat(Files.readAllLines(calls).get(0))
        .isEqualTo("--query-gpu=power.draw --format=csv,noheader,nounits --id=0000:3B:00.0");
  }

  @Test
  void powerThatIsNotToldIsNoNumber() throws Exception {
    assertThat(watts(Duration.ofSeconds(5), "0000:3B:00.0")).as("absent").isNaN();
    assertThat(watts("echo '[N/A]'")).isNaN();
    assertThat(watts("echo NaN")).isNaN();
    assertThat(watts("echo -1")).isNaN();
    assertThat(watts(GARBAGE)).isNaN();
    assertThat(watts("exit 0")).as("silent").isNaN();
    assertThat(watts("echo 250; exit 9")).as("failed").isNaN();
    programs.putBroken("nvidia-smi");
    assertThat(watts(Duration.ofSeconds(5), "0000:3B:00.0")).isNaN();
  }

  @Test
  void aMeterWaitsForNobodyThatHangsAndAsksNobodyWithoutAnAddress() throws Exception {
    programs.put("nvidia-smi", "echo x >> " + folder.resolve("calls"), "echo 250", HANG);
    long start = System.nanoTime();
    assertThat(watts(Duration.ofSeconds(1), "0000:3B:00.0")).isNaN();
    assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    assertThat(Files.readAllLines(folder.resolve("calls"))).hasSize(1);
    assertThat(watts(Duration.ofSeconds(1), "")).isNaN();
    assertThat(Files.readAllLines(folder.resolve("calls"))).hasSize(1);
  }

  // ---- finding and reading ---------------------------------------------------------------------

  @Test
  void aProgramIsTheFirstThatCanBeStarted() throws Exception {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    Tools tools = new Tools(List.of(first, folder.resolve("none"), second));
    assertThat(tools.find("ncu")).isNull();
    Files.writeString(first.resolve("ncu"), "plain file");
    Files.createDirectory(first.resolve("nvidia-smi"));
    assertThat(tools.find("ncu")).isNull();
    Path found = new FakePrograms(second).put("ncu", "exit 0");
    new FakePrograms(second).put("nvidia-smi", "exit 0");
    assertThat(tools.find("ncu")).isEqualTo(found);
    assertThat(tools.find("nvidia-smi")).isEqualTo(second.resolve("nvidia-smi"));
    assertThat(Tools.ofEnvironment().find("sh")).isNotNull();
    assertThat(Tools.ofEnvironment().folders()).endsWith(Path.of("/usr/local/cuda/bin"));
  }

  @Test
  void ofMuchOutputTheEndIsRead() {
    Path program = programs.put("talks", "head -c 3000000 /dev/zero", "echo", "echo the end");
    Subprocess.Result result =
        Subprocess.run(List.of(program.toString()), folder.resolve("log"), Duration.ofSeconds(60));
    assertThat(result.summary()).isEqualTo("the end");
    assertThat(result.lines().get(0)).hasSizeLessThanOrEqualTo(1 << 20);
  }
}
