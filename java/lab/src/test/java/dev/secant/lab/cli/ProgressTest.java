// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.train.RunInfo;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Console console = new Console(System.out, new PrintStream(bytes, true), false);

  @Test
  void aLineEveryFiveSecondsAndAtTheEnd() {
    AtomicLong clock = new AtomicLong();
    Progress progress = new Progress.Lines(console, "ict2", clock::get);
    progress.onStart(info("cpu"));
    progress.onEvaluation(new EvalMetric(0, 0, "ema", 0.125, 1));
    for (long step = 1; step <= 100; step++) {
      clock.addAndGet(100_000_000L);
      progress.onStep(step, 100, 1.5, 640);
    }
    progress.onEvaluation(new EvalMetric(100, 1000, "ema", 0.25, 1));
    progress.close();
    assertThat(bytes.toString().lines())
        .containsExactly(
            "secant: WRN-28-2, 1,467,610 parameters, 1.0 GiB; cpu",
            "secant: warning: rather slow",
            "secant: ict2: step 50 of 100, loss 1.500, 640 images/s, accuracy 12.5 %, 0:05 left",
            "secant: ict2: step 100 of 100, loss 1.500, 640 images/s, accuracy 25.0 %, done in 0:10");
  }

  private static RunInfo info(String backend) {
    return new RunInfo(
        new ConfigResolver(2).resolve().config(), backend, 1467610, 1, 1L << 30, "rather slow");
  }

  @Test
  void theFirstLineFitsAHundredColumns() {
    String backend =
        "oneDNN 3.11.0, fp32, 2 threads, own kernels x86-64-v4 (secant 0.1.0 revision 0123456789ab"
            + " compiler gcc-compatible 12.2.0 levels v2,v3,v4 -ffp-contract=off)";
    new Progress.Lines(console, "ict2", () -> 0).onStart(info(backend));
    String line = bytes.toString().lines().findFirst().orElseThrow();
    assertThat(line).hasSizeLessThanOrEqualTo(100);
    assertThat(line)
        .isEqualTo(
            "secant: WRN-28-2, 1,467,610 parameters, 1.0 GiB; oneDNN 3.11.0, fp32, 2 threads");
  }

  @Test
  void quietSaysNothing() {
    Progress progress = Progress.on(console.quiet(true), "x");
    progress.onStart(info("cpu"));
    progress.onStep(1, 1, 1, 1);
    progress.close();
    assertThat(bytes.size()).isZero();
  }

  @Test
  void durations() {
    assertThat(Progress.Lines.duration(5)).isEqualTo("0:05");
    assertThat(Progress.Lines.duration(754)).isEqualTo("12:34");
    assertThat(Progress.Lines.duration(3600 + 61)).isEqualTo("1:01:01");
  }
}
