// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The grids that come with the program. */
public final class Presets {
  /** In the order of help. */
  public static final List<String> NAMES =
      List.of(
          "mini",
          "paper",
          "paper-lineage",
          "figure1",
          "figure2",
          "figure3",
          "figure4",
          "figure5",
          "figure6",
          "figure7",
          "figure8",
          "figure9",
          "figure10");

  private Presets() {}

  /**
   * @throws UsageException where there is none of that name
   */
  public static GridSource get(String name) {
    if (!NAMES.contains(name)) {
      throw new UsageException(
          "--preset must be one of "
              + String.join(", ", NAMES)
              + ", not \""
              + name
              + "\""
              + Nearest.hint("", name, NAMES));
    }
    try (InputStream in = Presets.class.getResourceAsStream(name + ".yaml")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return GridSource.parse("preset " + name, text);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read a preset from the class path", e);
    }
  }
}
