// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** What the machine reaches; programs have one each: memory java, plain; vector; secant. */
public class ControlBenchmark extends Contest {
  @Param({"control kind=copy", "control kind=read", "control kind=fma", "control kind=gemm"})
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
