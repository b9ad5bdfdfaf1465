// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The end of a file of JSON lines that another process may be writing, without the rest of it. */
public final class LastLine {
  /** Far more than the longest line, that of a probe. */
  private static final int REACH = 1 << 16;

  private LastLine() {}

  /** The last line that has its end and is JSON; empty where there is none, or no file. */
  public static Optional<JsonNode> of(Path file) {
    String[] lines = end(file).split("\n", -1);
    // The last piece has no end; the first may have no beginning, and is no JSON then.
    for (int i = lines.length - 2; i >= 0; i--) {
      Optional<JsonNode> node = parse(lines[i]);
      if (node.isPresent()) return node;
    }
    return Optional.empty();
  }

  private static Optional<JsonNode> parse(String line) {
    try {
      JsonNode node = Json.MAPPER.readTree(line);
      return node.isObject() ? Optional.of(node) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String end(Path file) {
    try (SeekableByteChannel in = Files.newByteChannel(file)) {
      in.position(Math.max(0, in.size() - REACH));
      ByteBuffer bytes = ByteBuffer.allocate(REACH);
      while (bytes.hasRemaining() && in.read(bytes) >= 0) {}
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }
}
