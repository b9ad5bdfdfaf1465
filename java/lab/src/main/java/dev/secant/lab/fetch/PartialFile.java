// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What has come of a file, {@code NAME.part}, and beside it which version of which address it is
 * of, {@code NAME.part.json}: only of the same version may the rest come later. One process at a
 * time has it.
 */
final class PartialFile implements AutoCloseable {
  private final Path path;
  private final Path note;
  private final FileChannel channel;

  private PartialFile(Path path, Path note, FileChannel channel) {
    this.path = path;
    this.note = note;
    this.channel = channel;
  }

  /**
   * @param file the final name
   */
  static PartialFile of(Path file) {
    Path path = file.resolveSibling(file.getFileName() + ".part");
    Path note = file.resolveSibling(file.getFileName() + ".part.json");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      if (channel.tryLock() != null) return new PartialFile(path, note, channel);
    } catch (OverlappingFileLockException e) {
      // As below: somebody has it.
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", path, e);
    }
    closeQuietly(channel);
    throw new UsageException(path + ": in use, another fetch is at work in this folder");
  }

  Path path() {
    return path;
  }

  long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", path, e);
    }
  }

  /** The ETag or the date that the server gave what is here; null where nothing can go on. */
  String versionOrNull(URI address) {
    if (size() == 0 || !Files.isRegularFile(note, LinkOption.NOFOLLOW_LINKS)) return null;
    try {
      JsonNode json = Json.MAPPER.readTree(Files.readAllBytes(note));
      boolean same = address.toString().equals(json.path("address").textValue());
      return same ? json.path("version").textValue() : null;
    } catch (IOException e) {
      return null; // a note that is no JSON says nothing, so the file comes anew
    }
  }

  /**
   * Empties it for another version.
   *
   * @param versionOrNull a strong ETag or a date; null: what comes cannot go on later
   */
  void begin(URI address, String versionOrNull) {
    try {
      Files.deleteIfExists(note);
      channel.truncate(0);
      channel.position(0);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", path, e);
    }
    if (versionOrNull == null) return;
    String text =
        Json.MAPPER
            .createObjectNode()
            .put("address", address.toString())
            .put("version", versionOrNull)
            .toString();
    AtomicFile.write(note, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  void append(ByteBuffer bytes) {
    try {
      channel.position(channel.size());
      while (bytes.hasRemaining()) channel.write(bytes);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", path, e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(note);
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", path, e);
    }
  }

  /** Gives it its final name, on the disk for good. */
  void publish(Path file) {
    AtomicFile.publish(path, file);
    try {
      Files.deleteIfExists(note);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", note, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) channel.close();
    } catch (IOException e) {
      // Everything of it has been written, or its failure is on its way.
    }
  }
}
