// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.metrics.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/**
 * What a data set holds.
 *
 * @param train images of each class
 * @param test images of each class
 * @param repeatedTrain images whose pixels an earlier training image has
 * @param repeatedTest images whose pixels an earlier test image has
 * @param leaked test images whose pixels a training image has
 * @param contradicted images whose pixels an earlier image of another class has
 */
public record DataReport(
    ImageSet set,
    int[] train,
    int[] test,
    int repeatedTrain,
    int repeatedTest,
    int leaked,
    int contradicted) {
  public static DataReport of(ImageSet set) {
    Map<ByteBuffer, Integer> trainLabels = new HashMap<>();
    Map<ByteBuffer, Integer> testLabels = new HashMap<>();
    int[] repeated = new int[2];
    int leaked = 0;
    int contradicted = 0;
    MessageDigest digest = Sha256.digest();
    for (int i = 0; i < set.train().count(); i++) {
      Integer earlier =
          trainLabels.putIfAbsent(key(digest, set.train(), i), set.train().labels()[i]);
      if (earlier != null) repeated[0]++;
      if (earlier != null && earlier != set.train().labels()[i]) contradicted++;
    }
    for (int i = 0; i < set.test().count(); i++) {
      int label = set.test().labels()[i];
      ByteBuffer key = key(digest, set.test(), i);
      Integer inTrain = trainLabels.get(key);
      Integer earlier = testLabels.putIfAbsent(key, label);
      if (inTrain != null) leaked++;
      if (earlier != null) repeated[1]++;
      boolean otherClass =
          inTrain != null && inTrain != label || earlier != null && earlier != label;
      if (otherClass) contradicted++;
    }
    return new DataReport(
        set,
        counts(set.train(), set.classes()),
        counts(set.test(), set.classes()),
        repeated[0],
        repeated[1],
        leaked,
        contradicted);
  }

  private static ByteBuffer key(MessageDigest digest, Images images, int i) {
    digest.update(images.pixels(), i * images.imageBytes(), images.imageBytes());
    return ByteBuffer.wrap(digest.digest());
  }

  private static int[] counts(Images images, int classes) {
    int[] counts = new int[classes];
    for (int label : images.labels()) counts[label]++;
    return counts;
  }

  /** Whether every class has as many training images, and as many test images. */
  public boolean balanced() {
    return even(train) && even(test);
  }

  private static boolean even(int[] counts) {
    for (int n : counts) if (n != counts[0]) return false;
    return true;
  }
}
