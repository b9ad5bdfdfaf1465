// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a set of the size of CIFAR-10 in the binary layout that {@link Cifar10Reader} reads. */
public final class Cifar10Writer {
  private static final int TRAIN = 50_000;
  private static final int TEST = 10_000;
  private static final int CLASSES = 10;
  private static final int RECORDS = 10_000;
  private static final int RECORD_BYTES = 3073;

  private Cifar10Writer() {}

  /**
   * @throws DataException when the set does not fit the layout
   */
  public static void requireFit(ImageSet set) {
    Images train = set.train();
    boolean fits =
        set.classes() == CLASSES
            && train.count() == TRAIN
            && set.test().count() == TEST
            && train.height() == 32
            && train.width() == 32
            && train.channels() == 3;
    if (fits) return;
    throw new DataException(
        ("the binary layout of CIFAR-10 holds 50000 + 10000 colour images of 32 x 32 pixels in 10 classes, found %d +"
                + " %d of %d x %d with %d channels in %d")
            .formatted(
                train.count(),
                set.test().count(),
                train.width(),
                train.height(),
                train.channels(),
                set.classes()));
  }

  /**
   * @param directory exists; gets the six files, {@code batches.meta.txt}, and {@code lossy} for a
   *     lossy set
   */
  public static void write(ImageSet set, Path directory) {
    requireFit(set);
    for (int b = 0; b < TRAIN / RECORDS; b++) {
      int first = b * RECORDS;
      write(set.train(), first, directory.resolve("data_batch_" + (b + 1) + ".bin"));
    }
    write(set.test(), 0, directory.resolve("test_batch.bin"));
    String names = String.join("\n", set.classNames()) + "\n";
    AtomicFile.write(directory.resolve("batches.meta.txt"), names.getBytes(StandardCharsets.UTF_8));
    if (set.lossy()) mark(directory.resolve("lossy"));
  }

  private static void write(Images images, int first, Path file) {
    AtomicFile.write(
        file,
        out -> {
          byte[] record = new byte[RECORD_BYTES];
          for (int i = first; i < first + RECORDS; i++) {
            DataHash.planes(images, i, record);
            out.write(record);
          }
        });
  }

  private static void mark(Path file) {
    try {
      if (!Files.exists(file)) Files.createFile(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }
}
