// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program on the jars alone, in an empty environment: without Maven, a compiler, a driver or a
 * home folder.
 */
class FreshJvmTest {
  private static final String RIGHT = "2.5 3.5 ";

  @TempDir Path folder;

  @Test
  void onTheClassPath() throws Exception {
    String path = joined(Stream.of(own()), all().stream());
    assertThat(java("-cp", path, Embedding.class.getName())).isEqualTo(RIGHT + "null");
  }

  @Test
  void onTheModulePath() throws Exception {
    List<String> words = modules(joined(all().stream()), "dev.secant.core.linux.x86_64");
    assertThat(java(words.toArray(String[]::new))).isEqualTo(RIGHT + "dev.secant.core");
  }

  @Test
  void onTheModulePathWithTheNativeLibrariesOnTheClassPath() throws Exception {
    String path = joined(Stream.of(Jars.classes()), Jars.needed().stream());
    List<String> words = modules(path, "dev.secant.core");
    words.set(words.indexOf("-cp") + 1, joined(Stream.of(own(), Jars.natives())));
    assertThat(java(words.toArray(String[]::new))).isEqualTo(RIGHT + "dev.secant.core");
  }

  private static List<String> modules(String path, String added) {
    return new ArrayList<>(
        List.of(
            "-p",
            path,
            "--add-modules",
            "dev.secant.core,org.bytedeco.javacpp.linux.x86_64," + added,
            "-cp",
            own().toString(),
            Embedding.class.getName()));
  }

  private static List<Path> all() {
    return Stream.concat(Stream.of(Jars.classes(), Jars.natives()), Jars.needed().stream())
        .toList();
  }

  private static Path own() {
    return Path.of(System.getProperty("secant.root"), "java/consumer/target/test-classes");
  }

  @SafeVarargs
  private static String joined(Stream<Path>... parts) {
    return Stream.of(parts)
        .flatMap(part -> part)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private String java(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"));
    command.add("-Duser.home=" + folder.resolve("none"));
    command.addAll(List.of(words));
    File err = folder.resolve("err").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err);
    builder.environment().clear();
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(err.toPath())).isZero();
    return out.trim();
  }
}
