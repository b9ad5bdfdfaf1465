// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import org.openjdk.jmh.annotations.Param;

/** Resident bytes to mixed images. */
public class MixBenchmark extends Contest {
  @Param({
    "mix n=128 k=2 type=fp32",
    "mix n=128 k=4 type=fp32",
    "mix n=128 k=8 type=fp32",
    "mix n=4096 k=2 type=fp32",
    "mix n=65536 k=2 type=fp32",
    "mix n=65536 k=4 type=fp32",
    "mix n=65536 k=8 type=fp32",
    "mix n=128 k=2 type=bf16",
    "mix n=65536 k=2 type=bf16"
  })
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
