// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes that the flagship kernels are said to move beside those that Nsight Compute counts in
 * device memory, on sets of more than 1 GB.
 */
final class TrafficCheck implements Check {
  private static final List<String> KERNELS = List.of("mix", "nonlin", "consistency");
  private static final String METRICS = "dram__bytes_read.sum,dram__bytes_write.sum";
  private static final int SECONDS = 60;
  private static final double CLOSE = 0.05;
  private static final Pattern SAID = Pattern.compile("^\\w+: (\\d+) bytes a launch$");
  private static final Pattern COUNTED =
      Pattern.compile("\"dram__bytes_(read|write)\\.sum\",\"byte\",\"(\\d[\\d,.]*)\"");

  /** How ncu says that the counters are for administrators. */
  private static final String NOT_ALLOWED = "ERR_NVGPUCTRPERM";

  @Override
  public String section() {
    return "traffic";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    for (String kernel : KERNELS) rows.accept(row(s, kernel));
  }

  private CheckRow row(CheckSettings s, String kernel) {
    if (!s.onDevice()) return CheckRow.notRun(section(), kernel, "for a device");
    if (s.over()) return CheckRow.notRun(section(), kernel, s.overText());
    if (s.quick()) return CheckRow.notRun(section(), kernel, "left out by --quick");
    if (s.kernelTests() == null) return CheckRow.fail(section(), kernel, KernelTests.ABSENT);
    Path ncu = s.tools().find("ncu");
    if (ncu == null) return CheckRow.notRun(section(), kernel, "ncu is not there");
    List<String> command = new ArrayList<>(List.of(ncu.toString(), "--csv", "--print-units"));
    command.addAll(List.of("base", "--metrics", METRICS, "-s", "1", "-c", "1"));
    command.addAll(KernelTests.command(s, List.of("--traffic", kernel)));
    Subprocess.Result result =
        Subprocess.run(command, s.log("ncu-" + kernel + ".log"), s.atMost(SECONDS));
    if (result.code() == Subprocess.TIMEOUT)
      return CheckRow.notRun(section(), kernel, "not finished in its time");
    return compared(kernel, result);
  }

  private CheckRow compared(String kernel, Subprocess.Result result) {
    List<String> lines = result.lines();
    if (lines.stream().anyMatch(line -> line.contains(NOT_ALLOWED)))
      return CheckRow.notRun(section(), kernel, "ncu may not count here (" + NOT_ALLOWED + ")");
    if (result.code() != 0) return CheckRow.fail(section(), kernel, result.summary());
    OptionalLong said = said(lines);
    if (said.isEmpty())
      return CheckRow.fail(section(), kernel, "no line on bytes a launch (" + result.log() + ")");
    OptionalDouble found = counted(lines);
    if (found.isEmpty())
      return CheckRow.fail(
          section(), kernel, "ncu did not count both reads and writes (" + result.log() + ")");
    double counted = found.getAsDouble();
    double ratio = counted / said.getAsLong();
    String text =
        "%.0f MB counted, %.0f MB said: %.3f"
            .formatted(counted / 1e6, said.getAsLong() / 1e6, ratio);
    return CheckRow.of(section(), kernel, Math.abs(ratio - 1) <= CLOSE, text)
        .with(Map.of("bytes", said.getAsLong(), "dram_bytes", counted, "ratio", ratio));
  }

  static OptionalLong said(List<String> lines) {
    return lines.stream()
        .map(SAID::matcher)
        .filter(Matcher::matches)
        .mapToLong(m -> Long.parseLong(m.group(1)))
        .findFirst();
  }

  /** Bytes read and written in one launch; empty unless there is one count of each. */
  static OptionalDouble counted(List<String> lines) {
    Map<String, Double> counts = new HashMap<>();
    for (String line : lines) {
      Matcher m = COUNTED.matcher(line);
      if (!m.find()) continue;
      Double before = counts.put(m.group(1), Double.valueOf(m.group(2).replace(",", "")));
      if (before != null) return OptionalDouble.empty();
    }
    return counts.size() == 2
        ? OptionalDouble.of(counts.get("read") + counts.get("write"))
        : OptionalDouble.empty();
  }
}
