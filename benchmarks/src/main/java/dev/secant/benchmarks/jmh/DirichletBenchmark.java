// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** Weights of mixtures. */
public class DirichletBenchmark extends Contest {
  @Param({"dirichlet n=128 k=2", "dirichlet n=4096 k=2", "dirichlet n=4096 k=4"})
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
