// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads the binary release of CIFAR-10: six files of 10,000 records, each one label byte and 3,072
 * pixel bytes (red plane first, rows top to bottom). Sizes and labels are verified; whatever is
 * wrong is named with file and offset.
 */
public final class Cifar10Reader {
  static final int RECORDS = 10_000;
  static final int RECORD_BYTES = 3073;
  private static final long FILE_BYTES = (long) RECORDS * RECORD_BYTES;
  private static final int SIDE = 32;
  private static final int AREA = SIDE * SIDE;
  private static final int TRAIN_FILES = 5;
  private static final int RECORDS_PER_READ = 100;
  private static final String FOLDER = "cifar-10-batches-bin";
  private static final String LOSSY_MARKER = "lossy";

  private static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private Cifar10Reader() {}

  /**
   * @param directory holds the files, or a folder cifar-10-batches-bin that does; a file named
   *     {@code lossy} beside them says that they are not the lossless release
   */
  public static ImageSet read(Path directory) {
    Path folder = locate(directory);
    Images train = empty(TRAIN_FILES * RECORDS);
    Images test = empty(RECORDS);
    for (int b = 0; b <= TRAIN_FILES; b++)
      checkSize(file(folder, b)); // all sizes before any content
    IntStream.rangeClosed(0, TRAIN_FILES)
        .parallel()
        .forEach(
            b ->
                readFile(
                    file(folder, b), b < TRAIN_FILES ? train : test, b % TRAIN_FILES * RECORDS));
    String hash = DataHash.of(train, test);
    boolean lossy = Files.exists(folder.resolve(LOSSY_MARKER)) || KnownSets.lossy(hash);
    return new ImageSet("cifar10", classNames(folder), train, test, hash, lossy);
  }

  /** Prints the data hash of a directory. */
  public static void main(String[] arguments) {
    ImageSet set = read(Path.of(arguments[0]));
    System.out.println(set.dataHash() + (set.lossy() ? " lossy or unknown" : " lossless"));
  }

  private static Path locate(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new DataException(
          directory + ": no such directory; expected the CIFAR-10 binary files in it");
    }
    Path inner = directory.resolve(FOLDER);
    return Files.isDirectory(inner) && !Files.exists(directory.resolve("data_batch_1.bin"))
        ? inner
        : directory;
  }

  private static Path file(Path folder, int b) {
    return folder.resolve(b < TRAIN_FILES ? "data_batch_" + (b + 1) + ".bin" : "test_batch.bin");
  }

  private static Images empty(int count) {
    return new Images(SIDE, SIDE, 3, new byte[count * 3 * AREA], new int[count]);
  }

  private static void checkSize(Path file) {
    if (!Files.exists(file))
      throw new DataException(
          file
              + ": missing; expected "
              + FILE_BYTES
              + " bytes, of CIFAR-10's binary version unpacked, here or in "
              + FOLDER);
    if (!Files.isRegularFile(file)) throw new DataException(file + ": expected a regular file");
    long size;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    if (size < FILE_BYTES) throw truncated(file, size);
    if (size > FILE_BYTES) {
      throw new DataException(
          "%s: oversized at offset %d: expected %d bytes, found %d"
              .formatted(file, FILE_BYTES, FILE_BYTES, size));
    }
  }

  private static DataException truncated(Path file, long size) {
    return new DataException(
        "%s: truncated at offset %d: expected %d bytes, found %d"
            .formatted(file, size, FILE_BYTES, size));
  }

  private static void readFile(Path file, Images into, int first) {
    byte[] buffer = new byte[RECORDS_PER_READ * RECORD_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int r = 0; r < RECORDS; r += RECORDS_PER_READ) {
        int got = in.readNBytes(buffer, 0, buffer.length);
        if (got != buffer.length) throw truncated(file, (long) r * RECORD_BYTES + got);
        for (int j = 0; j < RECORDS_PER_READ; j++) {
          decode(
              file, (long) (r + j) * RECORD_BYTES, buffer, j * RECORD_BYTES, into, first + r + j);
        }
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private static void decode(
      Path file, long offset, byte[] record, int at, Images into, int image) {
    int label = record[at] & 0xFF;
    if (label > 9) {
      throw new DataException(
          "%s: label at offset %d: expected 0..9, found %d".formatted(file, offset, label));
    }
    into.labels()[image] = label;
    byte[] pixels = into.pixels();
    int to = image * 3 * AREA;
    int red = at + 1;
    for (int p = 0; p < AREA; p++) {
      pixels[to++] = record[red + p];
      pixels[to++] = record[red + AREA + p];
      pixels[to++] = record[red + 2 * AREA + p];
    }
  }

  private static List<String> classNames(Path folder) {
    Path file = folder.resolve("batches.meta.txt");
    if (!Files.exists(file)) return CLASSES;
    List<String> names;
    try {
      names =
          Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    if (names.size() != CLASSES.size()) {
      throw new DataException(
          "%s: expected 10 class names, found %d".formatted(file, names.size()));
    }
    return names;
  }
}
