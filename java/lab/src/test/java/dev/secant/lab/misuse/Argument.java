// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An argument of the table, from its notation: {@code name|name...} and marks.
 *
 * <pre>
 * |other   the refusal may speak of this one instead
 * !        an output: also read-only, overlapping every other buffer
 * ?        null is fine
 * *        every value is fine
 * +        0 is fine, what is below is not
 * ^        large numbers, and memory and tensors of another size, are fine
 * &lt;N       indices: -1 and N are not
 * =1       weights: rows of K that sum to something else, or are not finite, are not
 * </pre>
 */
record Argument(
    List<String> names,
    boolean output,
    boolean optional,
    boolean free,
    boolean zero,
    boolean large,
    int limit,
    boolean weights) {
  private static final Pattern NOTATION = Pattern.compile("([\\w.|() ]+?)([!?*+^]*)(<\\d+)?(=1)?");

  static Argument of(String notation) {
    Matcher m = NOTATION.matcher(notation);
    if (!m.matches()) throw new IllegalArgumentException("notation '" + notation + "'");
    String marks = m.group(2);
    return new Argument(
        new ArrayList<>(List.of(m.group(1).split("\\|"))),
        marks.contains("!"),
        marks.contains("?"),
        marks.contains("*"),
        marks.contains("+"),
        marks.contains("^"),
        m.group(3) == null ? 0 : Integer.parseInt(m.group(3).substring(1)),
        m.group(4) != null);
  }

  String name() {
    return names.get(0);
  }

  boolean isNamedBy(String message) {
    return names.stream().anyMatch(message::contains);
  }
}
