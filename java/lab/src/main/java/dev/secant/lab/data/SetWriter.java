// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a set in the layout of a release, as its reader reads it. */
public interface SetWriter {
  /**
   * @throws dev.secant.lab.error.DataException when the set does not fit the layout
   */
  void requireFit(ImageSet set);

  /**
   * @param directory exists; gets the files, and {@code lossy} for a lossy set
   */
  void write(ImageSet set, Path directory);

  /** Says in a folder that its images are lossy. */
  static void mark(Path directory) {
    Path file = directory.resolve(KnownSets.LOSSY_MARKER);
    try {
      if (!Files.exists(file)) Files.createFile(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }
}
