// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.backend.BackendComponent;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.lab.check.CheckReport;
import dev.secant.lab.check.CheckRow;
import dev.secant.lab.check.CheckSettings;
import dev.secant.lab.check.GpuCheck;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.train.BuildInfo;
import dev.secant.lab.train.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Proves and times the CUDA backend on the machine at hand. */
final class GpuCheckCommand implements Command {
  private static final Flag BACKEND =
      Flag.value("backend", "cuda|cpu", "what is checked; cpu tries the checks themselves [cuda]");
  private static final Flag DEVICE = Flag.value("device", "N", "CUDA device [0]");
  private static final Flag QUICK =
      Flag.toggle("quick", "small sizes, no compute-sanitizer, no ncu");
  private static final Flag OUT = Flag.value("out", "DIR", "report and logs [gpu-check]");
  private static final Flag SECONDS =
      Flag.value("seconds", "S", "for all of it; what would start later is not run [480]");
  private static final ValueType.Whole LIMIT = new ValueType.Whole(1, 86_400, false);
  private static final Flag TESTS =
      Flag.value("kernel-tests", "FILE", "the program secant-kernel-tests");

  @Override
  public String name() {
    return "gpu-check";
  }

  @Override
  public String summary() {
    return "prove and time the CUDA backend on this machine";
  }

  @Override
  public String usage() {
    return "[--quick] [--out DIR] [--device N] [-o cuda.libraries=DIR]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        BACKEND,
        DEVICE,
        QUICK,
        OUT,
        SECONDS,
        TESTS,
        TrainCommand.SET,
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    CheckSettings settings = settings(arguments);
    boolean json = arguments.has(Flag.JSON);
    Console told = console.quiet(arguments.has(Flag.QUIET) || json);
    boolean onDevice = !settings.backend().equals("cpu");
    CheckReport empty = new CheckReport(header(settings), List.of(), onDevice);
    List<CheckRow> soFar = new ArrayList<>();
    List<CheckRow> rows =
        new GpuCheck()
            .run(
                settings,
                row -> {
                  soFar.add(row);
                  // Whatever ends this process, the rows before it are on disk.
                  write(settings, empty.with(soFar));
                  if (!told.quiet()) told.out().println(empty.line(row));
                });
    CheckReport report = empty.with(rows);
    if (json) console.out().print(report.json());
    else console.out().println(report.counts() + "; " + settings.out().resolve("gpu-check.md"));
    return report.failed() ? ExitCode.BUG : ExitCode.OK;
  }

  private static CheckSettings settings(Arguments arguments) {
    String backend = arguments.has(BACKEND) ? arguments.value(BACKEND.name()) : "cuda";
    ConfigResolver resolver = new ConfigResolver();
    arguments.values(TrainCommand.SET.name()).forEach(resolver::override);
    if (arguments.has(DEVICE)) resolver.flag(DEVICE.name(), arguments.value(DEVICE.name()));
    RunConfig config = resolver.flag("backend", backend).resolve().config();
    Path out = arguments.has(OUT) ? arguments.path(OUT.name()) : Path.of("gpu-check");
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", out, e);
    }
    return new CheckSettings(
        backend,
        config.run().device(),
        config.run().threads(),
        arguments.has(QUICK),
        arguments.has(SECONDS) ? seconds(arguments) : 480,
        kernelTests(arguments),
        executable(System.getProperty("secant.kernel.library")),
        out);
  }

  private static int seconds(Arguments arguments) {
    return Integer.parseInt(arguments.checked(SECONDS.name(), LIMIT));
  }

  /** The launcher says where the program is. */
  private static Path kernelTests(Arguments arguments) {
    if (arguments.has(TESTS)) return arguments.path(TESTS.name());
    return executable(System.getProperty("secant.kernel.tests"));
  }

  private static Path executable(String file) {
    return file != null && Files.isExecutable(Path.of(file)) ? Path.of(file) : null;
  }

  private static Map<String, String> header(CheckSettings settings) {
    Map<String, String> header = new LinkedHashMap<>();
    header.put("version", BuildInfo.read().describe());
    header.put("backend", settings.backend());
    List<BackendComponent> parts = components(settings);
    header.put("device", device(parts));
    for (BackendComponent part : parts) header.put(part.subject(), part.text());
    header.put("sizes", settings.quick() ? "quick" : "whole");
    header.put("host", Host.describe());
    header.put(
        "java",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    return header;
  }

  /** None where no device is checked. */
  private static List<BackendComponent> components(CheckSettings settings) {
    if (settings.backend().equals("cpu")) return List.of();
    BackendOptions options = BackendOptions.of(settings.threads(), settings.device());
    return Backends.resolve(settings.backend(), options).components(options);
  }

  /** Its name; the processor's where no device is checked. */
  private static String device(List<BackendComponent> parts) {
    if (parts.isEmpty()) return Host.describe();
    return parts.stream()
        .filter(part -> part.present() && part.subject().startsWith("CUDA device"))
        .map(BackendComponent::text)
        .findFirst()
        .orElse("unknown");
  }

  private static void write(CheckSettings settings, CheckReport report) {
    write(settings.out().resolve("gpu-check.json"), report.json());
    write(settings.out().resolve("gpu-check.md"), report.markdown());
    write(settings.out().resolve("gpu-check.jsonl"), report.lines(BuildInfo.read().describe()));
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
