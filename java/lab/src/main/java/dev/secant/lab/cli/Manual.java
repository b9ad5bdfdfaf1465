// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What help on a command says beside its options. It is kept as text, {@code manual/NAME.txt} on
 * the class path: headings of capitals, below them lines; in EXAMPLES and FILES a line that is not
 * indented and the indented lines that explain it.
 *
 * @param description paragraphs, with their line breaks
 * @param examples calls and what each does
 * @param exitCodes in ascending order
 * @param files names and what is in them; may be empty
 * @param seeAlso where to read on
 */
record Manual(
    String description,
    List<Entry> examples,
    List<Integer> exitCodes,
    List<Entry> files,
    List<String> seeAlso) {

  /**
   * @param name a call or a file
   * @param meaning what it does or holds
   */
  record Entry(String name, String meaning) {}

  private enum Section {
    DESCRIPTION,
    EXAMPLES,
    EXIT_CODES,
    FILES,
    SEE_ALSO
  }

  static Manual of(Command command) {
    return parse(text("manual/" + command.name() + ".txt"));
  }

  static Manual parse(String text) {
    Map<Section, List<String>> sections = sections(text);
    return new Manual(
        String.join("\n", sections.get(Section.DESCRIPTION)).strip(),
        entries(sections.get(Section.EXAMPLES)),
        words(sections.get(Section.EXIT_CODES), " ").stream().map(Integer::valueOf).toList(),
        entries(sections.get(Section.FILES)),
        words(sections.get(Section.SEE_ALSO), ","));
  }

  private static Map<Section, List<String>> sections(String text) {
    Map<Section, List<String>> sections = new EnumMap<>(Section.class);
    for (Section section : Section.values()) sections.put(section, new ArrayList<>());
    Section current = null;
    for (String line : text.lines().toList()) {
      Section heading = heading(line);
      if (heading != null) current = heading;
      else if (current != null) sections.get(current).add(line);
      else if (!line.isBlank()) throw new IllegalStateException("no heading above: " + line);
    }
    return sections;
  }

  private static Section heading(String line) {
    for (Section section : Section.values()) {
      if (section.name().replace('_', ' ').equals(line)) return section;
    }
    return null;
  }

  private static List<Entry> entries(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank()) continue;
      if (!line.startsWith(" ")) {
        entries.add(new Entry(line, ""));
        continue;
      }
      Entry last = entries.remove(entries.size() - 1);
      entries.add(new Entry(last.name(), (last.meaning() + " " + line.strip()).strip()));
    }
    return List.copyOf(entries);
  }

  private static List<String> words(List<String> lines, String separator) {
    return Arrays.stream(String.join(separator, lines).split(separator))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static String text(String resource) {
    try (InputStream in = Manual.class.getResourceAsStream(resource)) {
      if (in == null) throw new IllegalStateException("no " + resource + " on the class path");
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + resource + " from the class path", e);
    }
  }
}
