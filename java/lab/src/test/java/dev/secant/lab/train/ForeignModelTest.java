// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.lab.probe.ProbeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Models of another network, of another run or of a later format are refused, and why is said. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignModelTest {
  @TempDir static Path folder;
  private RunDirectory run;
  private RunDirectory wide;

  @BeforeAll
  void train() {
    run = TinyRun.run(folder.resolve("run"), "method=erm", "steps=1");
    wide = TinyRun.run(folder.resolve("wide"), "method=erm", "steps=1", "width=2");
  }

  private RunDirectory withModel(String name, Path model) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (Path file : new Path[] {run.config(), run.split()})
      Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(model, copy.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
    return RunDirectory.open(copy);
  }

  private void refused(ThrowingCallable call, String... texts) {
    assertThatThrownBy(call).isInstanceOf(DataException.class).hasMessageContainingAll(texts);
  }

  private void refusedByAll(RunDirectory directory, String... texts) {
    refused(
        () ->
            RunProbe.run(
                new ProbeRequest(
                    directory.path(),
                    null,
                    null,
                    null,
                    null,
                    Weights.EMA,
                    ProbeRequest.Statistics.EVAL,
                    null,
                    1,
                    null,
                    null)),
        texts);
    refused(
        () ->
            RunEvaluation.run(
                new RunEvaluation.Request(
                    directory.path(), null, null, Weights.EMA, null, 1, null, null),
                () -> {}),
        texts);
  }

  private void refusedAsStart(Path model, String... texts) {
    Path out = folder.resolve("started");
    refused(() -> TinyRun.run(out, "method=erm", "steps=1", "init=" + model), texts);
    assertThatThrownBy(() -> RunDirectory.open(out)).hasMessageContaining("no such run directory");
  }

  @Test
  void ofAnotherNetwork() throws IOException {
    RunDirectory mixed = withModel("mixed", wide.model());
    refusedByAll(mixed, mixed.model() + ": expected a model of the configuration", "width: 2");
    refusedAsStart(wide.model(), wide.model() + ": raw/group1/unit1/", "expected shape", "found [");
  }

  @Test
  void ofALaterFormat() throws IOException {
    Path later = folder.resolve("later.safetensors");
    try (SafetensorsReader reader = new SafetensorsReader(run.model())) {
      SafetensorsWriter writer = new SafetensorsWriter();
      reader.metadata().forEach(writer::metadata);
      writer.metadata("format", "2").write(later);
    }
    String[] texts = {"expected format 1, found 2: written by a newer version of secant?"};
    refusedByAll(withModel("later", later), texts);
    refusedAsStart(later, texts);
  }

  @Test
  void cutOffOrOfAnotherProgram() throws IOException {
    byte[] whole = Files.readAllBytes(run.model());
    Path cut = Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(whole, whole.length / 2));
    refusedByAll(withModel("cutrun", cut), "bytes of tensors");
    refusedAsStart(cut, "bytes of tensors");
    Path other = folder.resolve("other.safetensors");
    new SafetensorsWriter().write(other);
    refusedByAll(withModel("otherrun", other), "config_hash");
    refusedAsStart(other, "expected a tensor raw/stem/kernel, found none");
  }
}
