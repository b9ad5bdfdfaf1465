// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The whole lines of a UTF-8 file, one at a time; {@code .gz} files are unpacked. */
final class LineSource implements AutoCloseable {
  /** A probe's line has some 2000 characters. */
  private static final int LONGEST = 1 << 20;

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final Reader in;
  private final char[] buffer = new char[BUFFER];
  private final StringBuilder line = new StringBuilder();
  private int at;
  private int end;
  private int number;

  private LineSource(Path file, Reader in) {
    this.file = file;
    this.in = in;
  }

  static LineSource open(Path file) {
    InputStream raw = null;
    try {
      raw = Files.newInputStream(file);
      InputStream bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, BUFFER) : raw;
      return new LineSource(
          file, new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": missing", e);
    } catch (IOException e) {
      closeQuietly(raw);
      throw failure(file, e);
    }
  }

  /** The next line without its end, or null; what follows the last end of a line is none. */
  String next() {
    line.setLength(0);
    while (true) {
      if (at == end && !fill()) return null;
      int from = at;
      while (at < end && buffer[at] != '\n') at++;
      line.append(buffer, from, at - from);
      if (line.length() > LONGEST) {
        throw new DataException(
            file + ":" + (number + 1) + ": expected a line of at most " + LONGEST + " characters");
      }
      if (at == end) continue;
      at++;
      number++;
      return line.toString();
    }
  }

  private boolean fill() {
    try {
      at = 0;
      end = Math.max(0, in.read(buffer));
      return end > 0;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** Of the last line returned, from 1. */
  int number() {
    return number;
  }

  /** Whether the file ended in the middle of a line; known when {@link #next} gave null. */
  boolean halfWritten() {
    return line.length() > 0;
  }

  private static RuntimeException failure(Path file, IOException e) {
    if (e instanceof CharacterCodingException)
      return new DataException(file + ": expected UTF-8 text", e);
    if (e instanceof ZipException || e instanceof EOFException)
      return new DataException(file + ": expected a whole gzip file: " + e.getMessage(), e);
    return IoFailureException.of("cannot read", file, e);
  }

  private static void closeQuietly(InputStream in) {
    try {
      if (in != null) in.close();
    } catch (IOException e) {
      // The failure that matters is already on its way.
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }
}
