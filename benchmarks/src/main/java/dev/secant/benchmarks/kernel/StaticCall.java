// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.jni.Secant;

/** A function of the native library that returns a constant. */
final class StaticCall implements Contender {
  private int abi;

  @Override
  public void run() {
    abi = Secant.secant_abi();
  }

  @Override
  public double[] result() {
    return new double[] {abi == Secant.SECANT_ABI ? 1 : 0};
  }
}
