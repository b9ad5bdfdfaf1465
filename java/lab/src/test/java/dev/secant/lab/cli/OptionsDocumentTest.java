// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/cli.md holds the table of options; run with -Dsecant.update=true to write it anew. */
class OptionsDocumentTest {
  private static final String BEGIN = "<!-- options: generated -->\n";
  private static final String END = "<!-- end of options -->\n";

  @Test
  void theTableOfOptionsIsCurrent() throws IOException {
    Path file = Path.of("../../docs/cli.md");
    String text = Files.readString(file);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    String expected = text.substring(0, from) + table() + text.substring(to);
    if (Boolean.getBoolean("secant.update")) Files.writeString(file, expected);
    assertThat(Files.readString(file)).isEqualTo(expected);
  }

  private static String table() {
    StringBuilder table = new StringBuilder();
    String group = "";
    for (OptionSpec spec : Options.all().values()) {
      if (!spec.group().equals(group)) {
        group = spec.group();
        table
            .append("\n### ")
            .append(group)
            .append("\n\n| option | values | default | meaning |\n|---|---|---|---|\n");
      }
      String values = spec.type().placeholder().replace("|", "\\|");
      String option = spec.flag() ? "--" + spec.key() : spec.key();
      table
          .append("| `")
          .append(option)
          .append("` | `")
          .append(values)
          .append("` | `")
          .append(spec.fallback());
      table.append("` | ").append(spec.description()).append(" |\n");
    }
    return table.append('\n').toString();
  }
}
