// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.cli.Finding.Level;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.data.KnownSets;
import dev.secant.lab.data.MadeImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which data set something is. */
class DataExaminationTest {
  @TempDir Path folder;

  @Test
  void thisMachineDrawsWhatEveryOneDraws() {
    assertThat(DataExamination.made()).isEqualTo(Finding.ok("made images", "as on every machine"));
  }

  @Test
  void aFolderOfOnesOwnIsNotedAndADamagedOneRefused() throws IOException {
    FolderWriter.write(
        MadeImages.generate(MadeImages.SEED, 20, 20, MadeImages.Difficulty.STANDARD), folder);
    Finding own = DataExamination.of(folder);
    assertThat(own.level()).isEqualTo(Level.INFO);
    assertThat(own.found()).startsWith(folder + ": 20 + 20 images, data hash ");
    Files.writeString(folder.resolve("train/disc/00000.png"), "no image");
    Finding damaged = DataExamination.of(folder);
    assertThat(damaged.level()).isEqualTo(Level.MISSING);
    assertThat(damaged.found()).contains("00000.png: neither PNG nor JPEG");
    assertThat(damaged.advice()).contains("data verify --dataset folder --data " + folder);
  }

  @Test
  void whatIsNoDataSetIsMissing() throws IOException {
    assertThat(DataExamination.of(folder.resolve("none")).found()).contains("no such folder");
    Finding empty = DataExamination.of(folder);
    assertThat(empty.level()).isEqualTo(Level.MISSING);
    assertThat(empty.found()).contains("data_batch_1.bin: missing");
    Path archive = Files.writeString(folder.resolve("cifar-10-binary.tar.gz"), "abc");
    Finding broken = DataExamination.of(archive);
    assertThat(broken.level()).isEqualTo(Level.MISSING);
    assertThat(broken.found()).contains("MD5 900150983cd24fb0d6963f7d28e17f72");
    assertThat(broken.advice()).isEqualTo("download it again");
  }

  @Test
  void publishedSetsAndArchivesHaveNames() {
    assertThat(KnownSets.archive("c32a1d4ab5d03f1284b67883e8d87530"))
        .contains("cifar-10-binary.tar.gz");
    assertThat(KnownSets.name("e705b267499aa2103d7e6911ace6eeca633b78fa98d53d2118264d30ff52807a"))
        .contains("CIFAR-10, the lossless release");
    assertThat(KnownSets.name("0")).isEmpty();
  }

  /** SECANT_CIFAR10 is the same images after JPEG. */
  @Test
  void aLossyCopyIsNotTheRelease() {
    String data = System.getenv("SECANT_CIFAR10");
    Assumptions.assumeTrue(data != null, "skipped: SECANT_CIFAR10 names no folder");
    Finding found = DataExamination.of(Path.of(data));
    boolean lossless = found.found().contains("the lossless release") && found.level() == Level.OK;
    assertThat(lossless || found.level() == Level.WARN).as(found.toString()).isTrue();
  }
}
