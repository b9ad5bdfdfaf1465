// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.config.RunConfig.Reading;
import dev.secant.lab.error.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges the sources of options, later ones winning: defaults, the preset of the reading, a file,
 * {@code -o key=value}, flags. A reading given on the command line replaces what a file says of its
 * options. Then checks the whole and binds it.
 */
public final class ConfigResolver {
  private static final Map<Reading, Map<String, String>> PRESETS =
      Map.of(
          Reading.PAPER, preset("teacher", "stop", "logit", "mean"),
          Reading.LINEAGE, preset("teacher", "stop", "prob", "mean"),
          Reading.LITERAL, preset("self", "both", "logit", "l2"));

  private record Given(String key, String text, Origin origin) {}

  private final List<Given> given = new ArrayList<>();
  private final int cores;
  private final Map<String, String> environment;
  private boolean overwrite;

  public ConfigResolver() {
    this(Runtime.getRuntime().availableProcessors(), System.getenv());
  }

  /**
   * Without environment variables.
   *
   * @param cores what {@code --threads auto} stands for
   */
  public ConfigResolver(int cores) {
    this(cores, Map.of());
  }

  ConfigResolver(int cores, Map<String, String> environment) {
    this.cores = cores;
    this.environment = environment;
  }

  /** Takes every entry of a YAML file. */
  public ConfigResolver file(Path file) {
    return entries(file.toString(), ConfigFile.read(file));
  }

  ConfigResolver entries(String name, Map<String, ConfigFile.Entry> entries) {
    entries.forEach((key, e) -> entry(name, e.line(), key, e.text()));
    return this;
  }

  /**
   * Takes one value of a file.
   *
   * @param name of the file in errors
   */
  public ConfigResolver entry(String name, int line, String key, String text) {
    given.add(new Given(key, text, Origin.file(name, line)));
    return this;
  }

  /** Takes one {@code key=value}. */
  public ConfigResolver override(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new UsageException("-o " + assignment + ": expected key=value");
    }
    String key = assignment.substring(0, equals).strip();
    given.add(new Given(key, assignment.substring(equals + 1), Origin.override(key)));
    return this;
  }

  public ConfigResolver flag(String key, String text) {
    given.add(new Given(key, text, Origin.flag(key)));
    return this;
  }

  /** An existing run folder may be replaced; only ever asked for on the command line. */
  public ConfigResolver overwrite(boolean allowed) {
    overwrite = allowed;
    return this;
  }

  public ResolvedConfig resolve() {
    Settings settings = merged();
    Rules.check(settings);
    List<String> notes = new ArrayList<>();
    new AutoValues(settings, cores, environment, notes).settle();
    return new ResolvedConfig(
        Binder.bind(settings, overwrite), describe(settings), List.copyOf(notes));
  }

  private Settings merged() {
    Settings settings = new Settings();
    Options.all().forEach((key, spec) -> settings.put(key, spec.fallback(), Origin.FALLBACK));
    Settings explicit = new Settings();
    Options.all().forEach((key, spec) -> explicit.put(key, spec.fallback(), Origin.FALLBACK));
    given.stream()
        .sorted(ConfigResolver::bySource)
        .forEach(g -> explicit.put(g.key, g.text, g.origin));
    String reading = explicit.text("reading");
    preset(reading).forEach((key, text) -> settings.put(key, text, Origin.reading(reading)));
    boolean anew = explicit.origin("reading").onCommandLine();
    explicit
        .copy()
        .forEach(
            (key, s) -> {
              if (!s.origin().explicit()) return;
              if (anew && ofAReading(key) && s.origin().source() == Origin.Source.FILE) return;
              settings.put(key, s.text(), s.origin());
            });
    return settings;
  }

  /**
   * A run's own file holds what its reading stood for; a reading asked for on the command line
   * replaces that, or the run would be called by one reading and computed by another.
   */
  private static boolean ofAReading(String key) {
    return PRESETS.get(Reading.PAPER).containsKey(key);
  }

  private static int bySource(Given a, Given b) {
    return a.origin.source().compareTo(b.origin.source());
  }

  /** The consistency options that a reading sets. */
  public static Map<String, String> preset(String reading) {
    return PRESETS.get(Word.parse(Reading.class, reading));
  }

  private static Map<String, String> preset(
      String target, String gradient, String space, String reduction) {
    return Map.of(
        "ict.target",
        target,
        "ict.gradient",
        gradient,
        "ict.space",
        space,
        "ict.reduction",
        reduction);
  }

  private static Map<String, ResolvedConfig.Value> describe(Settings settings) {
    Map<String, ResolvedConfig.Value> values = new LinkedHashMap<>();
    settings
        .copy()
        .forEach((k, s) -> values.put(k, new ResolvedConfig.Value(s.text(), s.origin())));
    return values;
  }
}
