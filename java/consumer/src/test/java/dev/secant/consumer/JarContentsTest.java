// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the jars that users get. */
class JarContentsTest {
  private static final long MOST_BYTES = 3_000_000;
  private static final String NATIVE_FOLDER = "dev/secant/jni/" + Jars.PLATFORM + "/";

  /** Of the C library and the dynamic linker: every Linux has them. */
  private static final Set<String> SYSTEM =
      Set.of("libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2");

  @Test
  void classesAndNativeLibrariesAreApart() throws IOException {
    assertThat(Jars.names(Jars.classes()))
        .contains("module-info.class", "META-INF/LICENSE", "dev/secant/kernels/Mixing.class")
        .noneMatch(name -> name.contains(".so") || name.endsWith("Test.class"));
    assertThat(Jars.names(Jars.natives()))
        .filteredOn(name -> !name.startsWith("META-INF/"))
        .containsExactlyInAnyOrder(
            NATIVE_FOLDER + "libjniSecant.so", NATIVE_FOLDER + "libsecant.so");
    assertThat(Files.size(Jars.classes()) + Files.size(Jars.natives())).isLessThan(MOST_BYTES);
  }

  @Test
  void theModuleExportsEveryPackageOfTheApi() {
    ModuleDescriptor module =
        ModuleFinder.of(Jars.classes()).find("dev.secant.core").orElseThrow().descriptor();
    assertThat(module.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrderElementsOf(
            module.packages().stream().filter(p -> !p.endsWith(".presets")).toList());
    assertThat(module.requires())
        .extracting(ModuleDescriptor.Requires::name)
        .contains("org.bytedeco.javacpp", "org.slf4j");
  }

  @Test
  void everyClassHasItsSourceAndEveryClassOfTheKernelsItsPage() throws IOException {
    Set<String> sources = Set.copyOf(Jars.names(Jars.core("-sources")));
    assertThat(Jars.names(Jars.classes()))
        .filteredOn(
            // A class for later versions of Java has the name of one for all.
            name -> name.endsWith(".class") && !name.matches(".*[$].*|META-INF/.*|module-info.*"))
        .isNotEmpty()
        .allMatch(name -> sources.contains(name.replaceFirst("[.]class$", ".java")));
    assertThat(Jars.names(Jars.core("-javadoc")))
        .contains("index.html", "dev/secant/kernels/Mixing.html", "dev/secant/nn/WideResNet.html");
  }

  @Test
  void theLibrariesAreOfTheirArchitectureExportTheirApiAndNeedTheSystemAlone(@TempDir Path folder)
      throws Exception {
    Jars.extract(Jars.natives(), folder);
    Path api = folder.resolve(NATIVE_FOLDER + "libsecant.so");
    Path glue = folder.resolve(NATIVE_FOLDER + "libjniSecant.so");
    for (Path library : List.of(api, glue)) {
      assertThat(elf("-h", library)).containsPattern("Class: +ELF64").contains("X86-64");
    }
    assertThat(needed(api)).isSubsetOf(SYSTEM);
    assertThat(elf("-d", glue)).contains("runpath: [$ORIGIN/]");
    assertThat(elf("-d", api)).doesNotContain("runpath").doesNotContain("rpath");
    Set<String> ofGlue = needed(glue);
    assertThat(ofGlue).contains("libsecant.so");
    // The C++ library, too, as JavaCPP's own library does.
    ofGlue.removeAll(Set.of("libsecant.so", "libstdc++.so.6"));
    assertThat(ofGlue).isSubsetOf(SYSTEM);
    assertThat(exported(api)).hasSizeGreaterThan(50).allMatch(name -> name.startsWith("secant_"));
    assertThat(exported(api)).containsAll(declared());
    assertThat(exported(glue))
        .isNotEmpty()
        .allMatch(name -> name.matches("(Java|JNI|_ZN7JNIEnv)_.*"));
  }

  /** What is deployed and what the list of versions names are the same. */
  @Test
  void theListOfVersionsNamesWhatIsDeployed() throws IOException {
    Path root = Path.of(System.getProperty("secant.root"));
    Set<String> deployed = new TreeSet<>();
    try (Stream<Path> modules = Files.list(root.resolve("java"))) {
      for (Path pom : modules.map(m -> m.resolve("pom.xml")).filter(Files::exists).toList()) {
        String text = Files.readString(pom);
        if (text.contains("<maven.deploy.skip>true<") || text.contains("<packaging>pom<")) continue;
        deployed.add(
            matches("</parent>\\s*<artifactId>([\\w-]+)<", text).findFirst().orElseThrow());
      }
    }
    String bom = Files.readString(root.resolve("java/bom/pom.xml"));
    String versions =
        bom.substring(
            bom.indexOf("<dependencyManagement>"), bom.indexOf("</dependencyManagement>"));
    assertThat(matches("<artifactId>([\\w-]+)</artifactId>", versions).collect(Collectors.toSet()))
        .isEqualTo(deployed)
        .contains("secant-core", "secant-djl");
    assertThat(bom).contains("<version>" + System.getProperty("secant.version") + "</version>");
  }

  /** Functions of the headers. */
  private static Set<String> declared() throws IOException {
    Set<String> names = new TreeSet<>();
    Path include = Path.of(System.getProperty("secant.root"), "native/include");
    for (String header : List.of("secant.h", "secant_train.h")) {
      String text = Files.readString(include.resolve(header));
      matches("SECANT_API[^;(]*?\\b(secant_\\w+)\\(", text).forEach(names::add);
    }
    assertThat(names).hasSizeGreaterThan(30);
    return names;
  }

  private static Set<String> needed(Path library) throws Exception {
    return matches("\\(NEEDED\\).*\\[(.*)\\]", elf("-d", library))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> exported(Path library) throws Exception {
    return matches(
            "(?m)(?:FUNC|OBJECT) +(?:GLOBAL|WEAK) +DEFAULT +\\d+ ([\\w.]+)",
            elf("--dyn-syms", library))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map((MatchResult m) -> m.group(1));
  }

  private static String elf(String what, Path library) throws Exception {
    Process process =
        new ProcessBuilder("readelf", "--wide", what, library.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text;
  }
}
