// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import java.nio.file.Path;
import java.util.Map;

/**
 * One run of a grid.
 *
 * @param index its place in the grid, from 0
 * @param name of its folder: what a reader looks for, and the beginning of the configuration hash
 * @param config with folders and threads that mean nothing yet: {@link #configIn}
 */
public record Cell(
    int index, String name, RunConfig config, String file, Map<String, Setting> settings) {
  private static final int HASH_DIGITS = 8;
  private static final Path NO_FOLDER = Path.of("cell");

  /**
   * @param file name of the grid's file, for errors
   */
  static Cell of(int index, String file, Map<String, Setting> settings) {
    RunConfig config = resolve(file, settings, Place.NOWHERE, NO_FOLDER).config();
    return new Cell(index, name(config), config, file, settings);
  }

  private static String name(RunConfig config) {
    return String.join(
        "-",
        Word.of(config.data().dataset()),
        Integer.toString(config.data().labels()),
        methodWord(config),
        Word.of(config.method().reading()),
        "s" + config.run().seed(),
        ConfigYaml.hash(config).substring(0, HASH_DIGITS));
  }

  /** {@code ict3}, {@code mixup2}, {@code erm}. */
  private static String methodWord(RunConfig config) {
    String method = Word.of(config.method().kind());
    return config.method().kind() == RunConfig.Kind.ERM ? method : method + config.method().k();
  }

  /** SHA-256 of the configuration, in hex: the same hash, the same results. */
  public String hash() {
    return ConfigYaml.hash(config);
  }

  public String dataset() {
    return Word.of(config.data().dataset());
  }

  /** This cell in a folder and on a machine; what an earlier attempt left there may go. */
  public ResolvedConfig configIn(Path folder, Place place) {
    return resolve(file, settings, place, folder);
  }

  private static ResolvedConfig resolve(
      String file, Map<String, Setting> settings, Place place, Path out) {
    ConfigResolver resolver = new ConfigResolver();
    settings.forEach(
        (key, s) -> {
          if (s.line() == 0) resolver.override(key + "=" + s.text());
          else resolver.entry(file, s.line(), key, s.text());
        });
    String dataset =
        settings.containsKey("dataset") ? settings.get("dataset").text() : DataFolders.MADE;
    place.apply(resolver, dataset, out);
    return resolver.overwrite(true).resolve();
  }
}
