// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir Path folder;

  @Test
  void aNewOrEmptyFolderIsTaken() {
    Path path = folder.resolve("a/b");
    RunDirectory run = RunDirectory.create(path, false);
    assertThat(path).isEmptyDirectory();
    assertThat(run.metrics()).isEqualTo(path.resolve("metrics.jsonl"));
    assertThat(run.model()).isEqualTo(path.resolve("model.safetensors"));
    RunDirectory.create(path, false);
  }

  @Test
  void aFolderWithFilesIsRefused() throws IOException {
    Files.createFile(folder.resolve("notes.txt"));
    Files.createFile(folder.resolve("summary.json"));
    assertThatThrownBy(() -> RunDirectory.create(folder, false))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            folder
                + ": expected a new or empty output directory, found notes.txt and 1 more in it; "
                + "--overwrite replaces an earlier run");
    assertThat(folder.resolve("summary.json")).exists();
  }

  @Test
  void overwriteDeletesTheFilesOfARunOnly() throws IOException {
    for (String name :
        List.of("config.yaml", "split.json", "metrics.jsonl", "timing.jsonl", "summary.json")) {
      Files.createFile(folder.resolve(name));
    }
    Files.createFile(folder.resolve("model.safetensors"));
    Files.createFile(folder.resolve("model.safetensors.tmp"));
    Files.createFile(folder.resolve("thesis.tex"));
    RunDirectory.create(folder, true);
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("thesis.tex"));
    }
  }

  @Test
  void aFileInItsPlaceIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> RunDirectory.create(file, true))
        .isInstanceOf(UsageException.class)
        .hasMessage(file + ": expected a directory, found a file");
    assertThatThrownBy(() -> RunDirectory.create(file.resolve("run"), false))
        .isInstanceOf(IoFailureException.class);
  }

  @Test
  void onlyARunIsOpened() throws IOException {
    assertThatThrownBy(() -> RunDirectory.open(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such run directory");
    assertThatThrownBy(() -> RunDirectory.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected config.yaml in it");
    Files.createFile(folder.resolve("config.yaml"));
    assertThat(RunDirectory.open(folder).config()).exists();
  }

  @Test
  void aFileIsReplacedWholeOrNotAtAll() throws IOException {
    Path file = folder.resolve("split.json");
    AtomicFile.write(file, new byte[] {1, 2});
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(9);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IoFailureException.class)
        .hasMessage("cannot write " + file + ": No space left on device");
    assertThat(file).hasBinaryContent(new byte[] {1, 2});
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    AtomicFile.write(file, new byte[] {3});
    assertThat(file).hasBinaryContent(new byte[] {3});
  }

  @Test
  void aFailureNamesItsFileOnce() {
    Path file = folder.resolve("none/split.json");
    assertThatThrownBy(() -> AtomicFile.write(file, new byte[1]))
        .isInstanceOf(IoFailureException.class)
        .hasMessage("cannot write " + file + ": no such file or directory");
  }

  @Test
  void aFullDiskLeavesNothingBehind() throws IOException {
    Path file = folder.resolve("model.safetensors");
    FileOperations full =
        new ForwardingFiles(FileOperations.SYSTEM) {
          @Override
          protected void beforeWrite(Path at, int bytes) throws IOException {
            if (bytes > 8) throw new IOException("No space left on device");
          }
        };
    SafetensorsWriter writer = new SafetensorsWriter().add("w", new float[3], 3);
    assertThatThrownBy(() -> AtomicFile.write(full, file, writer::writeTo))
        .isInstanceOf(IoFailureException.class)
        .hasMessage("cannot write " + file + ": No space left on device");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theSummaryHasEveryField() throws IOException {
    Summary summary =
        new Summary(
            new Summary.Run("cifar10", "ict", 3, List.of(0.1, 0.1, 0.2), 0.5, "paper", 250, 400, 7),
            0.55,
            List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
            "d",
            true,
            "s",
            "p",
            "c",
            10,
            1_467_610,
            214_353_152,
            "abc",
            "cpu",
            Map.of("java", "17", "dnnl", "3.11"),
            12.5,
            Energy.unknown("no counter"),
            300,
            "host",
            List.of("limited"));
    Path file = folder.resolve("summary.json");
    SummaryWriter.write(file, summary);
    JsonNode read = Json.MAPPER.readTree(Files.readAllBytes(file));
    assertThat(read.fieldNames())
        .toIterable()
        .containsExactly(
            "dataset",
            "method",
            "k",
            "alpha",
            "probe_alpha",
            "reading",
            "labels",
            "steps",
            "seed",
            "accuracy",
            "nonlin",
            "data_hash",
            "lossy",
            "split_hash",
            "pairs_hash",
            "plans_hash",
            "classes",
            "parameters",
            "multiply_adds",
            "revision",
            "backend",
            "versions",
            "seconds",
            "energy_joules",
            "energy_source",
            "images_per_second",
            "host",
            "notes");
    assertThat(read.get("accuracy").doubleValue()).isEqualTo(0.55);
    assertThat(read.get("alpha").toString()).isEqualTo("[0.1,0.1,0.2]");
    assertThat(read.get("probe_alpha").doubleValue()).isEqualTo(0.5);
    assertThat(read.get("energy_joules").isNull()).isTrue();
    assertThat(read.get("energy_source").textValue()).isEqualTo("no counter");
    assertThat(read.get("nonlin")).hasSize(6);
    assertThat(read.get("versions").get("dnnl").textValue()).isEqualTo("3.11");
    assertThat(read.get("lossy").booleanValue()).isTrue();
  }
}
