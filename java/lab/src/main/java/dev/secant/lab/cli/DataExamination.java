// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.RunConfig.Dataset;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.KnownSets;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.error.LabException;
import dev.secant.lab.train.DataSets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Which data set something is, and whether it is the published one. */
final class DataExamination {
  private static final String SUBJECT = "data";
  private static final int TRAIN = 500;
  private static final int TEST = 100;

  /** Of the first so many made images, as every machine draws them. */
  private static final String MADE =
      "a79d0fb02333db2fe24ea5ca9b91fe2a9c0098b97d6a8c91ef51d7a77bcbfecb";

  private DataExamination() {}

  /** Whether this machine draws the images that every other one does; tries the first ones. */
  static Finding made() {
    String hash =
        MadeImages.generate(MadeImages.SEED, TRAIN, TEST, MadeImages.Difficulty.STANDARD)
            .dataHash();
    return hash.equals(MADE)
        ? Finding.ok("made images", "as on every machine")
        : Finding.warn(
            "made images",
            "data hash " + hash + ", expected " + MADE,
            "results on them compare with no other machine's; check processor and Java");
  }

  /** A folder of images, the files of a release, or an archive. */
  static Finding of(Path data) {
    if (Files.isRegularFile(data)) return archive(data);
    if (!Files.isDirectory(data))
      return Finding.missing(SUBJECT, data + ": no such folder or archive", "check --data");
    Dataset dataset = dataset(data);
    boolean images = dataset == Dataset.FOLDER;
    try {
      return set(data, DataSets.load(dataset, data, false));
    } catch (LabException e) {
      String advice =
          images
              ? "secant data verify --dataset folder --data " + data + " names every such file"
              : "unpack or copy it again";
      return Finding.missing(SUBJECT, e.getMessage(), advice);
    }
  }

  /** Told by what lies in the folder. */
  private static Dataset dataset(Path data) {
    if (Files.isDirectory(data.resolve("train"))) return Dataset.FOLDER;
    if (Files.exists(data.resolve("train_32x32.mat"))) return Dataset.SVHN;
    boolean fine =
        Files.exists(data.resolve("train.bin"))
            || Files.isDirectory(data.resolve("cifar-100-binary"));
    return fine ? Dataset.CIFAR100 : Dataset.CIFAR10;
  }

  private static Finding set(Path data, ImageSet set) {
    Optional<String> name = KnownSets.name(set.dataHash());
    String count = "%s: %d + %d images".formatted(data, set.train().count(), set.test().count());
    if (name.isPresent()) return Finding.ok(SUBJECT, count + ", " + name.get());
    String found = count + ", data hash " + set.dataHash();
    return set.name().equals("cifar10")
        ? Finding.warn(
            SUBJECT,
            found + ", not the lossless release",
            "results are indicative; the release is cifar-10-binary.tar.gz of its authors")
        : Finding.info(SUBJECT, found, "no published set; nothing to do where these are your own");
  }

  private static Finding archive(Path file) {
    String md5;
    try {
      md5 = md5(file);
    } catch (IOException e) {
      return Finding.missing(SUBJECT, file + ": " + e.getMessage(), "check --data");
    }
    Optional<String> name = KnownSets.archive(md5);
    if (name.isEmpty())
      return Finding.missing(
          SUBJECT, file + ": MD5 " + md5 + ", none that is known", "download it again");
    return name.get().contains("binary")
        ? Finding.info(SUBJECT, file + ": " + name.get() + ", as published", "tar -xzf " + file)
        : Finding.warn(
            SUBJECT,
            file + ": " + name.get() + ", as published",
            "pickled arrays are not read; get cifar-10-binary.tar.gz");
  }

  private static String md5(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
