// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code config.yaml}: its format, then one line per option, sorted, so that two runs can be
 * compared with diff. It reads back to the same {@link RunConfig}, and is a valid {@code --config}
 * file. Permission to overwrite is never written down.
 */
public final class ConfigYaml {
  /** Options that say where a run happens, not what it computes; the hash leaves them out. */
  public static final Set<String> MACHINE_KEYS =
      Set.of(
          "checkpoint.every-minutes",
          "checkpoint.every-steps",
          "cuda.branches",
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
  static final Set<String> LATER_KEYS =
      Set.of(
          "checkpoint.every-minutes",
          "checkpoint.every-steps",
          "cuda.branches",
          "cuda.plans",
          "cuda.steps-per-launch",
          "fast",
          "svhn.extra");

  /** The first line, which tells versions of the program apart; no option, and in no hash. */
  public static final String HEAD = ConfigFile.FORMAT_KEY + ": " + ConfigFile.FORMAT + "\n";

  /** Of those, what a resumed run must have in common all the same. */
  private static final Set<String> KEPT_WHEN_RESUMED = Set.of("dump-recipes", "threads");

  private ConfigYaml() {}

  public static String write(RunConfig config) {
    return HEAD + lines(Binder.unbind(config));
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
   * What makes two runs the same: the options without {@link #MACHINE_KEYS} and without {@link
   * #LATER_KEYS} at their defaults, with alpha as K values where {@link #write} is content with
   * one.
   */
  public static String identity(RunConfig config) {
    SortedMap<String, String> values = options(config);
    LATER_KEYS.forEach(key -> values.remove(key, Options.all().get(key).fallback()));
    return lines(values);
  }

  /** Every option by key, sorted, as {@link #write} puts it, without {@link #MACHINE_KEYS}. */
  public static Map<String, String> values(RunConfig config) {
    Map<String, String> values = Binder.unbind(config);
    values.keySet().removeAll(MACHINE_KEYS);
    return values;
  }

  /**
   * The text without what may be another when a run is resumed; the images are known by their hash.
   */
  public static String whenResumed(RunConfig config) {
    Map<String, String> values = Binder.unbind(config);
    values.keySet().removeIf(k -> MACHINE_KEYS.contains(k) && !KEPT_WHEN_RESUMED.contains(k));
    return lines(values);
  }

  /**
   * The options in which two configurations differ, such as {@code the model has width: 1, the file
   * has width: 2}.
   *
   * @param first what the first is called
   * @param here its text, as {@link #write} or {@link #identity} gives it
   */
  public static String difference(String first, String here, String second, String there) {
    return "%s has %s, %s has %s"
        .formatted(first, onlyIn(here, there), second, onlyIn(there, here));
  }

  private static String onlyIn(String text, String other) {
    Set<String> others = other.lines().collect(Collectors.toSet());
    List<String> lines = text.lines().filter(line -> !others.contains(line)).toList();
    return lines.isEmpty() ? "nothing else" : String.join(", ", lines);
  }

  /**
   * Every option as text, by key, without {@link #MACHINE_KEYS}, with alpha as K values as in
   * {@link #identity}.
   */
  public static SortedMap<String, String> options(RunConfig config) {
    SortedMap<String, String> values = new TreeMap<>(values(config));
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

  /** A value as YAML reads it back. */
  public static String quoted(String value) {
    boolean plain = value.matches("[A-Za-z0-9_./][A-Za-z0-9_./,+-]*");
    return plain ? value : "'" + value.replace("'", "''") + "'";
  }
}
