// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import java.util.Map;

/**
 * What a phase found.
 *
 * @param count of what it does
 * @param failures 0 where all was well; -1 where it was not run, and note says why
 * @param figures more numbers, for torture.json
 */
public record Outcome(
    String name,
    String what,
    long count,
    double seconds,
    long failures,
    String note,
    Map<String, Number> figures) {
  private static final int NOT_RUN = -1;

  static Outcome notRun(String name, String what, String why) {
    return new Outcome(name, what, 0, 0, NOT_RUN, "not run: " + why, Map.of());
  }

  public boolean failed() {
    return failures > 0;
  }

  public boolean ran() {
    return failures != NOT_RUN;
  }
}
