// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.OutOfMemoryException;
import dev.secant.tensor.WrongStateException;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Picks a candidate by measured time. An earlier one, which the heuristic ranks higher, is kept
 * unless a later one needs less than {@value #MARGIN} of its time: less is noise, and would make
 * the choice, and with it the bits, differ from run to run.
 */
final class Fastest {
  private static final double MARGIN = 0.97;

  private Fastest() {}

  /**
   * The candidate with the shortest time but for the margin. One that fails to run with {@link
   * CudnnException}, cannot be recorded, or whose workspace does not fit, drops out.
   *
   * @throws IllegalStateException for a time that is not a positive number
   * @throws NoPlanException when none ran
   */
  static <T> T of(List<T> candidates, ToDoubleFunction<T> time) {
    T best = null;
    double shortest = Double.POSITIVE_INFINITY;
    RuntimeException last = null;
    for (T candidate : candidates) {
      try {
        double t = checked(time.applyAsDouble(candidate));
        if (t < MARGIN * shortest) {
          shortest = t;
          best = candidate;
        }
      } catch (CudnnException | UnrecordableException | OutOfMemoryException e) {
        last = e;
      }
    }
    if (best != null) return best;
    NoPlanException none =
        new NoPlanException("none of " + candidates.size() + " candidates ran on the device");
    if (last != null) none.initCause(last);
    throw none;
  }

  private static double checked(double time) {
    if (time > 0 && time < Double.POSITIVE_INFINITY) return time;
    throw new WrongStateException(
        ErrorCode.FAILED, "a candidate's time must be a positive number, got " + time);
  }
}
