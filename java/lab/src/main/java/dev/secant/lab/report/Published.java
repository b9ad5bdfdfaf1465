// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import java.util.List;
import java.util.Map;

/** Numbers of others that ours stand beside, and facts on the data sets. */
final class Published {
  /**
   * Test error of a Wide ResNet 28-2.
   *
   * @param percent by labels
   */
  record Row(String dataset, String method, String source, Map<Integer, Double> percent) {}

  /**
   * @param licence as its makers state it
   */
  record Source(String citation, String licence) {}

  private static final String MIXMATCH = "Berthelot et al. 2019 (MixMatch), appendix B";

  static final List<Row> ERRORS =
      List.of(
          row("cifar10", "supervised", "Wang et al. 2022 (USB)", Map.of(250, 55.96, 4000, 15.51)),
          row("cifar10", "supervised", "Oliver et al. 2018", Map.of(4000, 20.26)),
          row(
              "cifar10",
              "mixup adapted to unlabelled images",
              MIXMATCH,
              Map.of(250, 47.43, 500, 36.17, 1000, 25.72, 2000, 18.14, 4000, 13.15)),
          row(
              "cifar10",
              "mean teacher",
              MIXMATCH,
              Map.of(250, 47.32, 500, 42.01, 1000, 17.32, 2000, 12.17, 4000, 10.36)),
          row(
              "cifar10",
              "ICT",
              "Berthelot et al. 2019 (MixMatch), table 4",
              Map.of(250, 38.60, 4000, 6.81)),
          row("cifar10", "ICT", "Verma et al. 2019 (ICT)", Map.of(4000, 7.66)),
          row(
              "cifar10",
              "MixMatch",
              "Berthelot et al. 2019 (MixMatch)",
              Map.of(250, 11.08, 500, 9.65, 1000, 7.75, 2000, 7.03, 4000, 6.24)),
          row("svhn", "supervised", "Wang et al. 2022 (USB)", Map.of(250, 25.70, 1000, 12.46)),
          row("svhn", "ICT", "Verma et al. 2019 (ICT)", Map.of(1000, 3.53)));

  /** Labels to 70 % on CIFAR-10 as the paper's text has them. */
  static final Map<String, Double> LABELS_TO_70 = Map.of("mixup", 1800.0, "ICT[4]", 500.0);

  private static final Map<String, Integer> CLASSES =
      Map.of("cifar10", 10, "svhn", 10, "cifar100", 100, "made", 10);

  private static final Source CIFAR =
      new Source(
          "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, 2009",
          "none stated by its makers; free for research by custom");

  private static final Map<String, Source> SOURCES =
      Map.of(
          "cifar10", CIFAR,
          "cifar100", CIFAR,
          "svhn",
              new Source(
                  "Y. Netzer et al., Reading Digits in Natural Images with Unsupervised Feature Learning, NIPS workshop,"
                      + " 2011",
                  "for non-commercial use only, as its makers state"),
          "made", new Source("drawn by this program", "Apache-2.0, as the program"),
          "folder", new Source("a folder of images of the user's own", "known to its owner"));

  private Published() {}

  private static Row row(
      String dataset, String method, String source, Map<Integer, Double> percent) {
    return new Row(dataset, method, source, percent);
  }

  /** Accuracy of guessing, 0..1; NaN where the number of classes is not known. */
  static double chance(String dataset) {
    return CLASSES.containsKey(dataset) ? 1.0 / CLASSES.get(dataset) : Double.NaN;
  }

  static Source source(String dataset) {
    return SOURCES.getOrDefault(dataset, new Source("unknown", "unknown"));
  }
}
