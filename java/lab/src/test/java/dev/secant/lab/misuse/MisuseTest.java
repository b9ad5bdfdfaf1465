// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.ForkedJvm;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is done wrong with native memory and handles throws a typed exception that names the
 * argument; it never ends the process, nor does {@code -Xcheck:jni} find anything.
 */
@Tag("native")
class MisuseTest {
  /** AddressSanitizer says so where it gives no memory, as it was told not to. */
  private static final String REFUSED_BY_SANITIZER =
      "(==\\d+==WARNING: AddressSanitizer failed to allocate 0x\\w+ bytes\n)*";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(classes = {MisuseProgram.class, CloseRaces.class})
  void nothingEndsTheProcess(Class<?> program) throws Exception {
    boolean device = Files.exists(World.library());
    ForkedJvm.Ended ended =
        ForkedJvm.run(
            folder,
            program,
            List.of("-Xcheck:jni"),
            Map.of(),
            device ? new String[0] : new String[] {"without-device"});
    assertThat(ended.output()).matches(REFUSED_BY_SANITIZER + "\\d{2,} attempts, 0 failures\n");
    assertThat(ended.status()).isZero();
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
        .filter(e -> Modifier.isPublic(e.getModifiers()) && !e.isSynthetic())
        .toList();
  }

  private static String signature(Executable e) {
    String name = e instanceof Method ? "." + e.getName() : ".new";
    return Arrays.stream(e.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", e.getDeclaringClass().getSimpleName() + name + "(", ")"));
  }
}
