// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are sparse: as large as the real ones, all zero but for what a test writes. */
class Cifar100ReaderTest {
  private static final int RECORD = 3074;

  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    resize("train.bin", 50_000L * RECORD);
    resize("test.bin", 10_000L * RECORD);
  }

  private void resize(String name, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private void put(String name, long offset, int... values) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.seek(offset);
      for (int value : values) file.write(value);
    }
  }

  @Test
  void theSecondLabelIsTheClass() throws IOException {
    long record = 40_017L * RECORD;
    put("train.bin", record, 19, 99);
    put("train.bin", record + 2 + 32 * 3 + 5, 200); // red of (y 3, x 5)
    put("train.bin", record + 2 + 1024 + 32 * 3 + 5, 201);
    put("train.bin", record + 2 + 2048 + 32 * 3 + 5, 202);
    put("test.bin", 9_999L * RECORD, 3, 42);

    ImageSet set = Cifar100Reader.read(folder);

    int at = 40_017 * 3072 + (3 * 32 + 5) * 3;
    assertThat(set.train().count()).isEqualTo(50_000);
    assertThat(set.test().count()).isEqualTo(10_000);
    assertThat(set.train().labels()[40_017]).isEqualTo(99);
    assertThat(set.test().labels()[9_999]).isEqualTo(42);
    assertThat(set.train().pixels()[at] & 0xFF).isEqualTo(200);
    assertThat(set.train().pixels()[at + 1] & 0xFF).isEqualTo(201);
    assertThat(set.train().pixels()[at + 2] & 0xFF).isEqualTo(202);
    assertThat(set.classNames()).hasSize(100).doesNotHaveDuplicates().isSorted();
    assertThat(set.classNames()).startsWith("apple").endsWith("worm");
    assertThat(set.lossy()).as("nobody knows these images").isTrue();
  }

  @Test
  void theReleaseFolderIsFoundAndItsClassNamesRead() throws IOException {
    Path outer = Files.createDirectory(folder.resolve("outer"));
    Path inner = Files.createDirectory(outer.resolve("cifar-100-binary"));
    for (String name : List.of("train.bin", "test.bin"))
      Files.move(folder.resolve(name), inner.resolve(name));
    Files.write(inner.resolve("fine_label_names.txt"), List.of("cat", "dog"));
    assertThatThrownBy(() -> Cifar100Reader.read(outer))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("fine_label_names.txt: expected 100 class names, found 2");
  }

  @Test
  void wrongLabelsAndSizesAreNamedWithTheirOffset() throws IOException {
    put("train.bin", 7L * RECORD, 20);
    refused("train.bin: superclass at offset 21518: expected 0..19, found 20");
    put("train.bin", 7L * RECORD, 0, 100);
    refused("train.bin: label at offset 21519: expected 0..99, found 100");
    resize("test.bin", 12_345);
    refused("test.bin: truncated at offset 12345: expected 30740000 bytes, found 12345");
    resize("test.bin", 30_740_001);
    refused("test.bin: oversized at offset 30740000");
    Files.delete(folder.resolve("test.bin"));
    refused("test.bin: missing; expected 30740000 bytes, of CIFAR-100's binary version unpacked");
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Images train = images(50_000);
    Images test = images(10_000);
    List<String> names = Cifar100Reader.RELEASE.classNames();
    ImageSet set = new ImageSet("some", names, train, test, DataHash.of(train, test), false);
    Path written = Files.createDirectory(folder.resolve("written"));
    CifarWriter.CIFAR100.write(set, written);
    assertThat(written.resolve("train.bin")).hasSize(153_700_000);
    assertThat(Cifar100Reader.read(written).dataHash()).isEqualTo(set.dataHash());
  }

  private static Images images(int count) {
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) labels[i] = i % 100;
    byte[] pixels = new byte[count * 3072];
    for (int i = 0; i < count; i++) pixels[i * 3072 + i % 3072] = (byte) i;
    return new Images(32, 32, 3, pixels, labels);
  }

  private void refused(String message) {
    assertThatThrownBy(() -> Cifar100Reader.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContaining(message);
  }
}
