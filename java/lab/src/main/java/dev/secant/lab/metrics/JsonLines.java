// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of one JSON object a line. A line is handed to the system whole, at once. When that fails,
 * as on a full disk, the file is cut back to the last whole line. An interrupt of the thread does
 * not harm the file. Confined to one thread.
 */
final class JsonLines implements AutoCloseable {
  private final Path file;
  private final RandomAccessFile output; // a channel would be closed by an interrupt
  private long length;

  JsonLines(Path file) {
    this(file, create(file));
  }

  JsonLines(Path file, RandomAccessFile output) {
    this.file = file;
    this.output = output;
  }

  /**
   * Goes on with a file: what lies behind its first bytes is cut off.
   *
   * @param length bytes to keep, the end of a line
   */
  static JsonLines resume(Path file, long length) {
    JsonLines lines = null;
    try {
      lines = new JsonLines(file, new RandomAccessFile(file.toFile(), "rw"));
      lines.requireWhole(length);
      lines.output.setLength(length);
      lines.output.seek(length);
      lines.length = length;
      return lines;
    } catch (IOException e) {
      if (lines != null) lines.close();
      throw IoFailureException.of("cannot write", file, e);
    } catch (DataException e) {
      lines.close();
      throw e;
    }
  }

  /**
   * A length beyond the end would make up what the file has lost; one within a line, a torn one.
   */
  private void requireWhole(long length) throws IOException {
    long found = output.length();
    if (length < 0 || length > found) {
      throw new DataException(
          "%s: expected at least %d bytes, found %d".formatted(file, length, found));
    }
    if (length == 0) return;
    output.seek(length - 1);
    if (output.read() != '\n') {
      throw new DataException(
          "%s: offset %d: expected the end of a line before it".formatted(file, length));
    }
  }

  /** Bytes written so far, all of them whole lines. */
  long length() {
    return length;
  }

  private static RandomAccessFile create(Path file) {
    try {
      Files.createFile(file);
      return new RandomAccessFile(file.toFile(), "rw");
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", file, e);
    }
  }

  void write(ObjectNode object) {
    try {
      byte[] line =
          (Json.MAPPER.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
      output.write(line);
      length += line.length;
    } catch (IOException e) {
      cutBack(e);
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  private void cutBack(IOException cause) {
    try {
      output.setLength(length);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      output.close();
    } catch (IOException e) {
      throw IoFailureException.of("cannot close", file, e);
    }
  }
}
