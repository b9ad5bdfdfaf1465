// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program on the jars alone. */
class FreshJvmTest {
  private static final String RIGHT = "2.5 3.5 ";

  @TempDir Path folder;

  @Test
  void onTheClassPath() throws Exception {
    String path = FreshJvm.joined(Stream.of(FreshJvm.programs()), all().stream());
    assertThat(jvm().run("-cp", path, Embedding.class.getName())).isEqualTo(RIGHT + "null");
  }

  @Test
  void onTheModulePath() throws Exception {
    List<String> words = modules(FreshJvm.joined(all().stream()), "dev.secant.core.linux.x86_64");
    assertThat(jvm().run(words.toArray(String[]::new))).isEqualTo(RIGHT + "dev.secant.core");
  }

  @Test
  void onTheModulePathWithTheNativeLibrariesOnTheClassPath() throws Exception {
    String path = FreshJvm.joined(Stream.of(Jars.classes()), Jars.needed().stream());
    List<String> words = modules(path, "dev.secant.core");
    words.set(
        words.indexOf("-cp") + 1, FreshJvm.joined(Stream.of(FreshJvm.programs(), Jars.natives())));
    assertThat(jvm().run(words.toArray(String[]::new))).isEqualTo(RIGHT + "dev.secant.core");
  }

  private FreshJvm jvm() {
    return new FreshJvm(folder);
  }

  private static List<String> modules(String path, String added) {
    return new ArrayList<>(
        List.of(
            "-p",
            path,
            "--add-modules",
            "dev.secant.core,org.bytedeco.javacpp.linux.x86_64," + added,
            "-cp",
            FreshJvm.programs().toString(),
            Embedding.class.getName()));
  }

  private static List<Path> all() {
    return Stream.concat(Stream.of(Jars.classes(), Jars.natives()), Jars.needed().stream())
        .toList();
  }
}
