// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/paper.md and docs/upgrading.md name nothing that the tree does not have. */
class PaperDocumentTest {
  private static final Path ROOT = Path.of("../..");
  private static final String NOT_BUILT = "not built yet";

  private static DocumentNames names;

  @BeforeAll
  static void index() {
    names = new DocumentNames(ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/paper.md", "docs/upgrading.md"})
  void everyNameExists(String file) throws IOException {
    String text = Files.readString(ROOT.resolve(file));
    assertThat(names.wrong(text)).as(file).isEmpty();
    assertThat(DocumentNames.in(text)).as("names in " + file).hasSizeGreaterThan(50);
  }

  @Test
  void everyRowNamesSomethingOrSaysThatItIsNotBuilt() throws IOException {
    assertThat(DocumentNames.rows(paper()))
        .allSatisfy(
            row -> {
              String text = String.join(" ", row.cells());
              assertThat(text).as("line " + row.line()).containsAnyOf("`", NOT_BUILT);
            });
  }

  @Test
  void everyEquationFigureClaimAndAcceptanceTestHasItsRow() throws IOException {
    List<String> first =
        DocumentNames.rows(paper()).stream().map(row -> row.cells().get(0)).toList();
    assertThat(first).contains("1, mixing", "1, λ", "2", "2, loss", "3");
    assertThat(first.stream().filter(cell -> cell.matches("C\\d+"))).isEqualTo(numbers("C", 16));
    assertThat(first.stream().filter(cell -> cell.matches("T\\d+"))).isEqualTo(numbers("T", 18));
    String figures = paper().substring(paper().indexOf("| figure |"), paper().indexOf("| claim |"));
    assertThat(DocumentNames.rows(figures).stream().map(row -> row.cells().get(0)))
        .isEqualTo(numbers("", 10));
  }

  private static List<String> numbers(String letter, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> letter + i).toList();
  }

  /** An option with a value in the first cell of a row is a default. */
  @Test
  void defaultsAreThoseOfTheProgram() throws IOException {
    List<DocumentNames.Name> given =
        DocumentNames.rows(paper()).stream()
            .flatMap(row -> DocumentNames.in(row.cells().get(0)).stream())
            .filter(name -> name.text().contains("="))
            .toList();
    assertThat(given).hasSizeGreaterThan(20);
    for (DocumentNames.Name name : given) {
      String[] parts = name.text().split("=");
      OptionSpec option = Options.all().get(parts[0]);
      assertThat(option.type().canonical(parts[1])).as(name.text()).isEqualTo(option.fallback());
    }
  }

  private static String paper() throws IOException {
    return Files.readString(ROOT.resolve("docs/paper.md"));
  }

  // ---- the checker ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java/core/src/main/java/dev/secant/backend/Consistency.java",
        "java/core",
        "pom.xml",
        "pom.xml:javacpp.version",
        "native/include/secant.h:secant_mix",
        "Consistency",
        "Consistency.Space.LOGIT",
        "Consistency.Tensors.student",
        "ConsistencyLoss.evaluate",
        "PaperDocumentTest.rightNamesAreFound",
        "ict.space",
        "ict.space=logit-softmax",
        "--labels",
        "labels=40000"
      })
  void rightNamesAreFound(String name) {
    assertThat(names.exists(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java/core/src/main/java/dev/secant/backend/Consistencies.java",
        "pom.xml:javacpp.versio",
        "pom.xml:cpp.version",
        "native/include/secant.h:secant_mi",
        "native/include:secant.h",
        "Consistencies",
        "Consistency.Space.LOGITS",
        "Consistency.Spaces",
        "ConsistencyLoss.evaluates",
        "ConsistencyLoss.batch",
        "PaperDocumentTest.wrong",
        "ict.spaces",
        "ict.space=logits",
        "--ict.space",
        "some words",
        "../secant",
        "/etc",
        ""
      })
  void wrongNamesAreNoticed(String name) {
    assertThat(names.exists(name)).isFalse();
  }

  @Test
  void aWrongNameInATableIsToldWithItsLine() {
    String text =
        """
        Text with `Consistency`.

        | equation | code | tests |
        |---|---|---|
        | 2 | `Consistency` | `ReferenceGradientTest.consistency` |
        | | `native/src/cpu/consistency.cpp` | `ReferenceGradientTest.consistent` |

        ```
        ./secant `commands` are not names
        ```
        """;
    assertThat(names.wrong(text))
        .containsExactly("line 6: nothing here is called `ReferenceGradientTest.consistent`");
    assertThat(DocumentNames.rows(text)).hasSize(1);
    assertThat(DocumentNames.rows(text).get(0).cells()).hasSize(6).startsWith("2");
  }
}
