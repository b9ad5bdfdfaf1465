// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.RunExport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A finished run's network and probes in the files of other programs. */
final class ExportCommand implements Command {
  private static final ValueType.Choice WEIGHTS = ValueType.Choice.of("ema", "raw");
  private static final Flag RUN = Flag.value("run", "DIR", "folder of the run");
  private static final Flag ONNX = Flag.value("onnx", "FILE", "new file for the network");
  private static final Flag NPZ = Flag.value("npz", "FILE", "new file for the probes");
  private static final Flag OF_WEIGHTS =
      Flag.value("weights", WEIGHTS.placeholder(), "averaged or raw weights [ema]");
  private static final Flag OVERWRITE = Flag.toggle("overwrite", "replace earlier files");

  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "a trained network as ONNX, probes as NumPy arrays";
  }

  @Override
  public String usage() {
    return "--run DIR [--onnx FILE] [--npz FILE] [option...]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        RUN, ONNX, NPZ, OF_WEIGHTS, OVERWRITE, Flag.QUIET, Flag.JSON, Flag.DEBUG, Flag.HELP);
  }

  @Override
  public int run(Arguments a, Console console) {
    if (!a.has(RUN)) throw new UsageException("export needs --run DIR, the folder of a run");
    if (!a.has(ONNX) && !a.has(NPZ))
      throw new UsageException("export needs --onnx FILE, --npz FILE or both: what to write");
    Map<String, Path> asked = new LinkedHashMap<>();
    for (Flag flag : List.of(ONNX, NPZ)) {
      if (a.has(flag)) asked.put(flag.name(), requireNew(flag, a));
    }
    String word = a.checked(OF_WEIGHTS.name(), WEIGHTS);
    Weights weights = word == null ? Weights.EMA : Word.parse(Weights.class, word);
    Path run = a.path(RUN.name());
    // Everything is made before anything is written.
    Map<Path, byte[]> files = new LinkedHashMap<>();
    asked.forEach(
        (kind, file) ->
            files.put(
                file,
                kind.equals(ONNX.name())
                    ? RunExport.onnx(run, weights)
                    : RunExport.probes(run, weights)));
    files.forEach(AtomicFile::write);
    if (a.has(Flag.JSON)) {
      ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
      asked.forEach((kind, file) -> object.put(kind, file.toString()));
      console.out().println(object);
    } else {
      files.forEach((file, bytes) -> console.out().println(file + ": " + bytes.length + " bytes"));
    }
    return ExitCode.OK;
  }

  private static Path requireNew(Flag flag, Arguments a) {
    Path file = a.path(flag.name());
    if (Files.isDirectory(file))
      throw new UsageException(
          "%s %s: expected a file, found a folder".formatted(flag.spelling(), file));
    if (Files.exists(file) && !a.has(OVERWRITE)) {
      throw new UsageException(
          "%s %s: is there already; --overwrite replaces it".formatted(flag.spelling(), file));
    }
    return file;
  }
}
