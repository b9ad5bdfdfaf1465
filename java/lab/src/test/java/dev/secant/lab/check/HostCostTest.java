// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.check.CheckRow.Status;
import org.junit.jupiter.api.Test;

/** What is counted as the host's, and how much of it a device may ask for. */
class HostCostTest {
  private static volatile byte[] kept;

  @Test
  void whatTheThreadAllocatesIsCounted() {
    HostCost cost = HostCost.of(() -> kept = new byte[100_000]);
    assertThat(cost.bytes()).isBetween(100_000L, 200_000L);
    assertThat(cost.values()).containsEntry("allocated_bytes", cost.bytes());
  }

  /** Whatever warms up in the first attempts is not of the work. */
  @Test
  void theLeastOfAFewAttemptsCounts() {
    int[] calls = {0};
    HostCost cost =
        HostCost.of(
            () -> {
              if (calls[0]++ < 3) kept = new byte[100_000];
            });
    assertThat(cost.bytes()).isZero();
    assertThat(calls[0]).isEqualTo(4);
  }

  @Test
  void aHostThatSpinsIsBusyAndOneThatSleepsIsNot() {
    HostCost spinning = HostCost.of(() -> until(System.nanoTime() + 300_000_000L));
    HostCost sleeping = HostCost.of(HostCostTest::sleep);
    assertThat(spinning.cores()).isGreaterThan(sleeping.cores());
  }

  private static void until(long end) {
    while (System.nanoTime() < end) Thread.onSpinWait();
  }

  private static void sleep() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aDeviceLeavesTheHostIdle() {
    assertThat(row(0.05, 0, true).status()).isEqualTo(Status.PASS);
    assertThat(row(0.051, 0, true).status()).isEqualTo(Status.FAIL);
    assertThat(row(0.01, 1, true).status()).isEqualTo(Status.FAIL);
    assertThat(row(0.06, 8, true).text())
        .isEqualTo("6.0 % of a core, 8 B allocated (allowed 5 %, 0 B)");
    assertThat(row(Double.NaN, 0, true).status()).isEqualTo(Status.FAIL);
  }

  /** There the host is what computes. */
  @Test
  void onTheCpuOnlyWhatIsAllocatedCounts() {
    assertThat(row(2, 0, false).status()).isEqualTo(Status.PASS);
    assertThat(row(2, 1, false).status()).isEqualTo(Status.FAIL);
    assertThat(row(2, 0, false).text()).isEqualTo("200.0 % of a core, 0 B allocated (allowed 0 B)");
  }

  private static CheckRow row(double cores, long bytes, boolean onDevice) {
    return new HostCost(cores, bytes).row("steps", "erm bf16 host", onDevice);
  }
}
