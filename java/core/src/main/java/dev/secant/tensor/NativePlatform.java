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
              Loader.load(BytePointer.class);
              Pointer.totalPhysicalBytes();
            });
  }

  /** Loads libsecant and its glue. */
  private static final class Kernels {
    static final String MISSING = missing("libsecant", () -> Loader.load(Secant.class));
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
   * @throws BackendUnavailableException naming the platform found and those supported
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
    } catch (LinkageError e) {
      return "%s does not load: expected the jar with its files for %s on the class path (classifier %s), got %s"
          .formatted(library, found, found, e.getMessage());
    }
  }
}
