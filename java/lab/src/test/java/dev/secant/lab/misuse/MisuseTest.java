// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is done wrong with native memory and handles throws a typed exception that names the
 * argument; it never ends the process, nor does {@code -Xcheck:jni} find anything.
 */
class MisuseTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(classes = {MisuseProgram.class, CloseRaces.class})
  void nothingEndsTheProcess(Class<?> program) throws Exception {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command(program))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = process.waitFor();
    String said = Files.readString(output);
    assertThat(status).as(said).isZero();
    assertThat(said).matches("\\d{3,} attempts, 0 failures\n");
  }

  private List<String> command(Class<?> program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xcheck:jni", "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + folder.resolve("hs_err")));
    command.add("-Dorg.bytedeco.javacpp.nopointergc=true");
    for (String name : List.of("org.bytedeco.javacpp.cachedir", "secant.emulated")) {
      String value = System.getProperty(name);
      if (value != null) command.add("-D" + name + "=" + value);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    if (!Files.exists(World.library())) command.add("without-device");
    return command;
  }

  /** A method that is new, or has another argument, has no row yet. */
  @Test
  void theTableHoldsEveryPublicMethod() {
    TreeSet<String> tabled = new TreeSet<>();
    TreeSet<String> declared = new TreeSet<>();
    for (Class<?> type : Table.ROWS.stream().map(r -> r.group().type()).distinct().toList()) {
      for (Executable e : executables(type)) declared.add(signature(e));
    }
    try (World world = new World()) {
      for (Row row : Table.ROWS) {
        boolean skipped = row.group().onDevice() && !Files.exists(World.library());
        if (skipped) declared.removeIf(s -> s.contains("." + row.name() + "("));
        else tabled.add(signature(row.executable(Row.values(row.arguments().apply(world)))));
      }
    }
    assertThat(tabled).containsAll(declared);
  }

  private static List<Executable> executables(Class<?> type) {
    Stream<Executable> methods = Arrays.stream(type.getDeclaredMethods());
    Stream<Executable> constructors = Arrays.stream(type.getConstructors());
    return (type.isRecord() ? constructors : Stream.concat(methods, constructors))
        .filter(e -> java.lang.reflect.Modifier.isPublic(e.getModifiers()) && !e.isSynthetic())
        .toList();
  }

  private static String signature(Executable e) {
    String name = e instanceof Method ? "." + e.getName() : ".new";
    return Arrays.stream(e.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", e.getDeclaringClass().getSimpleName() + name + "(", ")"));
  }
}
