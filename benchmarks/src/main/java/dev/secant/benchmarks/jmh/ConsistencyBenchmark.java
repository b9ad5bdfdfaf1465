// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** The ICT loss and its gradient. */
public class ConsistencyBenchmark extends Contest {
  @Param({
    "consistency n=128 c=10 k=2",
    "consistency n=128 c=10 k=4",
    "consistency n=128 c=100 k=2",
    "consistency n=4096 c=10 k=2",
    "consistency n=65536 c=10 k=2"
  })
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
