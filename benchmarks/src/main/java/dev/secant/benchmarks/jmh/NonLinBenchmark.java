// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** Linearity between images, layer by layer. */
public class NonLinBenchmark extends Contest {
  @Param({
    "nonlin d=16384",
    "nonlin d=32768",
    "nonlin d=8192",
    "nonlin d=128",
    "nonlin d=10",
    "nonlin d=all"
  })
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
