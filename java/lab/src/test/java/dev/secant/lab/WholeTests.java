// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

/** Whether to test all where tests take a part of what is documented: SECANT_REPLAY=1. */
public final class WholeTests {
  private WholeTests() {}

  public static boolean asked() {
    return "1".equals(System.getenv("SECANT_REPLAY"));
  }
}
