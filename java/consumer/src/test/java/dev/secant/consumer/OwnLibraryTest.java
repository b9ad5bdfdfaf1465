// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.tensor.Build;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native libraries in a folder of the user's: {@code -Dsecant.library.path}. */
class OwnLibraryTest {
  private static final String API = "libsecant.so";
  private static final String GLUE = "libjniSecant.so";

  @TempDir Path folder;
  private Path own;

  /** As a user would take them out of the jar. */
  @BeforeEach
  void unpack() throws IOException {
    own = Files.createDirectories(folder.resolve("own"));
    unpack(Jars.natives(), "dev/secant/jni/", API, GLUE);
  }

  private void unpack(Path jar, String place, String... names) throws IOException {
    Path all = folder.resolve("unpacked").resolve(jar.getFileName());
    Jars.extract(jar, all);
    for (String name : names)
      Files.copy(all.resolve(place + Jars.PLATFORM).resolve(name), own.resolve(name));
  }

  /** The lines of {@link Reporting}, with that folder and these jars. */
  private List<String> report(Stream<Path> jars) throws Exception {
    return report(own, jars);
  }

  private List<String> report(Path libraries, Stream<Path> jars) throws Exception {
    String path = FreshJvm.joined(Stream.of(FreshJvm.programs(), Jars.classes()), jars);
    return new FreshJvm(folder)
        .run("-Dsecant.library.path=" + libraries, "-cp", path, Reporting.class.getName())
        .lines()
        .toList();
  }

  private static Stream<Path> withoutNatives() {
    return Jars.needed().stream();
  }

  private static Stream<Path> all() {
    return Stream.concat(Stream.of(Jars.natives()), Jars.needed().stream());
  }

  /** The first line of a report that is a refusal. */
  private void refused(String message) throws Exception {
    // With the jar of native libraries, which must not help.
    assertThat(report(all()).get(0)).startsWith("BackendUnavailableException: " + message);
  }

  // ---- what works -------------------------------------------------------------------------------

  @Test
  void withoutTheJarOfNativeLibraries() throws Exception {
    assertThat(report(withoutNatives()).get(0)).endsWith(", " + own.resolve(API));
  }

  /** JavaCPP keeps a link to it in its cache, which the next program without the property drops. */
  @Test
  void beforeTheJarOfNativeLibraries() throws Exception {
    assertThat(report(all()).get(0)).endsWith(", " + own.resolve(API));
    FreshJvm jvm = new FreshJvm(folder);
    String path = FreshJvm.joined(Stream.of(FreshJvm.programs(), Jars.classes()), all());
    String loaded = jvm.run("-cp", path, Reporting.class.getName()).lines().findFirst().get();
    Path file = Path.of(loaded.substring(loaded.indexOf('/')));
    assertThat(file).startsWith(jvm.cache());
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }

  @Test
  void aRelativeFolder() throws Exception {
    Path here = Path.of("").toAbsolutePath();
    assertThat(report(here.relativize(own), withoutNatives()).get(0))
        .startsWith("libsecant ")
        .endsWith("/own/" + API);
  }

  /** JavaCPP's own library, too: nothing is unpacked, and nothing need be writable. */
  @Test
  void nothingIsUnpacked() throws Exception {
    Path javacpp = Jars.needed().get(1);
    unpack(javacpp, "org/bytedeco/javacpp/", "libjnijavacpp.so");
    Stream<Path> jars = Jars.needed().stream().filter(jar -> !jar.equals(javacpp));
    assertThat(report(jars).get(0)).endsWith(", " + own.resolve(API));
    try (Stream<Path> cached = Files.walk(new FreshJvm(folder).cache())) {
      assertThat(cached).noneMatch(file -> file.toString().endsWith(".so"));
    }
  }

  @Test
  void theCudaLibraryIsOfThatFolder() throws Exception {
    Path cuda = own.resolve("libsecant_cuda.so");
    assertThat(report(all()).get(1))
        .isEqualTo(
            "BackendUnavailableException: libsecant_cuda does not load: expected "
                + cuda
                + " in the folder that -Dsecant.library.path names, got a folder without it");
    Files.createFile(cuda);
    assertThat(report(all()).get(1)).isEqualTo(cuda.toString());
  }

  // ---- what is refused --------------------------------------------------------------------------

  @Test
  void aMissingFile() throws Exception {
    for (String name : List.of(GLUE, API)) {
      Files.delete(own.resolve(name));
      refused(
          "%s does not load: expected %s in the folder that -Dsecant.library.path names, got a folder without it"
              .formatted(name.replace(".so", ""), own.resolve(name)));
    }
  }

  @Test
  void aMissingFolder() throws Exception {
    own = folder.resolve("nowhere");
    refused(
        "libsecant does not load: expected "
            + own.resolve(API)
            + " in the folder that -Dsecant.library.path names, got no such folder");
  }

  @Test
  void whatIsNoLibrary() throws Exception {
    Files.writeString(own.resolve(API), "no library");
    refused(
        "libsecant does not load: expected a library for linux-x86_64 in "
            + own.resolve(API)
            + ", got ");
    assertThat(report(withoutNatives()).get(0)).contains("file too short");
  }

  @Test
  void anotherVersion() throws Exception {
    plant("secant 0.1.0 revision", "secant 9.1.0 revision");
    refused("libsecant does not belong to these classes: expected build ");
    assertThat(report(withoutNatives()).get(0))
        .containsPattern("expected build 0\\.1\\.0\\S* \\(.*\\), ABI 2, got 9\\.1\\.0 \\(")
        .contains(" in " + own.resolve(API) + "; ");
  }

  @Test
  void anotherRevision() throws Exception {
    Assumptions.assumeFalse(
        Build.ofClasses().revision().equals("unknown"),
        "skipped: classes that were built outside a Git repository take any revision");
    plant(" revision ", " revision x");
    assertThat(report(withoutNatives()).get(0))
        .startsWith("BackendUnavailableException: libsecant does not belong to these classes: ")
        .containsPattern("got 0\\.1\\.0 \\(x");
  }

  /** One without a function that the glue calls; it is not called and found missing then. */
  @Test
  void aFunctionIsMissing() throws Exception {
    plant("secant_mix_values", "secant_mix_valueS");
    refused(
        "libjniSecant does not load: expected a library for linux-x86_64 in "
            + own.resolve(GLUE)
            + ", got ");
    assertThat(report(withoutNatives()).get(0)).contains("undefined symbol: secant_mix_values");
  }

  /** Overwrites the first text of that kind in libsecant, and what follows if it is longer. */
  private void plant(String text, String other) throws IOException {
    Path file = own.resolve(API);
    // One char a byte.
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf(text);
    assertThat(at).as(text).isPositive();
    String changed = bytes.substring(0, at) + other + bytes.substring(at + other.length());
    Files.writeString(file, changed, StandardCharsets.ISO_8859_1);
  }
}
