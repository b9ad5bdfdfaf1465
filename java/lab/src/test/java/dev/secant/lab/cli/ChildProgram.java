// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs in processes of their own, on the Java machine and the class path of this one. */
public final class ChildProgram {
  static final Path HOME = Path.of(System.getProperty("java.home"));
  static final String MAIN = "dev.secant.lab.cli.Main";

  static final List<String> FRUGAL = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

  private ChildProgram() {}

  /** Java, its options, the program, and words for it. */
  public static List<String> command(List<String> words) {
    return command(FRUGAL, MAIN, words);
  }

  /** The same on another Java. */
  public static List<String> command(Path home, List<String> words) {
    List<String> command = java(home);
    command.addAll(FRUGAL);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(words);
    return command;
  }

  /**
   * @param options of Java, besides those that all need
   * @param main a class on the class path
   */
  public static List<String> command(List<String> options, String main, List<String> words) {
    List<String> command = java(HOME);
    command.addAll(options);
    command.addAll(ClassArchive.options());
    command.add(main);
    command.addAll(words);
    return command;
  }

  /** Java, and the options that all need. */
  static List<String> java(Path home) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Djava.awt.headless=true"));
    command.add("--enable-native-access=ALL-UNNAMED"); // of libsecant, which Java 24 warns of
    String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
    if (cache != null) command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
    return command;
  }
}
