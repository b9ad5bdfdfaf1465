// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this very program was started, to start it again. */
final class ThisProgram {
  private static final Path WORDS = Path.of("/proc/self/cmdline");
  private static final String TERMINAL = "-Dsecant.terminal=";

  private ThisProgram() {}

  /** Java, its options and the main class; what comes after is a command of the program. */
  static List<String> words() {
    try {
      return words(Files.readString(WORDS));
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", WORDS, e);
    }
  }

  /**
   * @param text words, each ended by a zero byte
   */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split("\0")) {
      // What it starts writes into a file.
      if (!word.startsWith(TERMINAL)) words.add(word);
      if (word.equals(Main.class.getName())) return words;
    }
    throw new IllegalStateException("started in another way than by its main class: " + text);
  }

  /** The script that users call. */
  static String launcher() {
    return System.getProperty("secant.launcher", "secant");
  }
}
