// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.backend.DeviceOptions;
import dev.secant.lab.check.CheckRow.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of checks that pass, fail, throw or come too late; and the real ones on the CPU. */
class GpuCheckTest {
  @TempDir Path folder;

  private CheckSettings settings(String backend, int seconds, Path kernelTests) {
    return new CheckSettings(
        backend, DeviceOptions.standard(), 1, true, seconds, kernelTests, null, folder);
  }

  private record Fake(String section, Consumer<Consumer<CheckRow>> body) implements Check {
    @Override
    public void run(CheckSettings settings, Consumer<CheckRow> rows) {
      body.accept(rows);
    }
  }

  @Test
  void whatThrowsFailsAndTheRestGoesOn() {
    Check half =
        new Fake(
            "half",
            rows -> {
              rows.accept(CheckRow.pass("half", "first", "fine"));
              throw new IllegalStateException("the device is lost");
            });
    Check after = new Fake("after", rows -> rows.accept(CheckRow.pass("after", "x", "fine")));
    List<CheckRow> told = new ArrayList<>();
    List<CheckRow> rows =
        new GpuCheck(List.of(half, after)).run(settings("cpu", 60, null), told::add);
    assertThat(rows)
        .extracting(CheckRow::status)
        .containsExactly(Status.PASS, Status.FAIL, Status.PASS);
    assertThat(rows.get(1).text()).isEqualTo("the device is lost");
    assertThat(told).isEqualTo(rows);
    CheckReport report = new CheckReport(Map.of(), rows, true);
    assertThat(report.failed()).isTrue();
    assertThat(report.counts()).isEqualTo("2 pass, 1 fail, 0 not-run");
  }

  @Test
  void whatComesTooLateDidNotRun() {
    Check slow =
        new Fake(
            "slow",
            rows -> {
              try {
                Thread.sleep(5);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              rows.accept(CheckRow.pass("slow", "x", "fine"));
            });
    List<CheckRow> rows =
        new GpuCheck(List.of(slow, slow)).run(settings("cpu", 0, null), row -> {});
    assertThat(rows).extracting(CheckRow::status).contains(Status.NOT_RUN);
    assertThat(rows.get(1).text()).isEqualTo("the 0 seconds were over");
  }

  @Test
  void nothingThatPassedIsNoSuccess() {
    List<CheckRow> rows = List.of(CheckRow.notRun("a", "b", "no device"));
    assertThat(new CheckReport(Map.of(), rows, true).failed()).isTrue();
  }

  @Test
  void whatPassesOnTheCpuDidNotRunOnADevice() {
    List<CheckRow> rows = List.of(CheckRow.pass("probe", "as on the CPU", "close"));
    CheckReport tried = new CheckReport(Map.of(), rows, false);
    assertThat(tried.failed()).isFalse();
    assertThat(tried.counts()).isEqualTo("0 pass, 0 fail, 1 not-run");
    assertThat(tried.line(rows.get(0))).startsWith("not-run  probe").endsWith("on the CPU: close");
    assertThat(tried.markdown())
        .contains("nothing ran on a device", "| not-run | on the CPU: close");
    assertThat(tried.json()).contains("\"not-run\"").doesNotContain("\"pass\",");
  }

  @Test
  void theBytesThatAProfilerCountsAreReadFromItsLines() {
    List<String> log =
        List.of(
            "==PROF== Connected to process 7 (/x/secant-kernel-tests)",
            "mix: 1000 bytes a launch",
            "==PROF== Disconnected from process 7",
            "\"ID\",\"Kernel Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"",
            "\"0\",\"mix\",\"dram__bytes_read.sum\",\"byte\",\"1,612,000\"",
            "\"0\",\"mix\",\"dram__bytes_write.sum\",\"byte\",\"405.50\"");
    assertThat(TrafficCheck.said(log)).hasValue(1000);
    assertThat(TrafficCheck.counted(log)).hasValue(1_612_405.5);
    assertThat(TrafficCheck.counted(log.subList(0, 4))).isEmpty();
    assertThat(TrafficCheck.said(List.of("no CUDA driver"))).isEmpty();
  }

  @Test
  void theReportIsReadByMachinesAndPeople() throws IOException {
    CheckRow row =
        CheckRow.pass("steps", "erm bf16", "1.0 ms | fast")
            .with(Map.of("what", "step", "ms", 1.0, "k", 1));
    CheckReport report = new CheckReport(Map.of("host", "a machine"), List.of(row), true);
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.at("/counts/pass").intValue()).isEqualTo(1);
    assertThat(json.at("/counts/not-run").intValue()).isZero();
    assertThat(json.at("/header/host").textValue()).isEqualTo("a machine");
    assertThat(json.at("/rows/0/status").textValue()).isEqualTo("pass");
    assertThat(json.at("/rows/0/ms").doubleValue()).isEqualTo(1.0);
    JsonNode line = new ObjectMapper().readTree(report.lines("1.2"));
    assertThat(line.path("peer").textValue()).isEqualTo("secant");
    assertThat(line.path("what").textValue()).isEqualTo("step");
    assertThat(line.path("status").textValue()).isEqualTo("ok");
    assertThat(report.markdown())
        .contains("**1 pass, 0 fail, 0 not-run**", "## steps", "1.0 ms \\| fast");
  }

  @Test
  void programsOfADeviceAreLeftOutOnlyWhenAskedOrWithoutDevice() {
    List<CheckRow> rows = new ArrayList<>();
    new KernelCasesCheck().run(settings("cpu", 60, null), rows::add);
    for (String backend : List.of("cpu", "cuda")) {
      new SanitizerCheck().run(settings(backend, 60, null), rows::add);
      new TrafficCheck().run(settings(backend, 60, null), rows::add);
    }
    assertThat(rows).hasSize(15).allMatch(r -> r.status() == Status.NOT_RUN);
    assertThat(rows.get(14).text()).isEqualTo("left out by --quick");
  }

  /** Comparisons and every kind of time, on the CPU and in small. */
  @Test
  void theChecksThemselvesRunOnTheCpu() {
    List<CheckRow> rows = new GpuCheck().run(settings("cpu", 300, null), row -> {});
    assertThat(rows).filteredOn(r -> r.status() == Status.FAIL).isEmpty();
    assertThat(rows)
        .filteredOn(r -> r.status() == Status.PASS)
        .extracting(CheckRow::section)
        .contains(
            "machine",
            "contract",
            "training",
            "probe",
            "ceilings",
            "steps",
            "probe times",
            "kernel times",
            "convolutions");
    assertThat(rows)
        .filteredOn(r -> r.section().equals("steps") && !r.name().endsWith(" host"))
        .allSatisfy(r -> assertThat((double) r.values().get("ms")).isPositive());
  }
}
