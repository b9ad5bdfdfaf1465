// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of SVHN's files, few images each. */
class SvhnReaderTest {
  @TempDir Path folder;

  private void put(String resource, String name) throws IOException {
    try (InputStream in = getClass().getResourceAsStream(resource)) {
      Files.copy(in, folder.resolve(name));
    }
  }

  @Test
  void furtherImagesFollowTheTrainingImagesWhereAskedFor() throws IOException {
    put("digits-v7.mat", "train_32x32.mat");
    put("digits-v6-one.mat", "test_32x32.mat");
    ImageSet plain = SvhnReader.read(folder, false);
    assertThat(plain.train().labels()).containsExactly(0, 1, 9, 2, 0);
    assertThat(plain.test().labels()).containsExactly(7);
    assertThat(plain.classNames()).startsWith("0").endsWith("9").hasSize(10);
    assertThat(plain.lossy()).as("these are not the release").isTrue();
    put("digits-v6-one.mat", "extra_32x32.mat");
    ImageSet more = SvhnReader.read(folder, true);
    assertThat(more.train().labels()).containsExactly(0, 1, 9, 2, 0, 7);
    assertThat(Arrays.copyOfRange(more.train().pixels(), 5 * 3072, 6 * 3072))
        .isEqualTo(more.test().pixels());
    assertThat(Arrays.copyOf(more.train().pixels(), 5 * 3072)).isEqualTo(plain.train().pixels());
    assertThat(more.dataHash()).isNotEqualTo(plain.dataHash());
    assertThat(SvhnReader.read(folder, false).dataHash()).isEqualTo(plain.dataHash());
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    put("digits-v7.mat", "train_32x32.mat");
    refused(folder, false, "test_32x32.mat: missing; expected SVHN's cropped digits");
    put("digits-v7.mat", "test_32x32.mat");
    refused(folder, true, "extra_32x32.mat: missing");
    refused(folder.resolve("none"), false, "none: no such directory");
    Files.delete(folder.resolve("train_32x32.mat"));
    Files.createDirectory(folder.resolve("train_32x32.mat"));
    refused(folder, false, "train_32x32.mat: expected a regular file");
  }

  /** What was counted and what is read are two looks at a file. */
  @Test
  void aFileThatGrewInBetweenIsRefused() throws IOException {
    put("digits-v7.mat", "train_32x32.mat");
    Images small = new Images(32, 32, 3, new byte[4 * 3072], new int[4]);
    assertThatThrownBy(() -> DigitsFile.read(folder.resolve("train_32x32.mat"), small, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("5 images, more than when they were counted");
  }

  private static void refused(Path directory, boolean extra, String message) {
    assertThatThrownBy(() -> SvhnReader.read(directory, extra))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
