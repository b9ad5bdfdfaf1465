// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.Cifar100Reader;
import dev.secant.lab.data.Cifar10Reader;
import dev.secant.lab.data.FolderReader;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.SvhnReader;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.report.Drawing;
import java.nio.file.Path;

/** The data set that a configuration names. */
public final class DataSets {
  private DataSets() {}

  public static ImageSet load(RunConfig.Data data) {
    return load(data.dataset(), data.directory(), data.svhnExtra());
  }

  /**
   * @param directory of its files; null for the made set, which has none
   * @param svhnExtra SVHN's further images are training images too
   */
  public static ImageSet load(Dataset dataset, Path directory, boolean svhnExtra) {
    if (dataset == Dataset.MADE) return MadeImages.standard();
    if (directory == null) {
      throw new UsageException(
          "--dataset " + Word.of(dataset) + " needs --data DIR, the folder with its files");
    }
    return switch (dataset) {
      case MADE -> throw new IllegalArgumentException("made images have no files");
      case CIFAR10 -> Cifar10Reader.read(directory);
      case CIFAR100 -> Cifar100Reader.read(directory);
      case SVHN -> SvhnReader.read(directory, svhnExtra);
      case FOLDER -> folder(directory);
    };
  }

  private static ImageSet folder(Path directory) {
    Drawing.requireImages("a folder of images");
    return FolderReader.read(directory);
  }
}
