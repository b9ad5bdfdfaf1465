// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Data sets recognised by their {@link DataHash}, in whatever order their images lie. CIFAR-100 and
 * SVHN are recognised by the sums of their files instead ({@link KnownFiles}), which others have
 * published; a data hash is added here once it was computed from such files.
 */
final class KnownSets {
  /**
   * The lossless CIFAR-10 release. {@link Cifar10Reader#main} printed it for a lossless copy whose
   * images lie in another order, which the hash does not see. RealCifar10Test finds the published
   * means and deviations of the release in what has this hash, to 1e-7.
   */
  private static final String CIFAR10 =
      "e705b267499aa2103d7e6911ace6eeca633b78fa98d53d2118264d30ff52807a";

  static final Set<String> LOSSLESS = Set.of(CIFAR10);

  static final String LOSSY_MARKER = "lossy";

  private KnownSets() {}

  /** Whether a folder says of itself that its images are not the lossless release. */
  static boolean marked(Path folder) {
    return Files.exists(folder.resolve(LOSSY_MARKER));
  }

  /** Unless a set is known to be lossless its results are only indicative. */
  static boolean lossy(String dataHash) {
    return !LOSSLESS.contains(dataHash);
  }
}
