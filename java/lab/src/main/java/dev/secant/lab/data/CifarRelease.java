// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a binary release of CIFAR lies in files of {@link CifarFile}, all of one number of records.
 *
 * @param title what people call it
 * @param folder that its archive unpacks to
 * @param train files of training images, in order
 * @param trainRecords in each of them
 * @param testRecords in the one file of test images
 * @param labels of a record
 * @param namesFile class names, one a line
 * @param classNames where there is no such file
 */
record CifarRelease(
    String title,
    String folder,
    List<String> train,
    int trainRecords,
    String test,
    int testRecords,
    List<CifarFile.Label> labels,
    String namesFile,
    List<String> classNames) {
  private static final int SIDE = 32;

  /**
   * @param sums SHA-256 of the training files and then of the test file; null where not asked for
   */
  record Content(Images train, Images test, List<String> classNames, List<String> sums) {}

  int classes() {
    return classNames.size();
  }

  int trainImages() {
    return train.size() * trainRecords;
  }

  /** The folder itself, or the one in it that the archive unpacks to. */
  Path locate(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new DataException(
          directory + ": no such directory; expected the " + title + " binary files in it");
    }
    Path inner = directory.resolve(folder);
    return Files.isDirectory(inner) && !Files.exists(directory.resolve(train.get(0)))
        ? inner
        : directory;
  }

  /**
   * @param located by {@link #locate}
   * @param sums whether to hash the files
   */
  Content read(Path located, boolean sums) {
    int files = train.size() + 1;
    for (int f = 0; f < files; f++) file(located, f).checkSize(); // all sizes before any content
    Images trainImages = empty(trainImages());
    Images testImages = empty(testRecords);
    String[] found = new String[files];
    IntStream.range(0, files)
        .parallel()
        .forEach(
            f -> {
              boolean ofTest = f == train.size();
              found[f] =
                  file(located, f)
                      .read(ofTest ? testImages : trainImages, ofTest ? 0 : f * trainRecords, sums);
            });
    List<String> names = readNames(located.resolve(namesFile));
    return new Content(trainImages, testImages, names, sums ? Arrays.asList(found) : null);
  }

  CifarFile file(Path located, int f) {
    boolean ofTest = f == train.size();
    return new CifarFile(
        located.resolve(ofTest ? test : train.get(f)),
        ofTest ? testRecords : trainRecords,
        labels,
        title + "'s binary version unpacked, here or in " + folder);
  }

  private static Images empty(int count) {
    return new Images(SIDE, SIDE, 3, new byte[count * CifarFile.PIXELS], new int[count]);
  }

  private List<String> readNames(Path file) {
    if (!Files.exists(file)) return classNames;
    List<String> names;
    try {
      names =
          Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    if (names.size() != classes()) {
      throw new DataException(
          "%s: expected %d class names, found %d".formatted(file, classes(), names.size()));
    }
    return names;
  }
}
