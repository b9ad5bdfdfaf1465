// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.YamlText;
import dev.secant.lab.error.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A grid as it is written: keys are options of a run, a list of values is an axis. Below {@code
 * cells} stand blocks with axes of their own; what stands beside them holds for every block. A grid
 * without blocks is one.
 *
 * @param name of the file, for errors
 * @param blocks settings by key, each with all its values
 */
public record GridSource(String name, List<Map<String, List<Setting>>> blocks) {
  static final String CELLS = "cells";

  /** Cells of a grid: far more than anybody trains, and what a machine can plan in seconds. */
  static final int MOST_CELLS = 10_000;

  /** What a grid or the call that runs it decides. */
  private static final Map<String, String> OF_THE_CALL =
      Map.of(
          "out", "a grid names its folders itself",
          "data", "give --data",
          "threads", "give --threads",
          "device", "give --devices",
          "dump-recipes", "all cells would write one file");

  /** The outermost first; whatever else is an axis comes after these, as it stands in the file. */
  private static final List<String> ORDER = List.of("dataset", "seed", "labels", "method", "k");

  private static final String METHOD = "method";

  /** Of the consistency loss: an axis of the methods that have one. */
  private static final String READING = "reading";

  private static final String DEFAULT_READING = "paper";

  public static GridSource read(Path file) {
    return parse(file.toString(), YamlText.read(file, "grid file"));
  }

  /**
   * @param name of the text in errors
   */
  public static GridSource parse(String name, String text) {
    YamlText yaml = YamlText.parse(name, text, CELLS);
    List<Map<String, List<Setting>>> blocks = new ArrayList<>();
    if (yaml.blocks().isEmpty()) blocks.add(block(name, yaml.values(), Map.of()));
    for (Map<String, YamlText.Value> own : yaml.blocks())
      blocks.add(block(name, yaml.values(), own));
    return new GridSource(name, List.copyOf(blocks));
  }

  private static Map<String, List<Setting>> block(
      String name, Map<String, YamlText.Value> common, Map<String, YamlText.Value> own) {
    Map<String, List<Setting>> block = new LinkedHashMap<>();
    Map<String, YamlText.Value> all = new LinkedHashMap<>(common);
    all.putAll(own);
    all.forEach(
        (key, value) -> {
          String where = name + " line " + value.line();
          requireOption(key, where);
          if (value.items().isEmpty())
            throw new UsageException(where + ": " + key + " has no value, so there is no cell");
          block.put(key, value.items().stream().map(t -> new Setting(t, value.line())).toList());
        });
    requireUseOfReading(name, block);
    return block;
  }

  private static void requireUseOfReading(String name, Map<String, List<Setting>> block) {
    if (hasConsistency(block)) return;
    for (Setting reading : block.getOrDefault(READING, List.of())) {
      if (reading.text().equals(DEFAULT_READING)) continue;
      throw new UsageException(
          "%s line %d: reading %s has no use: no method here is ict"
              .formatted(name, reading.line(), reading.text()));
    }
  }

  /** Whether a reading means anything to a cell of a block; without a method it is ict. */
  private static boolean hasConsistency(Map<String, List<Setting>> block) {
    return !block.containsKey(METHOD)
        || block.get(METHOD).stream().anyMatch(GridSource::hasConsistency);
  }

  /** A word that is no method is left to those who refuse it. */
  private static boolean hasConsistency(Setting method) {
    return !List.of("erm", "mixup").contains(MethodWord.of(method.text()).method());
  }

  private static void requireOption(String key, String where) {
    String instead = OF_THE_CALL.get(key);
    if (instead != null)
      throw new UsageException(where + ": " + key + " is no setting of a grid: " + instead);
    if (Options.all().containsKey(key)) return;
    Set<String> known = Options.all().keySet();
    throw new UsageException(
        where + ": unknown axis or option \"" + key + "\"" + Nearest.hint("", key, known));
  }

  /**
   * Puts values of the command line in the place of the file's, in every block; a reading in those
   * that have a consistency loss.
   *
   * @param values by key; several are an axis
   * @throws UsageException where a key is no option, and where no block has a use for a reading
   */
  public GridSource with(Map<String, List<String>> values) {
    values.keySet().forEach(key -> requireOption(key, "-o " + key));
    List<Map<String, List<Setting>>> changed = new ArrayList<>();
    for (Map<String, List<Setting>> block : blocks) {
      Map<String, List<Setting>> copy = new LinkedHashMap<>(block);
      values.forEach(
          (key, texts) -> copy.put(key, texts.stream().map(Setting::onCommandLine).toList()));
      if (!hasConsistency(copy)) copy.remove(READING);
      changed.add(copy);
    }
    if (values.containsKey(READING) && changed.stream().noneMatch(GridSource::hasConsistency))
      throw new UsageException("reading has no use with this grid: no method in it is ict");
    return new GridSource(name, List.copyOf(changed));
  }

  /**
   * The settings of every cell: the product of each block's axes, block after block. Cells of
   * methods without a consistency loss are made once, whatever readings there are.
   *
   * @throws UsageException where they are more than {@value #MOST_CELLS}
   */
  public List<Map<String, Setting>> cells() {
    requireFew();
    List<Map<String, Setting>> cells = new ArrayList<>();
    for (Map<String, List<Setting>> block : blocks) {
      List<String> keys = new ArrayList<>(ORDER);
      keys.retainAll(block.keySet());
      block.keySet().stream().filter(key -> !ORDER.contains(key)).forEach(keys::add);
      product(block, keys, new LinkedHashMap<>(), cells);
    }
    return cells;
  }

  private void requireFew() {
    long cells = 0;
    for (Map<String, List<Setting>> block : blocks) {
      long product = 1;
      for (List<Setting> axis : block.values()) {
        product *= axis.size();
        if (product > MOST_CELLS) throw tooMany();
      }
      cells += product;
    }
    if (cells > MOST_CELLS) throw tooMany();
  }

  private UsageException tooMany() {
    return new UsageException(
        name + ": its axes multiply to more than " + MOST_CELLS + " cells, the most a grid has");
  }

  private void product(
      Map<String, List<Setting>> block,
      List<String> keys,
      Map<String, Setting> chosen,
      List<Map<String, Setting>> cells) {
    if (keys.isEmpty()) {
      cells.add(withK(chosen));
      return;
    }
    boolean useless =
        keys.get(0).equals(READING)
            && chosen.containsKey(METHOD)
            && !hasConsistency(chosen.get(METHOD));
    if (useless) {
      product(block, keys.subList(1, keys.size()), chosen, cells);
      return;
    }
    for (Setting value : block.get(keys.get(0))) {
      Map<String, Setting> more = new LinkedHashMap<>(chosen);
      more.put(keys.get(0), value);
      product(block, keys.subList(1, keys.size()), more, cells);
    }
  }

  private Map<String, Setting> withK(Map<String, Setting> chosen) {
    Setting given = chosen.get(METHOD);
    if (given == null) return chosen;
    MethodWord word = MethodWord.of(given.text());
    if (word.kOrNull() == null) return chosen;
    if (chosen.containsKey("k")) {
      throw new UsageException(
          where(given) + ": " + given.text() + " says K, and so does k: give one of them");
    }
    chosen.put(METHOD, new Setting(word.method(), given.line()));
    chosen.put("k", new Setting(word.kOrNull(), given.line()));
    return chosen;
  }

  private String where(Setting setting) {
    return setting.line() == 0 ? "-o" : name + " line " + setting.line();
  }
}
