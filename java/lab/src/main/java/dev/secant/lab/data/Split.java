// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import dev.secant.random.Philox;
import dev.secant.random.Purpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which training images carry labels. Class c is shuffled by the counters (SPLIT, stream 0; step c,
 * sample j) and its first images are labelled; both lists are in ascending order. A split is drawn
 * once, written beside the run and never drawn again.
 *
 * @param seed split seed
 * @param proportional classes drawn in proportion to their size instead of balanced
 * @param unlabelledAll the unlabelled images are the whole training set instead of the rest
 * @param dataHash of the set whose images the indices mean
 * @param classCounts labelled images per class
 * @param labelled indices into the training images
 * @param unlabelled indices into the training images
 */
public record Split(
    long seed,
    boolean proportional,
    boolean unlabelledAll,
    String dataHash,
    int[] classCounts,
    int[] labelled,
    int[] unlabelled) {

  public static Split draw(
      ImageSet set, int labels, long seed, boolean proportional, boolean unlabelledAll) {
    List<List<Integer>> byClass = byClass(set);
    requireTotal(set, labels);
    int[] counts =
        proportional ? proportional(set, byClass, labels) : balanced(set, byClass, labels);
    int[] labelled =
        IntStream.range(0, counts.length)
            .flatMap(c -> pick(byClass.get(c), counts[c], seed, c))
            .sorted()
            .toArray();
    int n = set.train().count();
    int[] unlabelled = unlabelledAll ? IntStream.range(0, n).toArray() : rest(labelled, n);
    return new Split(
        seed, proportional, unlabelledAll, set.dataHash(), counts, labelled, unlabelled);
  }

  /**
   * SHA-256 over count and indices (int32, little-endian) of the labelled, then of the unlabelled
   * images.
   */
  public String hash() {
    MessageDigest digest = Sha256.digest();
    for (int[] indices : new int[][] {labelled, unlabelled}) {
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * (indices.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putInt(indices.length);
      for (int i : indices) bytes.putInt(i);
      digest.update(bytes.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<List<Integer>> byClass(ImageSet set) {
    List<List<Integer>> members = new ArrayList<>();
    for (int c = 0; c < set.classes(); c++) members.add(new ArrayList<>());
    int[] labels = set.train().labels();
    for (int i = 0; i < labels.length; i++) members.get(labels[i]).add(i);
    return members;
  }

  private static void requireTotal(ImageSet set, int labels) {
    int n = set.train().count();
    if (labels < 1 || labels > n) {
      throw new UsageException(
          "--labels: expected 1..%d (training images of %s), got %d"
              .formatted(n, set.name(), labels));
    }
  }

  private static int[] balanced(ImageSet set, List<List<Integer>> byClass, int labels) {
    int classes = set.classes();
    if (labels % classes != 0) {
      throw new UsageException(
          "--labels: expected a multiple of the %d classes of %s, got %d; split.classes=proportional takes any number"
              .formatted(classes, set.name(), labels));
    }
    int each = labels / classes;
    for (int c = 0; c < classes; c++) requireMembers(set, c, each, byClass.get(c).size(), labels);
    int[] counts = new int[classes];
    Arrays.fill(counts, each);
    return counts;
  }

  private static void requireMembers(ImageSet set, int c, int wanted, int has, int labels) {
    if (wanted > has) {
      throw new UsageException(
          "labels: %d labels need %d images of class %s, %s has %d"
              .formatted(labels, wanted, set.classNames().get(c), set.name(), has));
    }
  }

  /** Largest remainders; ties go to the lower class. */
  private static int[] proportional(ImageSet set, List<List<Integer>> byClass, int labels) {
    int n = set.train().count();
    int[] counts = new int[set.classes()];
    long[] remainders = new long[counts.length];
    int given = 0;
    for (int c = 0; c < counts.length; c++) {
      long share = (long) labels * byClass.get(c).size();
      counts[c] = (int) (share / n);
      remainders[c] = share % n;
      given += counts[c];
    }
    for (; given < labels; given++) {
      int best = 0;
      for (int c = 1; c < counts.length; c++) if (remainders[c] > remainders[best]) best = c;
      counts[best]++;
      remainders[best] = -1;
    }
    return counts;
  }

  /** The first images of a class after a Fisher–Yates shuffle. */
  private static IntStream pick(List<Integer> members, int count, long seed, int c) {
    int[] order = members.stream().mapToInt(Integer::intValue).toArray();
    for (int j = 0; j < count; j++) {
      int word = Philox.block(seed, Purpose.SPLIT.word(0, 0), c, j, 0)[0];
      int other = j + Philox.below(word, order.length - j);
      int swapped = order[j];
      order[j] = order[other];
      order[other] = swapped;
    }
    return Arrays.stream(order, 0, count);
  }

  private static int[] rest(int[] sorted, int n) {
    int[] rest = new int[n - sorted.length];
    for (int i = 0, at = 0, out = 0; i < n; i++) {
      if (at < sorted.length && sorted[at] == i) at++;
      else rest[out++] = i;
    }
    return rest;
  }
}
