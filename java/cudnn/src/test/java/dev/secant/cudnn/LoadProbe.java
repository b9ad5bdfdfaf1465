// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Loads libraries from the folders given and tells what came of it: run in a JVM of its own. */
final class LoadProbe {
  private LoadProbe() {}

  public static void main(String[] folders) {
    LibraryFinder finder =
        new LibraryFinder(Arrays.stream(folders).map(Path::of).toList(), List.of());
    try {
      CudaLibraries libraries = CudaLibraries.load(finder);
      System.out.println("loaded " + libraries.libraries());
    } catch (BackendUnavailableException e) {
      System.out.println("unavailable: " + e.getMessage());
      again(finder, e);
    }
  }

  /** A second try must refuse too, and not end the JVM. */
  private static void again(LibraryFinder finder, BackendUnavailableException first) {
    try {
      CudaLibraries.load(finder);
      System.out.println("the second try loaded");
    } catch (BackendUnavailableException second) {
      System.out.println("again: " + second.getMessage().equals(first.getMessage()));
    }
  }
}
