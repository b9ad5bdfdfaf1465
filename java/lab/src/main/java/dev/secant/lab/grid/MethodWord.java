// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A method that may name its K: {@code ict3} is ict with K = 3, {@code erm} says no K. */
record MethodWord(String method, String kOrNull) {
  private static final Pattern WITH_K = Pattern.compile("(mixup|ict)([0-9]+)");

  /** Any other word is taken as it is; the options of a run refuse it where it is none. */
  static MethodWord of(String word) {
    Matcher matcher = WITH_K.matcher(word);
    if (!matcher.matches()) return new MethodWord(word, null);
    return new MethodWord(matcher.group(1), matcher.group(2));
  }
}
