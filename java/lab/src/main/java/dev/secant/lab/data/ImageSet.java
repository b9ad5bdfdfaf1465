// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.util.List;

/**
 * A data set in memory.
 *
 * @param name short name, such as {@code cifar10}
 * @param classNames one per class
 * @param dataHash order-free over images and labels, see {@link DataHash}
 * @param lossy whether results on it are only indicative: not known to be the lossless release
 */
public record ImageSet(
    String name,
    List<String> classNames,
    Images train,
    Images test,
    String dataHash,
    boolean lossy) {
  public ImageSet {
    classNames = List.copyOf(classNames);
  }

  /** What remains of it in a report. */
  public DataFacts facts() {
    return new DataFacts(name, dataHash, lossy, test.count());
  }

  public int classes() {
    return classNames.size();
  }
}
