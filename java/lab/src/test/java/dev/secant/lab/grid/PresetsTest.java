// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.config.Options;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.UsageException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The grids of the paper, counted. */
class PresetsTest {
  private static final List<String> NAMES = Presets.NAMES;

  private static Set<Map<String, String>> cells(String preset) {
    return Presets.get(preset).cells().stream()
        .map(
            cell ->
                cell.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().text())))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @CsvSource({
    "mini, 24",
    "paper, 300",
    "paper-lineage, 190",
    "figure1, 25",
    "figure2, 150",
    "figure3, 25",
    "figure4, 25",
    "figure5, 25",
    "figure6, 25",
    "figure7, 25",
    "figure8, 25",
    "figure9, 125",
    "figure10, 25"
  })
  void cellsAreCountedAndNoneComesTwice(String preset, int count) {
    assertThat(cells(preset)).hasSize(count);
    assertThat(Presets.get(preset).cells()).hasSize(count);
  }

  @Test
  void thePaperIsAllItsFigures() {
    Set<Map<String, String>> all = new HashSet<>();
    for (int figure = 1; figure <= 10; figure++) all.addAll(cells("figure" + figure));
    assertThat(all).isEqualTo(cells("paper"));
  }

  @Test
  void thePaperHasTheSizesAndMethodsOfEachSet() {
    assertThat(count("paper", c -> c.get("dataset")))
        .isEqualTo(Map.of("cifar10", 150L, "svhn", 125L, "cifar100", 25L));
    assertThat(count("paper", c -> c.get("dataset") + c.get("method") + c.getOrDefault("k", "")))
        .containsEntry("cifar10ict5", 25L)
        .containsEntry("svhnict4", 25L)
        .doesNotContainKey("svhnict5")
        .containsEntry("cifar100mixup", 5L);
    assertThat(cells("paper")).allMatch(c -> c.get("budget").equals("paper"));
  }

  @Test
  void theLineageHasConsistencyAlone() {
    assertThat(cells("paper-lineage"))
        .allMatch(c -> c.get("method").equals("ict") && c.get("reading").equals("lineage"));
  }

  private static Map<String, Long> count(String preset, Function<Map<String, String>, String> key) {
    return cells(preset).stream().collect(Collectors.groupingBy(key, Collectors.counting()));
  }

  /** Two methods without a reading and three with two, three seeds each. */
  @Test
  void theMiniHasBothReadingsAndTrainsTheOthersOnce() {
    assertThat(count("mini", c -> c.get("method") + c.getOrDefault("reading", "")))
        .isEqualTo(Map.of("erm", 3L, "mixup", 3L, "ictpaper", 9L, "ictlineage", 9L));
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void everyPresetSettles(String preset) {
    GridSource source = Presets.get(preset);
    ValueType.Choice sets = (ValueType.Choice) Options.all().get("dataset").type();
    Set<String> used =
        source.cells().stream().map(c -> c.get("dataset").text()).collect(Collectors.toSet());
    Assumptions.assumeTrue(sets.values().containsAll(used), "skipped: no reader yet of " + used);
    Grid grid = Grid.of(preset, source);
    assertThat(grid.cells()).hasSize(source.cells().size());
    assertThat(grid.datasets()).isEqualTo(used);
  }

  @Test
  void anUnknownOneIsRefused() {
    assertThatThrownBy(() -> Presets.get("figure11"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("not \"figure11\"; did you mean figure1?");
  }
}
