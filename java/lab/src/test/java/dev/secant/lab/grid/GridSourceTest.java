// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a file of axes to the settings of cells, without asking what options accept. */
class GridSourceTest {
  private static List<Map<String, String>> cells(String yaml) {
    return texts(GridSource.parse("g.yaml", yaml));
  }

  private static List<Map<String, String>> texts(GridSource source) {
    return source.cells().stream()
        .map(
            cell -> {
              Map<String, String> texts = new java.util.TreeMap<>();
              cell.forEach((key, setting) -> texts.put(key, setting.text()));
              return texts;
            })
        .toList();
  }

  @Test
  void axesAreMultipliedSeedsOutermost() {
    assertThat(cells("method: [erm, ict3]\nseed: [7, 8]\nict: {weight: 50}\n"))
        .containsExactly(
            Map.of("method", "erm", "seed", "7", "ict.weight", "50"),
            Map.of("method", "ict", "k", "3", "seed", "7", "ict.weight", "50"),
            Map.of("method", "erm", "seed", "8", "ict.weight", "50"),
            Map.of("method", "ict", "k", "3", "seed", "8", "ict.weight", "50"));
  }

  @Test
  void blocksHaveTheirOwnAxesAndShareTheRest() {
    assertThat(
            cells(
                """
                seed: [0, 1]
                labels: 250
                cells:
                - {dataset: cifar10, method: ict, k: [2, 3]}
                - {dataset: svhn, labels: 500, optim.lr: 0.1}
                """))
        .containsExactly(
            Map.of("dataset", "cifar10", "labels", "250", "method", "ict", "k", "2", "seed", "0"),
            Map.of("dataset", "cifar10", "labels", "250", "method", "ict", "k", "3", "seed", "0"),
            Map.of("dataset", "cifar10", "labels", "250", "method", "ict", "k", "2", "seed", "1"),
            Map.of("dataset", "cifar10", "labels", "250", "method", "ict", "k", "3", "seed", "1"),
            Map.of("dataset", "svhn", "labels", "500", "optim.lr", "0.1", "seed", "0"),
            Map.of("dataset", "svhn", "labels", "500", "optim.lr", "0.1", "seed", "1"));
  }

  @Test
  void theCommandLineReplacesWholeAxesInEveryBlock() {
    GridSource source =
        GridSource.parse("g.yaml", "cells:\n- {labels: [1, 2]}\n- {labels: 3, seed: 9}\n");
    assertThat(texts(source.with(Map.of("seed", List.of("0", "1"), "labels", List.of("5")))))
        .containsExactly(
            Map.of("labels", "5", "seed", "0"),
            Map.of("labels", "5", "seed", "1"),
            Map.of("labels", "5", "seed", "0"),
            Map.of("labels", "5", "seed", "1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lables: 5 | g.yaml line 1: unknown axis or option \"lables\"; did you mean labels?",
        "labels: [] | g.yaml line 1: labels has no value, so there is no cell",
        "cells: [5] | g.yaml line 1: cells must be a list of mappings",
        "cells: [] | g.yaml line 1: cells must be a list of mappings",
        "cells: 5 | g.yaml line 1: cells must be a list of mappings",
        "seed: {a: 1} | g.yaml line 1: unknown axis or option \"seed.a\"",
        "out: x | g.yaml line 1: out is no setting of a grid: a grid names its folders itself",
        "data: x | g.yaml line 1: data is no setting of a grid: give --data",
        "seed: [[1]] | g.yaml line 1: seed must be a plain value or a list of them",
        "{seed: [0 | g.yaml line 1: not YAML",
      })
  void whatIsWrongIsNamed(String yaml, String message) {
    assertThatThrownBy(() -> cells(yaml))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aReadingIsAnAxisOfConsistencyAlone() {
    assertThat(cells("method: [erm, mixup3, ict]\nreading: [paper, lineage]\n"))
        .containsExactly(
            Map.of("method", "erm"),
            Map.of("method", "mixup", "k", "3"),
            Map.of("method", "ict", "reading", "paper"),
            Map.of("method", "ict", "reading", "lineage"));
  }

  @Test
  void aReadingOfTheCommandLineGoesWhereItMeansSomething() {
    Map<String, List<String>> readings = Map.of("reading", List.of("lineage", "literal"));
    GridSource source = GridSource.parse("g.yaml", "cells:\n- method: mixup\n- method: ict\n");
    assertThat(texts(source.with(readings)))
        .containsExactly(
            Map.of("method", "mixup"),
            Map.of("method", "ict", "reading", "lineage"),
            Map.of("method", "ict", "reading", "literal"));
    assertThatThrownBy(() -> GridSource.parse("g.yaml", "method: erm").with(readings))
        .isInstanceOf(UsageException.class)
        .hasMessage("reading has no use with this grid: no method in it is ict");
  }

  @Test
  void anEmptyFileIsOneCellOfDefaults() {
    assertThat(cells("")).containsExactly(Map.of());
  }

  @Test
  void kIsSaidOnce() {
    assertThatThrownBy(() -> cells("method: ict2\nk: 3\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage("g.yaml line 1: ict2 says K, and so does k: give one of them");
  }

  @Test
  void theLineCountsInBlocksToo() {
    assertThatThrownBy(() -> cells("seed: 1\ncells:\n- labels: 5\n  sed: 3\n"))
        .hasMessageStartingWith("g.yaml line 4: unknown axis or option \"sed\"");
  }
}
