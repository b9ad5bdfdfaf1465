// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.DataParsers;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files {@code split.json} of a set of twelve images. The first byte says whether the rest is the
 * file as it is, or one whose hash is made right before it is read.
 */
class SplitFuzzTest {
  private static final ImageSet SET = DataParsers.tiny(6);

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    Path file = Hostile.write(folder.resolve("split.json"), content);
    if ((input[0] & 1) != 0) repair(file, content);
    Hostile.offer(ExitCode.DATA, file.toString(), () -> SplitFile.dataHash(file));
    Hostile.offer(ExitCode.DATA, file.toString(), () -> SplitFile.classes(file));
    Hostile.offer(ExitCode.DATA, file.toString(), () -> SplitFile.read(file, SET))
        .ifPresent(SplitFuzzTest::requireRoundTrip);
  }

  /** The refusal says the right hash. */
  private static void repair(Path file, byte[] content) {
    try {
      SplitFile.read(file, SET);
    } catch (dev.secant.lab.error.DataException e) {
      String message = e.getMessage();
      int at = message.indexOf("split_hash: expected ");
      int found = message.indexOf(", found ", at);
      if (at < 0 || found < 0) return;
      String right = message.substring(at + "split_hash: expected ".length(), found);
      String wrong = message.substring(found + ", found ".length());
      if (wrong.isEmpty()) return;
      String text = new String(content, StandardCharsets.UTF_8).replace(wrong, right);
      Hostile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void requireRoundTrip(Split split) {
    Path again = folder.resolve("again.json");
    SplitFile.write(again, split);
    Split read = SplitFile.read(again, SET);
    Hostile.same(split.hash(), read.hash(), "hash");
    Hostile.require(
        split.seed() == read.seed()
            && split.proportional() == read.proportional()
            && split.unlabelledAll() == read.unlabelledAll()
            && Arrays.equals(split.classCounts(), read.classCounts()),
        "another split");
    int labelled = Arrays.stream(split.classCounts()).sum();
    Hostile.require(labelled == split.labelled().length, "counts of other images");
    int[] counts = new int[SET.classes()];
    for (int i : split.labelled()) counts[SET.train().labels()[i]]++;
    Hostile.require(Arrays.equals(counts, split.classCounts()), "counts of other classes");
  }
}
