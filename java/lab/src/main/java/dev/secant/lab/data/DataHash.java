// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.metrics.Sha256;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * The identity of a data set whatever the order of its files. Each image is hashed as its CIFAR
 * record, one label byte and then the pixels plane by plane (C, H, W); the hashes of a split are
 * added as 256-bit numbers modulo 2^256, and the two sums are hashed once more:
 *
 * <pre>SHA-256("secant data 1" ‖ int32 H, W, F ‖ int64 N_train ‖ S_train ‖ int64 N_test ‖ S_test)
 * </pre>
 *
 * with big-endian numbers and S = Σ SHA-256(label ‖ planes) mod 2^256.
 */
public final class DataHash {
  private static final int PARTS = 64;

  private DataHash() {}

  public static String of(Images train, Images test) {
    MessageDigest digest = Sha256.digest();
    digest.update("secant data 1".getBytes(StandardCharsets.US_ASCII));
    for (int extent : new int[] {train.height(), train.width(), train.channels()})
      update(digest, extent, 4);
    for (Images images : new Images[] {train, test}) {
      update(digest, images.count(), 8);
      digest.update(to32Bytes(sum(images)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static BigInteger sum(Images images) {
    return IntStream.range(0, PARTS)
        .parallel()
        .mapToObj(part -> sum(images, part))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static BigInteger sum(Images images, int part) {
    MessageDigest digest = Sha256.digest();
    byte[] record = new byte[1 + images.imageBytes()];
    BigInteger sum = BigInteger.ZERO;
    int to = (int) ((long) images.count() * (part + 1) / PARTS);
    for (int i = (int) ((long) images.count() * part / PARTS); i < to; i++) {
      planes(images, i, record);
      sum = sum.add(new BigInteger(1, digest.digest(record)));
    }
    return sum;
  }

  /** Image i as a CIFAR record. */
  static void planes(Images images, int i, byte[] record) {
    int area = images.height() * images.width();
    int channels = images.channels();
    byte[] pixels = images.pixels();
    record[0] = (byte) images.labels()[i];
    for (int f = 0; f < channels; f++) {
      int from = i * images.imageBytes() + f;
      int to = 1 + f * area;
      for (int p = 0; p < area; p++) record[to + p] = pixels[from + p * channels];
    }
  }

  private static byte[] to32Bytes(BigInteger sum) {
    byte[] out = new byte[32];
    BigInteger rest = sum;
    for (int i = 31; i >= 0; i--) {
      out[i] = rest.byteValue();
      rest = rest.shiftRight(8);
    }
    return out;
  }

  private static void update(MessageDigest digest, long value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      digest.update((byte) (value >> shift));
  }
}
