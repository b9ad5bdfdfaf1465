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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Most files are sparse: as large as the real ones, all zero but for what a test writes. */
class Cifar10ReaderTest {
  private static final long FILE = 30_730_000;

  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    for (int b = 1; b <= 5; b++) resize("data_batch_" + b + ".bin", FILE);
    resize("test_batch.bin", FILE);
  }

  private void resize(String name, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private void put(String name, long offset, int value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.seek(offset);
      file.write(value);
    }
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Images train = images(50_000, 1);
    Images test = images(10_000, 3);
    List<String> names = IntStream.range(0, 10).mapToObj(i -> "class " + i).toList();
    ImageSet set = new ImageSet("some", names, train, test, DataHash.of(train, test), false);
    Path written = Files.createDirectory(folder.resolve("written"));
    CifarWriter.CIFAR10.write(set, written);
    assertThat(written.resolve("data_batch_5.bin")).hasSize(FILE);
    ImageSet found = Cifar10Reader.read(written);
    assertThat(found.dataHash()).isEqualTo(set.dataHash());
    assertThat(found.classNames()).isEqualTo(names);
  }

  /** No two alike, nor any of two factors. */
  private static Images images(int count, int factor) {
    byte[] pixels = new byte[count * 3072];
    for (int i = 0; i < count; i++) pixels[i * 3072 + i % 3072] = (byte) (factor * (i / 3072 + 1));
    return new Images(
        32, 32, 3, pixels, IntStream.range(0, count).map(i -> factor * i % 10).toArray());
  }

  @Test
  void planesBecomePixels() throws IOException {
    long record = 3073L * 17;
    put("data_batch_2.bin", record, 9);
    put("data_batch_2.bin", record + 1 + 32 * 3 + 5, 200); // red of (y 3, x 5)
    put("data_batch_2.bin", record + 1 + 1024 + 32 * 3 + 5, 201);
    put("data_batch_2.bin", record + 1 + 2048 + 32 * 3 + 5, 202);
    put("test_batch.bin", 3073L * 9999, 4);

    ImageSet set = Cifar10Reader.read(folder);

    int at = 10_017 * 3072 + (3 * 32 + 5) * 3;
    assertThat(set.train().count()).isEqualTo(50_000);
    assertThat(set.test().count()).isEqualTo(10_000);
    assertThat(set.train().labels()[10_017]).isEqualTo(9);
    assertThat(set.test().labels()[9_999]).isEqualTo(4);
    assertThat(set.train().pixels()[at] & 0xFF).isEqualTo(200);
    assertThat(set.train().pixels()[at + 1] & 0xFF).isEqualTo(201);
    assertThat(set.train().pixels()[at + 2] & 0xFF).isEqualTo(202);
    assertThat(set.classNames()).startsWith("airplane").endsWith("truck").hasSize(10);
    assertThat(set.lossy()).as("nobody knows these images").isTrue();
  }

  @Test
  void theReleaseFolderIsFoundAndItsClassNamesRead() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("outer"));
    Path moved = Files.createDirectory(inner.resolve("cifar-10-batches-bin"));
    for (int b = 1; b <= 5; b++) move(moved, "data_batch_" + b + ".bin");
    move(moved, "test_batch.bin");
    Files.write(
        moved.resolve("batches.meta.txt"),
        List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", ""));
    assertThat(Cifar10Reader.read(inner).classNames()).startsWith("a").endsWith("j");
  }

  private void move(Path to, String name) throws IOException {
    Files.move(folder.resolve(name), to.resolve(name));
  }

  @Test
  void aMissingFolderIsNamed() {
    assertThatThrownBy(() -> Cifar10Reader.read(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none: no such directory");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(folder.resolve("data_batch_4.bin"));
    refused("data_batch_4.bin: missing; expected 30730000 bytes");
  }

  @Test
  void aFolderInPlaceOfAFileIsNamed() throws IOException {
    Files.delete(folder.resolve("test_batch.bin"));
    Files.createDirectory(folder.resolve("test_batch.bin"));
    refused("test_batch.bin: expected a regular file");
  }

  @Test
  void aTruncatedFileIsNamedWithItsEnd() throws IOException {
    resize("data_batch_3.bin", 12_345);
    refused("data_batch_3.bin: truncated at offset 12345: expected 30730000 bytes, found 12345");
  }

  @Test
  void anEmptyFileIsTruncated() throws IOException {
    resize("test_batch.bin", 0);
    refused("test_batch.bin: truncated at offset 0: expected 30730000 bytes, found 0");
  }

  @Test
  void anOversizedFileIsNamedWithItsSurplus() throws IOException {
    resize("data_batch_1.bin", FILE + 1);
    refused(
        "data_batch_1.bin: oversized at offset 30730000: expected 30730000 bytes, found 30730001");
  }

  @Test
  void aLabelOutOfRangeIsNamedWithItsOffset() throws IOException {
    put("data_batch_5.bin", 3073L * 4321, 10);
    refused("data_batch_5.bin: label at offset 13278433: expected 0..9, found 10");
    put("data_batch_5.bin", 3073L * 4321, 255);
    refused("found 255");
  }

  @Test
  void aWrongNumberOfClassNamesIsRefused() throws IOException {
    Files.write(folder.resolve("batches.meta.txt"), List.of("cat", "dog"));
    refused("batches.meta.txt: expected 10 class names, found 2");
  }

  private void refused(String message) {
    assertThatThrownBy(() -> Cifar10Reader.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContaining(message);
  }
}
