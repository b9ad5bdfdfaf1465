// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Names;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.Word;
import dev.secant.lab.plot.Look;
import java.util.Comparator;

/** A method with its K, in the order of legends: ERM, mixup, ICT with rising K. */
record Method(Kind kind, int k) implements Comparable<Method> {
  private static final Comparator<Method> ORDER =
      Comparator.comparing(Method::kind).thenComparingInt(Method::k);

  static Method of(RunConfig.Method method) {
    return new Method(method.kind(), method.k());
  }

  /** Such as {@code ERM}, {@code mixup} or {@code ICT[3]}. */
  String label() {
    return Names.method(Word.of(kind), k);
  }

  Look look() {
    return Palette.look(kind, k);
  }

  @Override
  public int compareTo(Method other) {
    return ORDER.compare(this, other);
  }
}
