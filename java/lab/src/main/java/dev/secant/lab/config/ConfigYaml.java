// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.UsageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

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

  private ConfigYaml() {}

  public static String write(RunConfig config) {
    return lines(config, key -> true);
  }

  public static RunConfig read(Path file) {
    return bind(file.toString(), ConfigFile.read(file));
  }

  /**
   * @param name of the text in errors
   */
  public static RunConfig parse(String name, String text) {
    return bind(name, ConfigFile.parse(name, text));
  }

  /** SHA-256, in hex, of the text without {@link #MACHINE_KEYS}. */
  public static String hash(RunConfig config) {
    String text = lines(config, key -> !MACHINE_KEYS.contains(key));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RunConfig bind(String name, Map<String, ConfigFile.Entry> entries) {
    for (String key : Options.all().keySet()) {
      if (!entries.containsKey(key)) {
        throw new UsageException(
            name + ": option " + key + " is missing; a run writes every option");
      }
    }
    return new ConfigResolver(1).entries(name, entries).resolve().config();
  }

  private static String lines(RunConfig config, Predicate<String> wanted) {
    StringBuilder text = new StringBuilder();
    Binder.unbind(config)
        .forEach(
            (key, value) -> {
              if (wanted.test(key))
                text.append(key).append(": ").append(quoted(value)).append('\n');
            });
    return text.toString();
  }

  private static String quoted(String value) {
    boolean plain = value.matches("[A-Za-z0-9_./][A-Za-z0-9_./,+-]*");
    return plain ? value : "'" + value.replace("'", "''") + "'";
  }
}
