// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Training steps of WRN-28-2; an iteration is one step. */
@Warmup(iterations = 3, time = 1, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 1, timeUnit = TimeUnit.MILLISECONDS)
public class StepBenchmark extends Contest {
  @Param({
    "step method=erm",
    "step method=mixup",
    "step method=ict k=2",
    "step method=ict k=4",
    "step method=erm precision=bf16",
    "step method=mixup precision=bf16",
    "step method=ict k=2 precision=bf16",
    "step method=ict k=4 precision=bf16"
  })
  public String problem;

  @Override
  String problem() {
    return problem;
  }
}
