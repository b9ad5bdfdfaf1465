// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import dev.secant.jni.Secant;
import dev.secant.jni.presets.SecantPresets;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;

/**
 * Whether the native libraries of the core are there for the machine at hand. They are loaded once;
 * why that failed is remembered, and every later use says the same.
 */
public final class NativePlatform {
  private NativePlatform() {}

  /** Loads the library that JavaCPP itself needs; that it is missing shows when it is called. */
  private static final class Javacpp {
    static final String MISSING =
        missing(
            "the native library of JavaCPP",
            () -> {
              LibraryFolder.given().ifPresent(LibraryFolder::loadJavacpp);
              Loader.load(BytePointer.class);
              Pointer.totalPhysicalBytes();
            });
  }

  /** Loads libsecant and its glue, and asks which build it is of before anything else. */
  private static final class Kernels {
    static final String MISSING =
        missing(
            "libsecant",
            () -> {
              LibraryFolder.given().ifPresent(LibraryFolder::loadKernels);
              Loader.load(Secant.class);
              requireSameBuild(
                  Build.ofClasses(), Secant.secant_build().getString(), Secant.secant_abi());
            });
  }

  /**
   * @param text what libsecant says of itself
   * @throws BackendUnavailableException naming the file, and both builds, when they differ
   */
  static void requireSameBuild(Build classes, String text, int abi) {
    Build library = Build.ofLibrary(text);
    if (abi == Secant.SECANT_ABI && library.fits(classes)) return;
    throw new BackendUnavailableException(
        "libsecant does not belong to these classes: expected build %s, ABI %d, got %s, ABI %d, in %s; if that is a file of JavaCPP's cache, delete it"
            .formatted(classes, Secant.SECANT_ABI, library, abi, kernelsFile()));
  }

  /**
   * The path of the libsecant that was loaded, or its bare name where Java's own loader found it in
   * {@code java.library.path}.
   */
  public static String kernelsFile() {
    return Loader.getLoadedLibraries().getOrDefault("secant", "libsecant");
  }

  /**
   * Before the first pointer is made.
   *
   * @throws BackendUnavailableException naming the platform found and those supported
   */
  public static void requireJavacpp() {
    require(Javacpp.MISSING);
  }

  /**
   * Before the first call of the kernels.
   *
   * @throws BackendUnavailableException naming the platform found and those supported, or the build
   *     found and the one expected
   */
  public static void requireKernels() {
    requireJavacpp();
    require(Kernels.MISSING);
  }

  private static void require(String missing) {
    if (missing != null) throw new BackendUnavailableException(missing);
  }

  /** Such as {@code linux-x86_64}, as JavaCPP names what it runs on. */
  public static String found() {
    return Loader.getPlatform();
  }

  /** The platforms that the kernels are built for. */
  public static Set<String> supported() {
    Set<String> names = new TreeSet<>();
    for (Platform p : SecantPresets.class.getAnnotation(Properties.class).value())
      names.addAll(Set.of(p.value()));
    return names;
  }

  /** Why a library cannot be used; null when it can. */
  private static String missing(String library, Runnable load) {
    String found = found();
    if (!supported().contains(found)) {
      return "%s does not load: expected a platform of %s, got %s"
          .formatted(library, String.join(", ", supported()), found);
    }
    try {
      load.run();
      return null;
    } catch (BackendUnavailableException e) {
      return e.getMessage();
    } catch (LinkageError e) {
      return "%s does not load: expected the jar with its files for %s on the class path (classifier %s), got %s"
          .formatted(library, found, found, e.getMessage());
    }
  }
}
