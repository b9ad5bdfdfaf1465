// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Java machines in an empty environment: without Maven, a compiler, a driver or a home folder.
 *
 * @param folder theirs, with the cache of JavaCPP in it
 */
record FreshJvm(Path folder) {
  /** What it prints; it must end well. */
  String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache());
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

  Path cache() {
    return folder.resolve("cache");
  }

  /** Where the programs of these tests are. */
  static Path programs() {
    return Path.of(System.getProperty("secant.root"), "java/consumer/target/test-classes");
  }

  @SafeVarargs
  static String joined(Stream<Path>... parts) {
    return Stream.of(parts)
        .flatMap(part -> part)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
