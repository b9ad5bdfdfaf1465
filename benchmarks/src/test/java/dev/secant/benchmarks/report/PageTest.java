// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
  @TempDir Path folder;

  private final Results made =
      new MadeResults()
          .row("mix", "secant", 9, 10, 11)
          .row("mix", "libtorch", 90, 125, 130)
          .row("step", "secant", 9e5, 1e6, 11e5)
          .row("step", "libtorch", 12e5, 13e5, 14e5)
          .row("step", "libtorch-nchw", 14e5, 15e5, 16e5)
          .row("step", "python-torch", 12e5, 12.5e5, 13e5)
          .results();

  /** The tables of the repository's page are those of its recorded results. */
  @Test
  void thePageIsUpToDate() throws IOException {
    Path page = Path.of("README.md");
    assertThat(Page.updated(page, Path.of("results/bench"))).isEqualTo(Files.readString(page));
  }

  @Test
  void resultsComeBackFromTheirFile() {
    Path file = folder.resolve(made.fileName());
    made.write(file);
    assertThat(Results.read(file)).isEqualTo(made);
    assertThat(file.getFileName()).hasToString("authenticamd-25-17-2cores-short.json");
  }

  @Test
  void filesOfAnotherKindAreRefused() throws IOException {
    Path file = folder.resolve("other.json");
    Files.writeString(file, "{\"schema\": 1, \"other\": 2}");
    assertThatThrownBy(() -> Results.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("other.json");
  }

  @Test
  void tablesGoBetweenTheMarks() throws IOException {
    made.write(folder.resolve(made.fileName()));
    Path page = folder.resolve("page.md");
    Files.writeString(page, "before\n" + Page.BEGIN + "\nold\n" + Page.END + "\nafter\n");
    Page.update(page, folder);
    String text = Files.readString(page);
    assertThat(text).startsWith("before\n").endsWith("\nafter\n").doesNotContain("old");
    assertThat(text)
        .contains("| mixing, N=128 K=2, uint8 to fp32 | secant | 10.0 µs |")
        .contains("12.5× (8.18–14.4)")
        .contains("| mixing, N=128 K=2, uint8 to fp32, beside libtorch | 12.0× | 12.5× | met |")
        .contains("| 1.35× | 1.30× | missed |")
        .contains("| 1.30 s | 1.25 s | +4.0 % | confirmed |");
    Page.update(page, folder);
    assertThat(Files.readString(page)).isEqualTo(text);
    assertThat(TextTable.of(made)).contains("12.5× (8.18–14.4)", "confirmed");
  }

  @Test
  void aPageWithoutMarksIsRefused() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "nothing");
    assertThatThrownBy(() -> Page.update(page, folder)).isInstanceOf(DataException.class);
  }
}
