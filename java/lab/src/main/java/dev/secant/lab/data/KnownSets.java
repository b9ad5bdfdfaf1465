// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Data sets recognised by their {@link DataHash}, in whatever order their images lie, and archives
 * by their sums. SVHN is recognised by the sums of its files instead ({@link KnownFiles}), which
 * others have published; a data hash is added here once it was computed from such files.
 */
public final class KnownSets {
  /**
   * The lossless CIFAR-10 release. {@link Cifar10Reader#main} printed it for a lossless copy whose
   * images lie in another order, which the hash does not see. RealCifar10Test finds the published
   * means and deviations of the release in what has this hash, to 1e-7.
   */
  private static final String CIFAR10 =
      "e705b267499aa2103d7e6911ace6eeca633b78fa98d53d2118264d30ff52807a";

  /**
   * The lossless CIFAR-100 release as PNG files, its fine classes in the order of their names. The
   * training images with this hash have the published means (0.50708, 0.48655, 0.44092) and
   * deviations (0.26733, 0.25644, 0.27615).
   */
  private static final String CIFAR100 =
      "443f691d31e53919d5cbba6e601844cbff31e85d5dc4bec749ba1a03b3ec41ab";

  static final Set<String> LOSSLESS = Set.of(CIFAR10, CIFAR100);

  static final String LOSSY_MARKER = "lossy";

  /** MD5, which is what their publisher gives. */
  private static final Map<String, String> ARCHIVES =
      Map.of(
          "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-binary.tar.gz",
          "c58f30108f718f92721af3b95e74349a", "cifar-10-python.tar.gz");

  private KnownSets() {}

  /** What a set is called, where it is known. */
  public static Optional<String> name(String dataHash) {
    return switch (dataHash) {
      case CIFAR10 -> Optional.of("CIFAR-10, the lossless release");
      case CIFAR100 -> Optional.of("CIFAR-100, the lossless release");
      default -> Optional.empty();
    };
  }

  /** The name of a published archive by the MD5 of its bytes, in lower-case hexadecimal. */
  public static Optional<String> archive(String md5) {
    return Optional.ofNullable(ARCHIVES.get(md5));
  }

  /** Whether a folder says of itself that its images are not the lossless release. */
  static boolean marked(Path folder) {
    return Files.exists(folder.resolve(LOSSY_MARKER));
  }

  /** Unless a set is known to be lossless its results are only indicative. */
  static boolean lossy(String dataHash) {
    return !LOSSLESS.contains(dataHash);
  }
}
