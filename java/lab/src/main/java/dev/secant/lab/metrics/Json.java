// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.LabException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How JSON is written and read here. Doubles are written with the fewest digits that read back
 * exactly, the same on every Java. JSON has no NaN and no infinities: they are the strings {@code
 * "NaN"}, {@code "Infinity"} and {@code "-Infinity"}.
 */
public final class Json {
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Of a file that is read as a whole; as a tree it takes some thirty times as much. */
  private static final long MOST_BYTES = 4 << 20;

  private Json() {}

  /**
   * The content of a small file.
   *
   * @throws DataException where it is missing, larger than 4 MiB or not JSON
   */
  public static JsonNode read(Path file) {
    try {
      requireSize(file, MOST_BYTES);
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw unread(file, e);
    }
  }

  /** Why a file of JSON was not read: it is missing, it is something else, or reading failed. */
  public static LabException unread(Path file, IOException e) {
    if (e instanceof JsonProcessingException p)
      return new DataException(file + ": not JSON: " + withoutSource(p.getOriginalMessage()), e);
    // What looks like UTF-32, and is not.
    if (e instanceof CharConversionException)
      return new DataException(file + ": not JSON: " + e.getMessage(), e);
    if (e instanceof NoSuchFileException) return new DataException(file + ": missing", e);
    return IoFailureException.of("cannot read", file, e);
  }

  /**
   * @throws DataException where the file is larger
   */
  public static void requireSize(Path file, long most) throws IOException {
    long bytes = Files.size(file);
    if (bytes <= most) return;
    throw new DataException("%s: expected at most %d bytes, found %d".formatted(file, most, bytes));
  }

  /** Jackson names its input even where it is told not to show it. */
  private static String withoutSource(String message) {
    return message.replaceAll("\\s*\\(?\\[Source:.*", "").strip();
  }
}
