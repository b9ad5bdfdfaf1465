// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.backend.DeviceOptions;
import dev.secant.lab.cli.Finding.Level;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.BuildInfo;
import java.util.ArrayList;
import java.util.List;

/** Says whether this machine can run the program, and what to do where it cannot. */
final class DoctorCommand implements Command {
  private static final Flag DEVICE = Flag.value("device", "N", "CUDA device to look at");
  private static final Flag DATA =
      Flag.value("data", "DIR", "a data set, or an archive of one: is it whole, which one is it?");
  private static final Flag QUIET = Flag.toggle("quiet", "only what is not as it should be");

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "check this machine";
  }

  @Override
  public String usage() {
    return "[--data DIR] [--device N] [-o cuda.libraries=DIR] [--quiet | --json]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(DATA, DEVICE, TrainCommand.SET, QUIET, Flag.JSON, Flag.DEBUG, Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    List<Finding> findings = new ArrayList<>(new Examination(device(arguments)).all());
    findings.add(DataExamination.made());
    if (arguments.has(DATA)) findings.add(DataExamination.of(arguments.path(DATA.name())));
    boolean well = findings.stream().noneMatch(f -> f.level() == Level.MISSING);
    if (arguments.has(Flag.JSON)) {
      console.out().println(json(findings, well));
    } else {
      print(findings, well, console);
    }
    return well ? ExitCode.OK : ExitCode.BACKEND;
  }

  private static DeviceOptions device(Arguments arguments) {
    ConfigResolver resolver = new ConfigResolver();
    arguments.values(TrainCommand.SET.name()).forEach(resolver::override);
    if (arguments.has(DEVICE)) resolver.flag(DEVICE.name(), arguments.value(DEVICE.name()));
    // Only the device's own options are wanted, whether it can be used or not.
    return resolver.flag("backend", "cuda").resolve().config().run().device();
  }

  private static void print(List<Finding> findings, boolean well, Console console) {
    findings.stream()
        .filter(f -> !console.quiet() || f.level().compareTo(Level.WARN) >= 0)
        .forEach(f -> console.out().println(line(f)));
    if (!well) console.out().println("Something needed is missing; see above.");
    if (well && !console.quiet()) console.out().println("This machine can run secant.");
  }

  private static String line(Finding f) {
    String advice =
        f.advice().isEmpty() ? "" : System.lineSeparator() + " ".repeat(26) + "-> " + f.advice();
    String mark = Word.of(f.level());
    return String.format("%-8s %-16s %s%s", mark, f.subject(), f.found(), advice);
  }

  private static ObjectNode json(List<Finding> findings, boolean well) {
    ObjectNode object = Json.MAPPER.createObjectNode();
    object.put("schema", 1).put("version", BuildInfo.read().describe()).put("ok", well);
    ArrayNode list = object.putArray("findings");
    for (Finding f : findings) {
      list.addObject()
          .put("subject", f.subject())
          .put("level", Word.of(f.level()))
          .put("found", f.found())
          .put("advice", f.advice());
    }
    return object;
  }
}
