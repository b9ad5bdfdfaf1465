// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads the cropped digits of SVHN: train_32x32.mat, test_32x32.mat and, where asked for,
 * extra_32x32.mat, whose images then follow the training images. Class c is the digit c. Any number
 * of images is read; only the files of the release, by their SHA-256, count as lossless.
 */
public final class SvhnReader {
  private static final int SIDE = 32;
  private static final int IMAGE = SIDE * SIDE * 3;
  private static final int MAX_IMAGES = (Integer.MAX_VALUE - 8) / IMAGE;
  private static final List<String> DIGITS =
      IntStream.range(0, 10).mapToObj(Integer::toString).toList();

  private SvhnReader() {}

  /**
   * @param directory holds the files; a file named {@code lossy} beside them says that they are not
   *     the lossless release
   * @param extra the further images are training images too
   */
  public static ImageSet read(Path directory, boolean extra) {
    if (!Files.isDirectory(directory)) {
      throw new DataException(
          directory + ": no such directory; expected train_32x32.mat and test_32x32.mat in it");
    }
    List<KnownFiles.KnownFile> known =
        new ArrayList<>(List.of(KnownFiles.SVHN_TEST, KnownFiles.SVHN_TRAIN));
    if (extra) known.add(KnownFiles.SVHN_EXTRA);
    List<Path> files = known.stream().map(f -> directory.resolve(f.path())).toList();
    int[] counts = files.stream().mapToInt(DigitsFile::count).toArray();
    Images test = empty(directory, counts[0]);
    Images train = empty(directory, Arrays.stream(counts, 1, counts.length).asLongStream().sum());
    List<String> sums =
        IntStream.range(0, files.size())
            .parallel()
            .mapToObj(
                f -> DigitsFile.read(files.get(f), f == 0 ? test : train, f == 2 ? counts[1] : 0))
            .toList();
    boolean lossy = KnownSets.marked(directory) || !sums.equals(KnownFiles.sums(known));
    return new ImageSet("svhn", DIGITS, train, test, DataHash.of(train, test), lossy);
  }

  private static Images empty(Path directory, long count) {
    if (count > MAX_IMAGES) {
      throw new DataException(
          "%s: %d training images, expected at most %d (2 GiB)"
              .formatted(directory, count, MAX_IMAGES));
    }
    try {
      return new Images(SIDE, SIDE, 3, new byte[(int) count * IMAGE], new int[(int) count]);
    } catch (OutOfMemoryError e) {
      throw new LabException(
          ExitCode.OUT_OF_MEMORY,
          "%s: %,d bytes of images, Java's memory is limited to %,d; SECANT_JAVA_OPTIONS=-Xmx4g raises that"
              .formatted(directory, count * IMAGE, Runtime.getRuntime().maxMemory()),
          e);
    }
  }
}
