// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import dev.secant.lab.data.KnownFiles;
import dev.secant.lab.data.KnownFiles.KnownFile;
import java.net.URI;
import java.util.List;

/** Where the releases are, and the sums of what lies there. */
public final class Releases {
  private static final String CIFAR = "https://www.cs.toronto.edu/~kriz/";
  private static final String SVHN = "https://ufldl.stanford.edu/housenumbers/";

  /**
   * Size and SHA-256: tensorflow/datasets, url_checksums/cifar10.txt. The publisher's page gives
   * the MD5 c32a1d4ab5d03f1284b67883e8d87530.
   */
  public static final List<Download> CIFAR10 =
      List.of(
          new Download(
              new KnownFile(
                  "cifar-10-binary.tar.gz",
                  170_052_171,
                  "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
              URI.create(CIFAR + "cifar-10-binary.tar.gz"),
              KnownFiles.CIFAR10,
              "cifar-10-batches-bin/batches.meta.txt"));

  /**
   * Size and SHA-256: tensorflow/datasets, url_checksums/cifar100.txt. The publisher's page gives
   * the MD5 03b5dce01913d631647c71ecec9e9cb8.
   */
  public static final List<Download> CIFAR100 =
      List.of(
          new Download(
              new KnownFile(
                  "cifar-100-binary.tar.gz",
                  168_513_733,
                  "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
              URI.create(CIFAR + "cifar-100-binary.tar.gz"),
              KnownFiles.CIFAR100,
              "cifar-100-binary/fine_label_names.txt"));

  private Releases() {}

  /**
   * @param extra the further images too
   */
  public static List<Download> svhn(boolean extra) {
    return extra
        ? List.of(
            plain(KnownFiles.SVHN_TRAIN), plain(KnownFiles.SVHN_TEST), plain(KnownFiles.SVHN_EXTRA))
        : List.of(plain(KnownFiles.SVHN_TRAIN), plain(KnownFiles.SVHN_TEST));
  }

  private static Download plain(KnownFile file) {
    return new Download(file, URI.create(SVHN + file.path()), List.of(), null);
  }
}
