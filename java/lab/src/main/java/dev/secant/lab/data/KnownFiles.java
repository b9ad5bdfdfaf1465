// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.util.List;

/** The files of the releases, as others have published their sums. */
public final class KnownFiles {
  /**
   * @param path below the folder that holds the release, with slashes
   */
  public record KnownFile(String path, long bytes, String sha256) {}

  /** Sums: ankane/torchvision-ruby, lib/torchvision/datasets/cifar10.rb. */
  public static final List<KnownFile> CIFAR10 =
      List.of(
          cifar10(
              "data_batch_1.bin",
              "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
          cifar10(
              "data_batch_2.bin",
              "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
          cifar10(
              "data_batch_3.bin",
              "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
          cifar10(
              "data_batch_4.bin",
              "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
          cifar10(
              "data_batch_5.bin",
              "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
          cifar10(
              "test_batch.bin",
              "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"));

  /** Sums: ankane/torchvision-ruby, lib/torchvision/datasets/cifar100.rb. */
  public static final List<KnownFile> CIFAR100 =
      List.of(
          new KnownFile(
              "cifar-100-binary/train.bin",
              153_700_000,
              "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29"),
          new KnownFile(
              "cifar-100-binary/test.bin",
              30_740_000,
              "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"));

  /**
   * Sums and sizes: tensorflow/datasets, url_checksums/svhn_cropped.txt; pytorch/vision has the
   * same sums in torchvision/prototype/datasets/_builtin/svhn.py.
   */
  public static final KnownFile SVHN_TRAIN =
      new KnownFile(
          "train_32x32.mat",
          182_040_794,
          "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8");

  public static final KnownFile SVHN_TEST =
      new KnownFile(
          "test_32x32.mat",
          64_275_384,
          "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b");

  public static final KnownFile SVHN_EXTRA =
      new KnownFile(
          "extra_32x32.mat",
          1_329_278_602,
          "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3");

  private KnownFiles() {}

  private static KnownFile cifar10(String name, String sha256) {
    return new KnownFile("cifar-10-batches-bin/" + name, 30_730_000, sha256);
  }

  static List<String> sums(List<KnownFile> files) {
    return files.stream().map(KnownFile::sha256).toList();
  }
}
