// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.tensor.BackendUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loading, each case in a JVM of its own. Some cases build libraries that only look like NVIDIA's,
 * where there is a C compiler.
 */
class CudaLibrariesTest {
  @TempDir Path folder;

  private record Outcome(int exit, String output) {}

  private static Outcome load(Path... folders) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Dorg.bytedeco.javacpp.nopointergc=true", "-Xmx256m"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(LoadProbe.class.getName());
    for (Path f : folders) command.add(f.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  private static void refused(Outcome outcome, String... parts) {
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output()).startsWith("unavailable: ").contains(parts);
    assertThat(outcome.output()).contains("again: true");
  }

  // ---- real libraries --------------------------------------------------------------------------

  /** Links to every real library but those whose names begin with one of these. */
  private Path linksWithout(String... left) throws IOException {
    List<Path> all = new ArrayList<>();
    for (LibraryFamily family : LibraryFamily.values()) {
      all.addAll(new LibraryFinder(List.of(Nvidia.folder()), List.of()).find(family).orElseThrow());
    }
    for (Path library : all) {
      String name = library.getFileName().toString();
      if (Stream.of(left).noneMatch(name::startsWith))
        Files.createSymbolicLink(folder.resolve(name), library);
    }
    return folder;
  }

  @Test
  void loadsFromAPythonsFolder() throws Exception {
    Outcome outcome = load(Nvidia.folder());
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output())
        .startsWith("loaded [Library[name=cuDNN, version=9.")
        .contains("name=cuBLASLt, version=13.", "name=NVRTC, version=13.", "libcudnn_graph.so.9");
  }

  @Test
  void loadsFromAFolderOfLibraries() throws Exception {
    Outcome outcome = load(linksWithout());
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output()).startsWith("loaded ");
  }

  @Test
  void aSubLibraryThatIsMissingIsNamed() throws Exception {
    refused(
        load(linksWithout("libcudnn_heuristic", "libcudnn_engines_precompiled")),
        "cuDNN 9 in " + folder + " is incomplete: libcudnn_heuristic.so.9, ",
        "libcudnn_engines_precompiled.so.9 missing",
        "pip install nvidia-cudnn-cu13");
  }

  @Test
  void cuDnnThatIsMissingIsNamedWithWhereItWasLookedFor() throws Exception {
    requireNoSystemCopy();
    refused(
        load(linksWithout("libcudnn")),
        "cuDNN 9: libcudnn_graph.so.9 was not found in [" + folder + "]",
        "system's loader");
  }

  @Test
  void asksInsideThisJvmToo() {
    CudaLibraries libraries = Nvidia.libraries();
    assertThat(CudaLibraries.load(List.of(Nvidia.folder()))).isSameAs(libraries);
    assertThat(libraries.libraries())
        .extracting(CudaLibraries.Library::name)
        .containsExactly("cuDNN", "cuBLASLt", "NVRTC");
    assertThat(libraries.libraries()).allSatisfy(l -> assertThat(l.path()).isRegularFile());
  }

  @Test
  void otherLibrariesThanTheLoadedOnesAreRefused() throws Exception {
    Nvidia.libraries();
    for (String name : LibraryFamily.CUDNN.required()) Files.createFile(folder.resolve(name));
    assertThatThrownBy(() -> CudaLibraries.load(List.of(folder)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("cuDNN was already loaded from ")
        .hasMessageContaining("expected from " + folder);
  }

  // ---- no libraries ----------------------------------------------------------------------------

  private void requireNoSystemCopy() {
    for (String dir : List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/lib"))
      assumeTrue(
          !Files.exists(Path.of(dir, "libcudnn_graph.so.9"))
              && !Files.exists(Path.of(dir, "libcublasLt.so.13")),
          "the system has libraries of its own");
  }

  @Test
  void withoutLibrariesTheReasonIsTyped() throws Exception {
    requireNoSystemCopy();
    refused(
        load(folder),
        "cuBLAS 13: libcublasLt.so.13 was not found in [" + folder + "]",
        "pip install nvidia-cublas");
  }

  @Test
  void aMissingDriverIsAReason() {
    assumeTrue(
        !Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/libcuda.so.1"))
            && !Files.exists(Path.of("/usr/lib64/libcuda.so.1")),
        "there is a driver");
    assertThat(CudaLibraries.noDriverBecause().orElse("found one"))
        .contains("no CUDA driver", "libcuda.so.1: cannot open shared object file");
  }

  @Test
  void aFolderThatDoesNotExistIsNoError() throws Exception {
    requireNoSystemCopy();
    refused(load(folder.resolve("nowhere")), "was not found in [" + folder + "/nowhere]");
  }

  @Test
  void anotherMajorVersionIsMentioned() throws Exception {
    requireNoSystemCopy();
    Files.createFile(folder.resolve("libcublasLt.so.12"));
    refused(load(folder), "found instead: [" + folder + "/libcublasLt.so.12]");
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws Exception {
    Files.writeString(folder.resolve("libcublasLt.so.13"), "no library");
    Files.writeString(folder.resolve("libcublas.so.13"), "no library");
    refused(load(folder), "cuBLAS 13: " + folder + "/libcublasLt.so.13 does not load");
  }

  // ---- made libraries --------------------------------------------------------------------------

  /** Libraries with these sonames; the functions answer 0, but cuDNN's version. */
  private void make(long cudnnVersion, String missingFunction) throws Exception {
    for (LibraryFamily family : LibraryFamily.values())
      for (String name : family.required())
        compile(name, source(name, cudnnVersion, missingFunction));
  }

  private static String source(String library, long cudnnVersion, String missing) {
    List<String> functions =
        switch (library) {
          case "libcudnn_graph.so.9" -> Symbols.CUDNN;
          case "libcublasLt.so.13" -> Symbols.CUBLAS;
          case "libnvrtc.so.13" -> Symbols.NVRTC;
          default -> List.of();
        };
    StringBuilder c = new StringBuilder("int secant_made;\n");
    for (String f : functions) {
      if (f.equals(missing)) continue;
      long answer = f.equals("cudnnGetVersion") ? cudnnVersion : 0;
      c.append("long " + f + "(void) { return " + answer + "; }\n");
    }
    return c.toString();
  }

  /** The real libraries' symbols carry their library's name as version; the made ones' do too. */
  private void compile(String library, String source) throws Exception {
    Files.writeString(folder.resolve(library + ".c"), source);
    Files.writeString(folder.resolve("versions"), library + " { global: *; };");
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc",
                  "-shared",
                  "-fPIC",
                  "-Wl,-soname," + library,
                  "-Wl,--version-script,versions",
                  "-o",
                  library,
                  library + ".c")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "there is no C compiler: " + e.getMessage());
      return;
    }
    String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(output).isZero();
  }

  @Test
  void aVersionThatIsTooOldIsRefused() throws Exception {
    make(90100, "");
    refused(
        load(folder),
        "cuDNN: expected version 9.8.0 or later of series 9, found 9.1.0 in " + folder);
  }

  @Test
  void anotherSeriesIsRefused() throws Exception {
    make(100100, "");
    refused(load(folder), "found 10.1.0");
  }

  @Test
  void aFunctionThatIsMissingIsNamed() throws Exception {
    make(92400, "cudnnBackendExecute");
    refused(load(folder), "cuDNN lacks the functions cudnnBackendExecute: too old or incomplete");
  }

  @Test
  void madeLibrariesLoadWhenNothingIsMissing() throws Exception {
    make(92400, "");
    Outcome outcome = load(folder);
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output()).startsWith("loaded [Library[name=cuDNN, version=9.24.0");
  }

  @Test
  void versionsReadAsPeopleWriteThem() {
    assertThat(new CudnnVersion(92400)).hasToString("9.24.0");
    assertThat(new CudnnVersion(90800).isSupported()).isTrue();
    assertThat(new CudnnVersion(90799).isSupported()).isFalse();
    assertThat(new CudnnVersion(100000).isSupported()).isFalse();
  }
}
