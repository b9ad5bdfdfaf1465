// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A new file of one JSON object a line. A line is handed to the system whole, at once. When that
 * fails, as on a full disk, the file is cut back to the last whole line. Confined to one thread.
 */
final class JsonLines implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private long length;

  JsonLines(Path file) {
    this(file, create(file));
  }

  JsonLines(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  private static FileChannel create(Path file) {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", file, e);
    }
  }

  void write(ObjectNode object) {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(
              (Json.MAPPER.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8));
      int size = bytes.remaining();
      while (bytes.hasRemaining()) channel.write(bytes);
      length += size;
    } catch (IOException e) {
      cutBack(e);
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  private void cutBack(IOException cause) {
    try {
      channel.truncate(length);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw IoFailureException.of("cannot close", file, e);
    }
  }
}
