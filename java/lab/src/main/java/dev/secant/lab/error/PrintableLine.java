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
    String line = joined(text.strip());
    if (line.length() <= LONGEST) return line;
    int left = line.length() - LONGEST;
    return line.substring(0, LONGEST - END)
        + " ["
        + left
        + " characters] "
        + line.substring(line.length() - END);
  }

  /** In one pass: a regular expression takes the square of the time for a long run of spaces. */
  private static String joined(String text) {
    StringBuilder line = new StringBuilder();
    boolean atStart = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (atStart && Character.isWhitespace(c)) continue;
      atStart = isBreak(c);
      if (atStart) line.setLength(endOfWords(line));
      line.append(atStart ? ' ' : Character.isISOControl(c) ? '?' : c);
    }
    return line.toString();
  }

  private static boolean isBreak(char c) {
    return c >= '\n' && c <= '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  private static int endOfWords(StringBuilder line) {
    int end = line.length();
    while (end > 0 && Character.isWhitespace(line.charAt(end - 1))) end--;
    return end;
  }
}
