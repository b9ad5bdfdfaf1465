// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

/** Follows a fetch. A method may throw to end it; what has come so far stays for the next call. */
public interface FetchListener {
  /** Said once in a while, whether bytes come or not. */
  default void onPause() {}

  /**
   * A file begins to come, or goes on.
   *
   * @param from address
   */
  default void onFile(String name, String from, long bytes) {}

  /**
   * @param done bytes of the file that are here
   */
  default void onBytes(long done) {}

  /** What people should know, such as a second attempt. */
  default void onNote(String text) {}
}
