// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.nio.file.Path;
import java.util.List;

/**
 * Reads the binary release of CIFAR-10: six files of 10,000 records of one label byte, as {@link
 * CifarFile} says.
 */
public final class Cifar10Reader {
  static final CifarRelease RELEASE =
      new CifarRelease(
          "CIFAR-10",
          "cifar-10-batches-bin",
          List.of(
              "data_batch_1.bin",
              "data_batch_2.bin",
              "data_batch_3.bin",
              "data_batch_4.bin",
              "data_batch_5.bin"),
          10_000,
          "test_batch.bin",
          10_000,
          List.of(new CifarFile.Label("label", 10)),
          "batches.meta.txt",
          List.of(
              "airplane",
              "automobile",
              "bird",
              "cat",
              "deer",
              "dog",
              "frog",
              "horse",
              "ship",
              "truck"));

  private Cifar10Reader() {}

  /**
   * @param directory holds the files, or a folder cifar-10-batches-bin that does; a file named
   *     {@code lossy} beside them says that they are not the lossless release
   */
  public static ImageSet read(Path directory) {
    Path folder = RELEASE.locate(directory);
    CifarRelease.Content content = RELEASE.read(folder, false);
    String hash = DataHash.of(content.train(), content.test());
    boolean lossy = KnownSets.marked(folder) || KnownSets.lossy(hash);
    return new ImageSet(
        "cifar10", content.classNames(), content.train(), content.test(), hash, lossy);
  }

  /** Prints the data hash of a directory. */
  public static void main(String[] arguments) {
    ImageSet set = read(Path.of(arguments[0]));
    System.out.println(set.dataHash() + (set.lossy() ? " lossy or unknown" : " lossless"));
  }
}
