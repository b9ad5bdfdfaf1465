// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import java.util.Locale;

/** Constants as options and files spell them: {@code LOGIT_SOFTMAX} is {@code logit-softmax}. */
public final class Word {
  private Word() {}

  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The constant of that word.
   *
   * @throws IllegalArgumentException when there is none; options are checked before
   */
  public static <E extends Enum<E>> E parse(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
