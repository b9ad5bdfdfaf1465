// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code config.yaml}: one line per option, sorted, so that two runs can be compared with diff. It
 * reads back to the same {@link RunConfig}, and is a valid {@code --config} file. Permission to
 * overwrite is never written down.
 */
public final class ConfigYaml {
  /** Options that say where a run happens, not what it computes; the hash leaves them out. */
  public static final Set<String> MACHINE_KEYS =
      Set.of(
          "cuda.libraries",
          "cuda.library",
          "cuda.plans",
          "cuda.steps-per-launch",
          "data",
          "device",
          "dump-recipes",
          "out",
          "threads");

  /**
   * Options that came after the first runs were written. A file without them means their defaults,
   * and at their defaults they do not count in the hash, or every model would lose its own.
   */
  static final Set<String> LATER_KEYS = Set.of("cuda.plans", "cuda.steps-per-launch", "fast");

  private ConfigYaml() {}

  public static String write(RunConfig config) {
    return lines(Binder.unbind(config));
  }

  /**
   * What a run wrote.
   *
   * @throws DataException where it is not that
   */
  public static RunConfig read(Path file) {
    try {
      return bind(file.toString(), ConfigFile.read(file));
    } catch (UsageException e) {
      throw new DataException(e.getMessage(), e);
    }
  }

  /**
   * @param name of the text in errors
   */
  public static RunConfig parse(String name, String text) {
    return bind(name, ConfigFile.parse(name, text));
  }

  /** SHA-256, in hex, of {@link #identity}. */
  public static String hash(RunConfig config) {
    return Sha256.hex(identity(config).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What makes two runs the same: the text without {@link #MACHINE_KEYS} and without {@link
   * #LATER_KEYS} at their defaults, with alpha as K values where {@link #write} is content with
   * one.
   */
  public static String identity(RunConfig config) {
    SortedMap<String, String> values = options(config);
    LATER_KEYS.forEach(key -> values.remove(key, Options.all().get(key).fallback()));
    return lines(values);
  }

  /**
   * Every option as text, by key, without {@link #MACHINE_KEYS}, with alpha as K values as in
   * {@link #identity}.
   */
  public static SortedMap<String, String> options(RunConfig config) {
    SortedMap<String, String> values = new TreeMap<>(Binder.unbind(config));
    values.keySet().removeAll(MACHINE_KEYS);
    values.put("alpha", Binder.wholeAlpha(config.method()));
    return values;
  }

  private static RunConfig bind(String name, Map<String, ConfigFile.Entry> entries) {
    for (String key : Options.all().keySet()) {
      if (!entries.containsKey(key) && !LATER_KEYS.contains(key)) {
        throw new UsageException(
            name + ": option " + key + " is missing; a run writes every option");
      }
    }
    return new ConfigResolver(1).entries(name, entries).resolve().config();
  }

  private static String lines(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) -> text.append(key).append(": ").append(quoted(value)).append('\n'));
    return text.toString();
  }

  private static String quoted(String value) {
    boolean plain = value.matches("[A-Za-z0-9_./][A-Za-z0-9_./,+-]*");
    return plain ? value : "'" + value.replace("'", "''") + "'";
  }
}
