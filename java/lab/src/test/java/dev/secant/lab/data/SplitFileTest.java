// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitFileTest {
  private static final ImageSet SET = TinySets.withClassSizes(6, 6);
  private final Split split = Split.draw(SET, 4, 3, false, false);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("split.json");
    SplitFile.write(file, split);
  }

  @Test
  void readsBackWhatWasWritten() {
    Split read = SplitFile.read(file, SET);
    assertThat(read).usingRecursiveComparison().isEqualTo(split);
    assertThat(read.hash()).isEqualTo(split.hash());
  }

  @Test
  void equalSplitsGiveEqualBytes() throws IOException {
    Path other = folder.resolve("other.json");
    SplitFile.write(other, SplitFile.read(file, SET));
    assertThat(other).hasSameBinaryContentAs(file);
  }

  @Test
  void aChangedIndexIsNoticed() throws IOException {
    int first = split.labelled()[0];
    edit("\"labelled\":[" + first + ",", "\"labelled\":[" + (first + 1) + ",");
    refused("split_hash: expected ");
  }

  @Test
  void anIndexThatIsNoImageIsRefused() {
    Split wrong =
        new Split(
            3, false, false, SET.dataHash(), new int[] {1, 1}, new int[] {4, 12}, new int[] {});
    SplitFile.write(file, wrong);
    refused("labelled[1]: expected 5..11, found 12");
  }

  @Test
  void aRepeatedIndexIsRefused() {
    SplitFile.write(
        file,
        new Split(
            3, false, false, SET.dataHash(), new int[] {1, 1}, new int[] {4, 4}, new int[] {}));
    refused("labelled[1]: expected 5..11, found 4");
  }

  @Test
  void anotherDataSetIsRefused() {
    assertThatThrownBy(() -> SplitFile.read(file, TinySets.withClassSizes(7, 6)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data_hash: expected ");
  }

  @Test
  void damageIsNamed() throws IOException {
    edit("\"seed\":3", "\"seat\":3");
    refused("expected the field seed");
    Files.writeString(file, "{\"split_hash\":");
    refused("not JSON");
    Files.delete(file);
    refused("split.json: missing");
  }

  @Test
  void somethingThatIsNoIntegerIsNamed() throws IOException {
    edit("\"class_counts\":[2,2]", "\"class_counts\":[2,\"x\"]");
    refused("class_counts[1]: expected an integer, found \"x\"");
  }

  private void edit(String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private void refused(String message) {
    assertThatThrownBy(() -> SplitFile.read(file, SET))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }
}
