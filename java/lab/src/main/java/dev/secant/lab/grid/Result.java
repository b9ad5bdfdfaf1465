// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

/**
 * What became of a cell in a call.
 *
 * @param reason of a failure; who works on it elsewhere; why it is skipped
 * @param exitCode 0, or that of the failure
 */
public record Result(Kind kind, String reason, int exitCode) {
  public enum Kind {
    TRAINED,
    DONE_BEFORE,
    FAILED,
    /** Another process works on it. */
    ELSEWHERE,
    SKIPPED
  }

  static final Result TRAINED = new Result(Kind.TRAINED, "", 0);
  public static final Result DONE_BEFORE = new Result(Kind.DONE_BEFORE, "", 0);

  static Result failed(int exitCode, String reason) {
    return new Result(Kind.FAILED, reason, exitCode);
  }

  static Result elsewhere(String reason) {
    return new Result(Kind.ELSEWHERE, reason, 0);
  }

  public static Result skipped(String reason) {
    return new Result(Kind.SKIPPED, reason, 0);
  }
}
