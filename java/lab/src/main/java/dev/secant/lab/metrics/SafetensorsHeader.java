// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.SafetensorsReader.Entry;
import dev.secant.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses and verifies the header of a safetensors file; whoever wrote it is not trusted. */
final class SafetensorsHeader {
  private static final int MAX_RANK = 16;

  private final Path file;
  private final JsonParser parser;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** What a header says. */
  record Content(Map<String, Entry> entries, Map<String, String> metadata) {}

  private SafetensorsHeader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * @param dataBytes bytes of the file after the header
   */
  static Content parse(Path file, byte[] header, long dataBytes) {
    String text = decode(file, header);
    try (JsonParser parser = Json.MAPPER.createParser(text)) {
      SafetensorsHeader parsed = new SafetensorsHeader(file, parser);
      parsed.root(text);
      parsed.requireContiguous(dataBytes);
      return new Content(parsed.entries, parsed.metadata);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "%s: header at offset %d: %s"
              .formatted(
                  file,
                  Safetensors.PREFIX + e.getLocation().getCharOffset(),
                  e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new IllegalStateException("a string was read", e);
    }
  }

  private static String decode(Path file, byte[] header) {
    if (header.length == 0 || header[0] != '{') {
      throw new DataException(
          "%s: offset %d: expected '{', found %s"
              .formatted(
                  file,
                  Safetensors.PREFIX,
                  header.length == 0 ? "nothing" : "0x%02x".formatted(header[0])));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new DataException(file + ": header: expected UTF-8", e);
    }
  }

  private void root(String text) throws IOException {
    parser.nextToken();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      expect(parser.nextToken(), JsonToken.START_OBJECT, name);
      if (name.equals(Safetensors.METADATA)) {
        metadata();
      } else {
        if (entries.size() == Safetensors.MAX_TENSORS) {
          throw new DataException(
              file + ": header: expected at most " + Safetensors.MAX_TENSORS + " tensors");
        }
        entries.put(name, entry(name));
      }
    }
    for (int i = (int) parser.currentLocation().getCharOffset(); i < text.length(); i++) {
      if (text.charAt(i) != ' ')
        throw new DataException(file + ": header: expected only spaces after the object");
    }
  }

  private void metadata() throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      expect(parser.nextToken(), JsonToken.VALUE_STRING, Safetensors.METADATA + "." + key);
      metadata.put(key, parser.getText());
    }
  }

  private Entry entry(String name) throws IOException {
    DType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "dtype" -> type = type(name);
        case "shape" -> shape = integers(name, field);
        case "data_offsets" -> offsets = integers(name, field);
        default -> throw wrong(name, "expected dtype, shape and data_offsets, found " + field);
      }
    }
    if (type == null || shape == null || offsets == null || offsets.length != 2) {
      throw wrong(name, "expected dtype, shape and two data_offsets");
    }
    return entry(name, type, shape, offsets[0], offsets[1]);
  }

  private Entry entry(String name, DType type, long[] shape, long begin, long end) {
    long bytes;
    try {
      bytes = Math.multiplyExact(Safetensors.count(shape), type.bytes());
    } catch (ArithmeticException e) {
      throw wrong(name, "shape " + Arrays.toString(shape) + " is impossible");
    }
    if (end - begin != bytes) {
      throw wrong(
          name,
          "data_offsets: expected %d bytes for %s %s, found %d..%d"
              .formatted(bytes, type, Arrays.toString(shape), begin, end));
    }
    return new Entry(name, type, shape, begin, end);
  }

  private DType type(String name) throws IOException {
    expect(parser.currentToken(), JsonToken.VALUE_STRING, name + ".dtype");
    DType type = Safetensors.TYPES.get(parser.getText());
    if (type == null)
      throw wrong(name, "dtype: expected U8, I32, I64, F32 or F64, found " + parser.getText());
    return type;
  }

  private long[] integers(String name, String field) throws IOException {
    expect(parser.currentToken(), JsonToken.START_ARRAY, name + "." + field);
    List<Long> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, name + "." + field);
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || parser.getLongValue() < 0) {
        throw wrong(
            name, field + ": expected 0.." + Long.MAX_VALUE + ", found " + parser.getText());
      }
      if (values.size() == MAX_RANK)
        throw wrong(name, field + ": expected at most " + MAX_RANK + " numbers");
      values.add(parser.getLongValue());
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private void expect(JsonToken found, JsonToken expected, String where) {
    if (found != expected) throw wrong(where, "expected " + expected + ", found " + found);
  }

  private DataException wrong(String where, String what) {
    return new DataException(file + ": header: " + where + ": " + what);
  }

  /** No holes, no overlap, nothing behind the last tensor. */
  private void requireContiguous(long dataBytes) {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry e : sorted) {
      if (e.begin() != at)
        throw wrong(e.name(), "data_offsets: expected to begin at " + at + ", found " + e.begin());
      at = e.end();
    }
    if (at != dataBytes) {
      throw new DataException(
          "%s: expected %d bytes of tensors, found %d".formatted(file, at, dataBytes));
    }
  }
}
