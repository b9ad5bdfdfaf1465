// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import dev.secant.jni.Secant;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/**
 * The folder that {@code -Dsecant.library.path=DIR} names: libsecant, its glue and libsecant_cuda
 * come from there and from nowhere else, and are not unpacked. JavaCPP's own library does when it
 * is there.
 */
public record LibraryFolder(Path folder) {
  private static final String PROPERTY = "secant.library.path";

  /**
   * Empty when the property is not set.
   *
   * @throws BackendUnavailableException when it names no path
   */
  public static Optional<LibraryFolder> given() {
    String folder = System.getProperty(PROPERTY);
    if (folder == null) return Optional.empty();
    try {
      if (!folder.isBlank())
        return Optional.of(new LibraryFolder(Path.of(folder).toAbsolutePath()));
    } catch (InvalidPathException e) {
      // said below
    }
    throw new BackendUnavailableException(
        "-D%s: expected the path of a folder, got \"%s\"".formatted(PROPERTY, folder));
  }

  /**
   * The file of a library.
   *
   * @param name such as {@code secant_cuda}
   * @throws BackendUnavailableException naming the file, when it is not there
   */
  public Path library(String name) {
    Path file = file(name);
    if (Files.isRegularFile(file)) return file;
    throw new BackendUnavailableException(
        "%s does not load: expected %s in the folder that -D%s names, got %s"
            .formatted("lib" + name, file, PROPERTY, there()));
  }

  private Path file(String name) {
    return folder.resolve("lib" + name + ".so");
  }

  private String there() {
    if (Files.isDirectory(folder)) return "a folder without it";
    return Files.exists(folder) ? folder + ", which is no folder" : "no such folder";
  }

  /** Loads what JavaCPP itself needs, when it is there. */
  void loadJavacpp() {
    if (Files.isRegularFile(file("jnijavacpp"))) load(BytePointer.class, "jnijavacpp");
  }

  /** Loads libsecant and then its glue, which links to it. */
  void loadKernels() {
    // Both are looked for before one is loaded.
    library("secant");
    library("jniSecant");
    load(Secant.class, "secant");
    load(Secant.class, "jniSecant");
  }

  /** Under the name by which JavaCPP looks for it when a class of its bindings is initialised. */
  private void load(Class<?> bindings, String name) {
    Path file = library(name);
    String loaded;
    try {
      loaded = Loader.loadLibrary(bindings, new URL[] {file.toUri().toURL()}, name);
    } catch (UnsatisfiedLinkError | MalformedURLException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new BackendUnavailableException(
          "lib%s does not load: expected a library for %s in %s, got %s"
              .formatted(name, NativePlatform.found(), file, reason.getMessage()));
    }
    if (!file.toString().equals(loaded))
      throw new BackendUnavailableException(
          "lib%s does not load: expected %s, as -D%s says, got %s, which is loaded already"
              .formatted(name, file, PROPERTY, loaded));
  }
}
