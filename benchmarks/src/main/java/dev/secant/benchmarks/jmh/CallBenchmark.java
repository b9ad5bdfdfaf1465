// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** What a call costs. */
public class CallBenchmark extends Contest {
  @Param({"call kind=static", "call kind=op"})
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
