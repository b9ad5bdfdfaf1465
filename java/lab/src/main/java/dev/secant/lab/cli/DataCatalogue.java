// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.metrics.Json;
import java.util.List;

/** What {@code data list} says of each data set. */
final class DataCatalogue {
  private static final String CIFAR_TERMS =
      "no licence is stated; its authors ask that their report is cited";
  private static final String CIFAR_REPORT =
      "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009";

  /**
   * @param files of it
   * @param terms of use
   * @param citationOrNull that its authors ask for
   */
  private record Entry(String name, String files, String terms, String citationOrNull) {}

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "cifar10",
              "the binary version: data_batch_1.bin ... data_batch_5.bin, test_batch.bin",
              CIFAR_TERMS,
              CIFAR_REPORT),
          new Entry(
              "cifar100",
              "the binary version: train.bin, test.bin; its 100 classes",
              CIFAR_TERMS,
              CIFAR_REPORT),
          new Entry(
              "folder",
              "train/CLASS/FILE and test/CLASS/FILE, PNG or JPEG of one size",
              "your own",
              null),
          new Entry(
              "made",
              "ten classes of drawn shapes, 10000 + 2000 images of 32 x 32; needs no files",
              "those of this program",
              null),
          new Entry(
              "svhn",
              "cropped digits: train_32x32.mat, test_32x32.mat, on request extra_32x32.mat",
              "for non-commercial use only",
              "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng, Reading Digits in Natural Images with"
                  + " Unsupervised Feature Learning, NIPS Workshop on Deep Learning and Unsupervised Feature Learning 2011"));

  private DataCatalogue() {}

  static void print(Console console) {
    for (Entry entry : ENTRIES) {
      console.out().printf("%-8s %s%n", entry.name(), entry.files());
      console.out().printf("%-8s terms: %s%n", "", entry.terms());
      if (entry.citationOrNull() != null)
        console.out().printf("%-8s cite: %s%n", "", entry.citationOrNull());
    }
  }

  static ObjectNode json() {
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    ObjectNode files = object.putObject("datasets");
    ObjectNode terms = object.putObject("terms");
    ObjectNode citations = object.putObject("citations");
    for (Entry entry : ENTRIES) {
      files.put(entry.name(), entry.files());
      terms.put(entry.name(), entry.terms());
      citations.put(entry.name(), entry.citationOrNull());
    }
    return object;
  }
}
