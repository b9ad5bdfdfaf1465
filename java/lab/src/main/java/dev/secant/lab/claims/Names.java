// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.Map;

/** Data sets and methods as texts spell them. */
public final class Names {
  public static final String ERM = "ERM";
  public static final String MIXUP = "mixup";

  private static final Map<String, String> DATASETS =
      Map.of(
          "cifar10", "CIFAR-10",
          "cifar100", "CIFAR-100",
          "svhn", "SVHN",
          "made", "made images",
          "folder", "images of a folder");

  private Names() {}

  /** {@code CIFAR-10} of {@code cifar10}; a word that is not known stays as it is. */
  public static String dataset(String word) {
    return DATASETS.getOrDefault(word, word);
  }

  /**
   * Such as {@code ERM}, {@code mixup} or {@code ICT[3]}.
   *
   * @param kind the option {@code method}
   */
  public static String method(String kind, int k) {
    return switch (kind) {
      case "erm" -> ERM;
      case "mixup" -> k == 2 ? MIXUP : MIXUP + "[" + k + "]";
      case "ict" -> ict(k);
      default -> kind + "[" + k + "]";
    };
  }

  public static String ict(int k) {
    return "ICT[" + k + "]";
  }
}
