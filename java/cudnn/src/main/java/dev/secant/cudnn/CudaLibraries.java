// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/**
 * cuBLAS, NVRTC and cuDNN, found, loaded and checked. They stay loaded as long as the process: the
 * first success counts for all later calls, and libraries that were loaded but cannot be used (a
 * wrong version) stay refused. Needs no driver. Reads no environment: the caller says where to
 * look. Thread-safe.
 */
public final class CudaLibraries {
  /**
   * One library in the process.
   *
   * @param name as people call it
   * @param version as the library itself says
   * @param path of the file that the process has mapped
   */
  public record Library(String name, String version, Path path) {}

  private static final String DRIVER = "libcuda.so.1";

  private static CudaLibraries loaded;
  private static String unusableBecause;

  private final List<Library> libraries;
  private final CudnnVersion cudnnVersion;

  private CudaLibraries(List<Library> libraries, CudnnVersion cudnnVersion) {
    this.libraries = List.copyOf(libraries);
    this.cudnnVersion = cudnnVersion;
  }

  /**
   * Loads the libraries from the given folders, else from the usual places of the system, else as
   * the system's loader finds them.
   *
   * @param folders folders with libraries, or folders of such packages as Python's {@code
   *     site-packages/nvidia}
   * @throws BackendUnavailableException naming what is missing, too old or broken, and where it was
   *     looked for
   */
  public static synchronized CudaLibraries load(List<Path> folders) {
    return load(new LibraryFinder(folders, LibraryFinder.SYSTEM));
  }

  static synchronized CudaLibraries load(LibraryFinder finder) {
    if (unusableBecause != null) throw new BackendUnavailableException(unusableBecause);
    if (loaded != null) return loaded.requireFrom(finder);
    // Everything is found before anything is loaded: what is loaded cannot be replaced.
    List<List<Path>> found = new ArrayList<>();
    for (LibraryFamily family : LibraryFamily.values())
      found.add(finder.find(family).orElse(List.of()));
    Loader.load(BytePointer.class);
    for (LibraryFamily family : LibraryFamily.values())
      open(family, found.get(family.ordinal()), finder);
    try {
      Symbols.require();
      NativeBindings.load();
      CudnnVersion version = checkedVersion();
      loaded = new CudaLibraries(describe(version), version);
    } catch (BackendUnavailableException e) {
      unusableBecause = e.getMessage();
      throw e;
    }
    return loaded;
  }

  /** Why {@link #load(List)} throws, or empty. */
  public static Optional<String> unavailableBecause(List<Path> folders) {
    try {
      load(folders);
      return Optional.empty();
    } catch (BackendUnavailableException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Why no device can be used, or empty when the system's loader finds a CUDA driver. Plans for
   * described devices need none.
   */
  public static Optional<String> noDriverBecause() {
    Loader.load(BytePointer.class);
    try {
      Loader.loadGlobal(DRIVER);
      return Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      return Optional.of(
          "no CUDA driver: the system's loader does not find "
              + DRIVER
              + " ("
              + e.getMessage()
              + "); install NVIDIA's driver, version 580 or later");
    }
  }

  /** What is loaded, for {@code doctor} and a run's record. */
  public List<Library> libraries() {
    return libraries;
  }

  /** As in {@code 9.24.0}. */
  public String cudnn() {
    return cudnnVersion.toString();
  }

  void requireLoaded() {
    if (loaded != this)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "the libraries are not loaded");
  }

  // ---- loading ---------------------------------------------------------------------------------

  private static void open(LibraryFamily family, List<Path> paths, LibraryFinder finder) {
    if (paths.isEmpty()) {
      for (String name : family.required()) openBySystem(family, name, finder);
      return;
    }
    for (Path path : paths) {
      try {
        Loader.loadGlobal(path.toString());
      } catch (UnsatisfiedLinkError e) {
        throw new BackendUnavailableException(
            family.title() + ": " + path + " does not load: " + e.getMessage());
      }
    }
  }

  private static void openBySystem(LibraryFamily family, String name, LibraryFinder finder) {
    try {
      Loader.loadGlobal(name);
    } catch (UnsatisfiedLinkError e) {
      List<Path> others = finder.otherVersions(family);
      throw new BackendUnavailableException(
          family.title()
              + ": "
              + name
              + " was not found in "
              + finder.searched()
              + " nor by the system's loader ("
              + e.getMessage()
              + ")"
              + (others.isEmpty() ? "" : "; found instead: " + others)
              + "; "
              + family.remedy());
    }
  }

  /** A later call may name other folders, but cannot get other libraries. */
  private CudaLibraries requireFrom(LibraryFinder finder) {
    Optional<List<Path>> wanted = finder.find(LibraryFamily.CUDNN);
    if (wanted.isEmpty()) return this;
    Path asked = wanted.get().get(0);
    Path present = mapped("libcudnn_graph.so.9");
    if (sameFile(asked, present)) return this;
    throw new BackendUnavailableException(
        "cuDNN was already loaded from " + present + ", expected from " + asked);
  }

  private static boolean sameFile(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return false;
    }
  }

  // ---- checks ----------------------------------------------------------------------------------

  private static CudnnVersion checkedVersion() {
    CudnnVersion version = new CudnnVersion(cudnn.cudnnGetVersion());
    if (version.isSupported()) return version;
    throw new BackendUnavailableException(
        "cuDNN: expected version "
            + CudnnVersion.OLDEST
            + " or later of series 9, found "
            + version
            + " in "
            + mapped("libcudnn_graph.so.9")
            + "; "
            + LibraryFamily.CUDNN.remedy());
  }

  private static List<Library> describe(CudnnVersion version) {
    int[] major = new int[1];
    int[] minor = new int[1];
    String compiler = nvrtc.nvrtcVersion(major, minor) == 0 ? major[0] + "." + minor[0] : "unknown";
    return List.of(
        new Library("cuDNN", version.toString(), mapped("libcudnn_graph.so.9")),
        new Library("cuBLASLt", cublasVersion(), mapped("libcublasLt.so.13")),
        new Library("NVRTC", compiler, mapped("libnvrtc.so.13")));
  }

  private static String cublasVersion() {
    long v = cublas.cublasLtGetVersion();
    return v / 10000 + "." + v / 100 % 100 + "." + v % 100;
  }

  /** The file behind a library of this process; the bare name where the system does not tell. */
  private static Path mapped(String name) {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains("/"))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .filter(path -> path.getFileName().toString().startsWith(name))
          .findFirst()
          .orElse(Path.of(name));
    } catch (IOException e) {
      return Path.of(name);
    }
  }
}
