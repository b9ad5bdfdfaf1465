// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds NVIDIA's shared libraries in folders. Knows nothing of loading. Immutable; thread-safe.
 *
 * <p>A folder is searched itself, then {@code *}/{@code lib} below it: the {@code nvidia} folder of
 * a Python's {@code site-packages} has that form.
 */
final class LibraryFinder {
  /** Where distributions and NVIDIA's installers put libraries. */
  static final List<Path> SYSTEM =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu"),
          Path.of("/usr/lib64"),
          Path.of("/usr/local/cuda/lib64"),
          Path.of("/usr/local/cuda/targets/x86_64-linux/lib"),
          Path.of("/opt/cuda/lib64"));

  private final List<Path> searched;

  /**
   * @param given folders to search first
   * @param system folders to search after them
   */
  LibraryFinder(List<Path> given, List<Path> system) {
    Set<Path> all = new LinkedHashSet<>();
    for (Path folder : given) {
      all.add(folder.toAbsolutePath().normalize());
      all.addAll(below(folder.toAbsolutePath().normalize()));
    }
    all.addAll(system);
    this.searched = List.copyOf(all);
  }

  private static List<Path> below(Path folder) {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(c -> c.resolve("lib")).filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  /** All folders that are searched, in order. */
  List<Path> searched() {
    return searched;
  }

  /**
   * The paths of a family of libraries that belong together, in the order asked for: all from the
   * first folder that has any of them. Empty when no folder has any.
   *
   * @throws BackendUnavailableException when that folder lacks one of the required ones
   */
  Optional<List<Path>> find(LibraryFamily family) {
    for (Path folder : searched) {
      if (family.required().stream().anyMatch(n -> Files.exists(folder.resolve(n))))
        return Optional.of(complete(family, folder));
    }
    return Optional.empty();
  }

  private static List<Path> complete(LibraryFamily family, Path folder) {
    List<String> missing =
        family.required().stream().filter(n -> !Files.exists(folder.resolve(n))).toList();
    if (!missing.isEmpty()) {
      throw new BackendUnavailableException(
          family.title()
              + " in "
              + folder
              + " is incomplete: "
              + String.join(", ", missing)
              + " missing; "
              + family.remedy());
    }
    List<Path> paths = new ArrayList<>();
    for (String name : family.inLoadingOrder())
      if (Files.exists(folder.resolve(name))) paths.add(folder.resolve(name));
    return paths;
  }

  /** Files like one of the family's but of another major version: a hint for messages. */
  List<Path> otherVersions(LibraryFamily family) {
    String stem = family.required().get(0).replaceFirst("\\.so\\..*", ".so.");
    List<Path> found = new ArrayList<>();
    for (Path folder : searched) {
      if (!Files.isDirectory(folder)) continue;
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(f -> f.getFileName().toString().startsWith(stem)).sorted().forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder, e);
      }
    }
    return found;
  }
}
