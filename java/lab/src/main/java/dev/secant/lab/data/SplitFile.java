// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** {@code split.json}: a split with its hash, verified when it is read. */
public final class SplitFile {
  private SplitFile() {}

  public static void write(Path file, Split split) {
    ObjectNode root =
        Json.MAPPER
            .createObjectNode()
            .put("split_hash", split.hash())
            .put("data_hash", split.dataHash())
            .put("seed", split.seed())
            .put("classes", split.proportional() ? "proportional" : "balanced")
            .put("unlabelled_from", split.unlabelledAll() ? "all" : "rest");
    put(root, "class_counts", split.classCounts());
    put(root, "labelled", split.labelled());
    put(root, "unlabelled", split.unlabelled());
    AtomicFile.write(file, (root + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void put(ObjectNode root, String name, int[] values) {
    ArrayNode array = root.putArray(name);
    for (int v : values) array.add(v);
  }

  /** Reads a split of a data set and verifies that it is one. */
  public static Split read(Path file, ImageSet set) {
    SplitParser parsed = SplitParser.parse(file);
    Split split =
        new Split(
            parsed.seed(),
            parsed.word("classes", "balanced", "proportional"),
            parsed.word("unlabelled_from", "rest", "all"),
            parsed.text("data_hash"),
            parsed.list("class_counts"),
            parsed.list("labelled"),
            parsed.list("unlabelled"));
    require(file, "split_hash", split.hash(), parsed.text("split_hash"));
    require(file, "data_hash", set.dataHash(), split.dataHash());
    requireAscending(file, "labelled", split.labelled(), set.train().count());
    requireAscending(file, "unlabelled", split.unlabelled(), set.train().count());
    requireCounts(file, split, set);
    return split;
  }

  /** The hash of the data set that a split divides. */
  public static String dataHash(Path file) {
    return SplitParser.parse(file).text("data_hash");
  }

  /** How many classes the data set has that a split divides. */
  public static int classes(Path file) {
    return SplitParser.parse(file).list("class_counts").length;
  }

  private static void requireAscending(Path file, String name, int[] indices, int images) {
    for (int i = 0; i < indices.length; i++) {
      int least = i == 0 ? 0 : indices[i - 1] + 1;
      if (indices[i] < least || indices[i] >= images) {
        throw new DataException(
            "%s: %s[%d]: expected %d..%d, found %d"
                .formatted(file, name, i, least, images - 1, indices[i]));
      }
    }
  }

  private static void requireCounts(Path file, Split split, ImageSet set) {
    int[] counts = new int[set.classes()];
    for (int i : split.labelled()) counts[set.train().labels()[i]]++;
    require(file, "class_counts", Arrays.toString(counts), Arrays.toString(split.classCounts()));
  }

  private static void require(Path file, String name, String expected, String found) {
    if (!expected.equals(found)) {
      throw new DataException(
          "%s: %s: expected %s, found %s".formatted(file, name, expected, found));
    }
  }
}
