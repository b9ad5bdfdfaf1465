// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/** Measures candidates on the device. Implemented by the backend, which owns streams and events. */
@FunctionalInterface
public interface CandidateTimer {
  /**
   * Time of one run in steady state, in any unit that is the same for all candidates.
   *
   * @param run submits one run to the stream of the handle; may be called any number of times
   * @return a number &gt; 0
   */
  double time(Runnable run);
}
