// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/embedding.md: every block compiles and runs, every name in backticks exists. */
class EmbeddingDocumentTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent().getParent();
  private static final Pattern BLOCK =
      Pattern.compile("## ([^\n]+)\n(?:(?!\n## ).)*?```java\n(.*?)```", Pattern.DOTALL);
  private static final int MOST_LINES = 15;

  /** What a block on a device takes from elsewhere. */
  private static final String DEVICE = "long stream, rows, lambda, step, source, mixed;\n";

  private static final String IMPORTS =
      """
      import dev.secant.backend.*;
      import dev.secant.kernels.*;
      import dev.secant.tensor.*;
      import java.nio.*;
      import java.nio.file.Path;
      import java.util.List;
      import org.bytedeco.javacpp.*;
      """;

  @TempDir Path folder;

  private static String document() throws IOException {
    return Files.readString(ROOT.resolve("docs/embedding.md"));
  }

  @TestFactory
  List<DynamicTest> blocks() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Matcher m = BLOCK.matcher(document()); m.find(); ) {
      String title = m.group(1);
      String code = m.group(2);
      tests.add(DynamicTest.dynamicTest(title, () -> compileAndRun(code)));
    }
    assertThat(tests).hasSize(6);
    return tests;
  }

  private void compileAndRun(String code) throws Exception {
    assertThat(code.lines().count()).isLessThanOrEqualTo(MOST_LINES);
    boolean segments = code.contains("MemorySegment");
    Assumptions.assumeTrue(
        !segments || Runtime.version().feature() >= 22, "skipped: segments are of Java 22");
    boolean device = code.contains("KernelContext.cuda");
    String imports =
        segments
            ? IMPORTS
                + "import java.lang.foreign.MemorySegment;\nimport java.lang.foreign.ValueLayout;\n"
            : IMPORTS;
    String fields = device ? "static " + DEVICE : "";
    String source =
        imports
            + "public class Block {\n"
            + fields
            + "public static void run() throws Exception {\n"
            + code
            + "}\n}\n";
    Path file = Files.writeString(folder.resolve("Block.java"), source);
    StringWriter messages = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-proc:none", "-d", folder.toString(), "-cp", classPath()),
                  null,
                  files.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    if (device) return;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      loader.loadClass("Block").getMethod("run").invoke(null);
    }
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** The classes that the text names are those of the core. */
  @Test
  void classesExist() throws IOException {
    List<String> missing = new ArrayList<>();
    Matcher m =
        Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`")
            .matcher(document().replaceAll("(?s)```.*?```", ""));
    while (m.find()) if (!exists(m.group(1), m.group(2))) missing.add(m.group());
    assertThat(missing).isEmpty();
  }

  private static boolean exists(String name, String member) {
    for (String prefix :
        List.of("kernels", "backend", "tensor", "events").stream()
            .map(p -> "dev.secant." + p + ".")
            .toList()) {
      if (declares(prefix + name, member)) return true;
    }
    return declares("java.lang." + name, member);
  }

  private static boolean declares(String type, String member) {
    try {
      Class<?> found = Class.forName(type);
      if (member == null) return true;
      boolean method =
          List.of(found.getDeclaredMethods()).stream().anyMatch(x -> x.getName().equals(member));
      return method
          || List.of(found.getDeclaredFields()).stream()
              .anyMatch(f -> f.isEnumConstant() && f.getName().equals(member))
          || List.of(found.getDeclaredClasses()).stream()
              .anyMatch(c -> c.getSimpleName().equals(member));
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
