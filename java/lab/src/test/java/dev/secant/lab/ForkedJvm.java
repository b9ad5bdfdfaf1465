// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A main method in a process of its own, with the class path and native libraries of this one. */
public final class ForkedJvm {
  private static final long PATIENCE_MINUTES = 10;

  /** Where native libraries come from. */
  private static final List<String> INHERITED =
      List.of(
          "org.bytedeco.javacpp.cachedir",
          "org.bytedeco.javacpp.pathsFirst",
          "secant.emulated",
          "secant.sanitized");

  private ForkedJvm() {}

  /**
   * @param output what it wrote to both streams
   */
  public record Ended(int status, String output) {}

  /**
   * @param folder where its output and what it leaves of a crash go
   * @param options of the JVM
   * @param environment added to that of this process
   */
  public static Ended run(
      Path folder,
      Class<?> main,
      List<String> options,
      Map<String, String> environment,
      String... arguments)
      throws IOException, InterruptedException {
    String classPath = System.getProperty("java.class.path");
    return run(folder, main, classPath, options, environment, arguments);
  }

  /** The same with another class path. */
  public static Ended run(
      Path folder,
      Class<?> main,
      String classPath,
      List<String> options,
      Map<String, String> environment,
      String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dorg.bytedeco.javacpp.nopointergc=true");
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    for (String name : INHERITED) {
      String value = System.getProperty(name);
      if (value != null) command.add("-D" + name + "=" + value);
    }
    String sanitized = System.getProperty("secant.sanitized");
    if (sanitized != null) command.add("-Djava.library.path=" + sanitized);
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    if (!ended) process.destroyForcibly().waitFor();
    return new Ended(process.exitValue(), Files.readString(output));
  }
}
