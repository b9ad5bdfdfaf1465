// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a file that is being written. */
class LastLineTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"step\":1}/{\"step\":2}/ | 2",
        "{\"step\":1}/{\"step\":2} | 1",
        "{\"step\":1}/{\"st/ | 1",
        "{\"step\":1}/7/ | 1",
        "{\"step\":1 | -1",
        "`` | -1",
      })
  void isTheLastWholeOne(String text, int step) throws IOException {
    Path file = folder.resolve("m.jsonl");
    Files.writeString(file, text.replace('/', '\n'));
    assertThat(LastLine.of(file).map(l -> l.get("step").intValue()).orElse(-1)).isEqualTo(step);
  }

  @ParameterizedTest
  @CsvSource({"100000, 7", "20, 7"})
  void ofALongFileOnlyTheEndIsRead(int lines, int step) throws IOException {
    Path file = folder.resolve("m.jsonl");
    Files.writeString(file, "{\"step\":1}\n".repeat(lines) + "{\"step\":7}\n");
    assertThat(LastLine.of(file).orElseThrow().get("step").intValue()).isEqualTo(step);
    assertThat(LastLine.of(folder.resolve("none"))).isEmpty();
  }
}
