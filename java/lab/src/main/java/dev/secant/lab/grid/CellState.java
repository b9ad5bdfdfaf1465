// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the files say of a cell.
 *
 * @param step updates made, so far as is known
 * @param secondsLeft of a running cell; NaN: not known
 * @param reason of a failure, a foreign folder; who works on a running cell; else empty
 * @param exitCode of a failure, else 0
 * @param summaryOrNull of a cell that is done
 */
public record CellState(
    Kind kind, long step, double secondsLeft, String reason, int exitCode, JsonNode summaryOrNull) {
  public enum Kind {
    DONE,
    /** A process works on it, or may. */
    RUNNING,
    /** Begun and ended without a result and without a failure that says why: a signal, a crash. */
    INTERRUPTED,
    FAILED,
    /** Its folder holds something else; nothing here touches that. */
    FOREIGN,
    MISSING
  }

  static CellState missing() {
    return new CellState(Kind.MISSING, 0, Double.NaN, "", 0, null);
  }

  static CellState done(long steps, JsonNode summary) {
    return new CellState(Kind.DONE, steps, Double.NaN, "", 0, summary);
  }

  static CellState running(long step, double secondsLeft, String owner) {
    return new CellState(Kind.RUNNING, step, secondsLeft, owner, 0, null);
  }

  static CellState interrupted(long step) {
    String reason = step > 0 ? "ended after step " + step : "ended before the first step";
    return new CellState(Kind.INTERRUPTED, step, Double.NaN, reason, 0, null);
  }

  static CellState failed(long step, String reason, int exitCode) {
    return new CellState(Kind.FAILED, step, Double.NaN, reason, exitCode, null);
  }

  static CellState foreign(String reason) {
    return new CellState(Kind.FOREIGN, 0, Double.NaN, reason, 0, null);
  }

  /** Of the sources that made a finished cell; null where there is none. */
  public String revisionOrNull() {
    return summaryOrNull == null ? null : summaryOrNull.path("revision").asText("unknown");
  }
}
