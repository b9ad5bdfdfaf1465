// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.UsageException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the files of each data set are.
 *
 * @param baseOrNull the one set's own folder, or the folder above those of several
 * @param several one folder a set, of its name
 */
public record DataFolders(Path baseOrNull, boolean several) {
  /** The set that has no files. */
  static final String MADE = "made";

  /** Stands for folders where only names matter. */
  static final DataFolders UNKNOWN = new DataFolders(Path.of("data"), true);

  /**
   * @param datasets of a grid
   * @throws UsageException where files are needed and no folder is named, or the other way round
   */
  public static DataFolders of(Path baseOrNull, Collection<String> datasets) {
    Set<String> withFiles = new TreeSet<>(datasets);
    withFiles.remove(MADE);
    if (withFiles.isEmpty() && baseOrNull != null) {
      throw new UsageException(
          "--data has no use with a grid on the made set, which is drawn; --dataset cifar10 takes another");
    }
    if (!withFiles.isEmpty() && baseOrNull == null) {
      String folder =
          withFiles.size() == 1 ? "the folder with its files" : "a folder of one folder each";
      throw new UsageException(
          "cells on " + String.join(", ", withFiles) + " need --data DIR, " + folder);
    }
    return new DataFolders(baseOrNull, withFiles.size() > 1);
  }

  public Path of(String dataset) {
    return several ? baseOrNull.resolve(dataset) : baseOrNull;
  }
}
