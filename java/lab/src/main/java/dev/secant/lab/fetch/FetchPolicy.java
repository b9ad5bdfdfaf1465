// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import java.time.Duration;

/**
 * How patient a fetch is.
 *
 * @param attempts at most, for one address
 * @param firstWait before the second attempt; it doubles from one to the next
 * @param connect at most for a connection
 * @param stall at most without a byte, or without an answer
 */
public record FetchPolicy(int attempts, Duration firstWait, Duration connect, Duration stall) {
  /** Waits 1, 2, 4 and 8 seconds between attempts. */
  public static final FetchPolicy STANDARD =
      new FetchPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofSeconds(30));

  Duration waitAfter(int attempt) {
    return firstWait.multipliedBy(1L << (attempt - 1));
  }
}
