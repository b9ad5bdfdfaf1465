// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/**
 * Text that may come from a file as one line for a terminal or a log: what a hostile file says
 * cannot begin new lines, move the cursor or fill the screen.
 */
public final class PrintableLine {
  private static final int LONGEST = 4000;
  private static final int END = 500;

  private PrintableLine() {}

  /** The text with line breaks as spaces, control characters as ?, and its middle left out. */
  public static String of(String text) {
    if (text == null) return "";
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
    if (line.length() <= LONGEST) return line;
    int left = line.length() - LONGEST;
    return line.substring(0, LONGEST - END)
        + " [" + left + " characters] "
        + line.substring(line.length() - END);
  }
}
