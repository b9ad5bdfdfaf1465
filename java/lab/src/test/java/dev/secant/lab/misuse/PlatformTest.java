// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeArray;
import dev.secant.lab.ForkedJvm;
import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.HostMemory;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there are no native libraries for the machine, everything says so with a typed reason. */
class PlatformTest {
  private static final String NATIVES = "linux-x86_64";

  @TempDir Path folder;

  // ---- another platform -------------------------------------------------------------------------

  private String on(List<String> options, String classPath) throws Exception {
    Files.createDirectories(folder.resolve("cache"));
    List<String> all = new ArrayList<>(options);
    // A library that was unpacked earlier must not help.
    all.add("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"));
    ForkedJvm.Ended ended = ForkedJvm.run(folder, PlatformTest.class, classPath, all, Map.of());
    assertThat(ended.status()).as(ended.output()).isZero();
    return ended.output();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  @Test
  void anotherPlatformOfJavaCpp() throws Exception {
    for (String platform : List.of("macosx-arm64", "windows-x86_64", "linux-arm64")) {
      String output = on(List.of("-Dorg.bytedeco.javacpp.platform=" + platform), classPath());
      requireReasons(output, "expected a platform of linux-x86_64, got " + platform);
    }
  }

  @Test
  void anotherOperatingSystem() throws Exception {
    String output = on(List.of("-Dos.name=Mac OS X", "-Dos.arch=aarch64"), classPath());
    requireReasons(output, "expected a platform of linux-x86_64, got macosx-arm64");
  }

  // ---- the jar without its libraries ------------------------------------------------------------

  @Test
  void libsecantIsMissing() throws Exception {
    String output = on(List.of(), withoutNativesOfTheCore());
    String reason =
        "libsecant does not load: expected the jar with its files for linux-x86_64 on the class path";
    assertThat(output.lines().filter(l -> l.contains(reason)).count()).as(output).isEqualTo(8);
    assertThat(output.lines().filter("fine"::equals).count()).as(output).isEqualTo(4);
    assertThat(output.lines().count()).as(output).isEqualTo(12);
  }

  @Test
  void javaCppsOwnLibraryIsMissing() throws Exception {
    List<String> entries = new ArrayList<>(List.of(classPath().split(File.pathSeparator)));
    assertThat(entries.removeIf(e -> e.matches(".*/javacpp-[^/]*-" + NATIVES + "\\.jar"))).isTrue();
    String output = on(List.of(), String.join(File.pathSeparator, entries));
    requireReasons(
        output,
        "the native library of JavaCPP does not load: expected the jar with its files for linux-x86_64 on the class path");
  }

  /**
   * The class path without the core's native files: without their jar, or, in a build that stops
   * before jars are made, with a copy of the folder of classes.
   */
  private String withoutNativesOfTheCore() throws IOException {
    List<String> all = List.of(classPath().split(File.pathSeparator));
    List<String> entries = new ArrayList<>();
    for (String entry : all) {
      if (entry.matches(".*/secant-core-[^/]*-" + NATIVES + "\\.jar")) continue;
      entries.add(entry.endsWith("java/core/target/classes") ? copy(Path.of(entry)) : entry);
    }
    assertThat(entries).isNotEqualTo(all);
    return String.join(File.pathSeparator, entries);
  }

  private String copy(Path classes) throws IOException {
    Path to = folder.resolve("without-libraries");
    if (Files.exists(to)) return to.toString();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path f : files.filter(f -> !f.toString().contains(NATIVES)).toList())
        Files.copy(f, to.resolve(classes.relativize(f)));
    }
    return to.toString();
  }

  /** All that the program tries, twice, is refused for the same reason. */
  private static void requireReasons(String output, String reason) {
    assertThat(output.lines().toList())
        .as(output)
        .hasSize(12)
        .allMatch(l -> l.startsWith("BackendUnavailableException: "))
        .noneMatch(l -> l.contains(".java:"))
        .allMatch(l -> l.contains(reason));
  }

  // ---- the process of its own -------------------------------------------------------------------

  public static void main(String[] arguments) {
    for (int i = 0; i < 2; i++) {
      attempt(() -> new HostMemory().allocate(8));
      attempt(() -> NativeArray.of(ByteBuffer.allocateDirect(8)));
      attempt(() -> new KernelContext(1, 0));
      attempt(KernelContext::processorLevel);
      attempt(KernelContext::nativeBuild);
      attempt(() -> Backends.create("auto", BackendOptions.threads(1)));
    }
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
      System.out.println("fine");
    } catch (BackendUnavailableException e) {
      System.out.println("BackendUnavailableException: " + e.getMessage());
    } catch (Throwable t) {
      t.printStackTrace(System.out);
    }
  }
}
