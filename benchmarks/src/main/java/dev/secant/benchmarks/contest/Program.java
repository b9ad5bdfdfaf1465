// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Optional;
import java.util.function.Supplier;

/** A program or library that competes; made without arguments. */
public interface Program {
  /** As options and tables have it, such as {@code secant}. */
  String name();

  /** Version and settings, for the record. */
  String version();

  /** What makes a contender, or empty where this program has none for such a problem here. */
  Optional<Supplier<Contender>> contender(Problem problem);
}
