// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The fields of {@code split.json}. Its lists are read number by number, for a tree of those of a
 * large set would take a gigabyte.
 */
final class SplitParser {
  /** Of a file; its lists name some five million images. */
  private static final long MOST_BYTES = 32 << 20;

  private static final Set<String> LISTS = Set.of("class_counts", "labelled", "unlabelled");
  private static final Set<String> TEXTS =
      Set.of("split_hash", "data_hash", "classes", "unlabelled_from");
  private static final String SEED = "seed";

  private final Path file;
  private final JsonParser parser;
  private final Map<String, int[]> lists = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private Long seed;

  private SplitParser(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * @throws DataException where the file is missing, too large, or of other types
   */
  static SplitParser parse(Path file) {
    try {
      Json.requireSize(file, MOST_BYTES);
      try (JsonParser parser = Json.MAPPER.createParser(file.toFile())) {
        SplitParser parsed = new SplitParser(file, parser);
        parsed.run();
        return parsed;
      }
    } catch (IOException e) {
      throw Json.unread(file, e);
    }
  }

  private void run() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) throw wrong("a JSON object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (LISTS.contains(name)) lists.put(name, ints(name));
      else if (TEXTS.contains(name)) texts.put(name, string(name));
      else if (name.equals(SEED)) seed = readSeed();
      else parser.skipChildren();
    }
    if (parser.nextToken() != null) throw wrong("nothing after the object");
  }

  private int[] ints(String name) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) throw wrong(name + ": expected", "a list");
    IntStream.Builder values = IntStream.builder();
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      boolean whole =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() == JsonParser.NumberType.INT;
      if (!whole) throw wrong("%s[%d]: expected".formatted(name, i), "an integer");
      values.add(parser.getIntValue());
    }
    return values.build().toArray();
  }

  private String string(String name) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING)
      throw wrong(name + ": expected", "a string");
    return parser.getText();
  }

  private long readSeed() throws IOException {
    boolean whole =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    if (!whole) throw wrong(SEED + ": expected", "an integer");
    return parser.getLongValue();
  }

  private DataException wrong(String expected) throws IOException {
    return wrong("expected", expected);
  }

  private DataException wrong(String where, String expected) throws IOException {
    JsonToken token = parser.currentToken();
    String found = token == null ? "nothing" : parser.getText();
    if (token == JsonToken.VALUE_STRING) found = '"' + found + '"';
    return new DataException("%s: %s %s, found %s".formatted(file, where, expected, found));
  }

  // ---- what it says ----------------------------------------------------------------------------

  long seed() {
    return required(SEED, seed);
  }

  String text(String name) {
    return required(name, texts.get(name));
  }

  int[] list(String name) {
    return required(name, lists.get(name));
  }

  /** Whether a field has the second of two words. */
  boolean word(String name, String first, String second) {
    String word = text(name);
    if (word.equals(first) || word.equals(second)) return word.equals(second);
    throw new DataException(
        "%s: %s: expected %s or %s, found %s".formatted(file, name, first, second, word));
  }

  private <T> T required(String name, T valueOrNull) {
    if (valueOrNull != null) return valueOrNull;
    throw new DataException(file + ": expected the field " + name);
  }
}
