// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import dev.secant.lab.data.KnownFiles.KnownFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.Sha256;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Unpacks the files of a gzipped tar archive that have exactly the names, sizes and sums expected.
 * Other plain files are passed over unwritten; anything that could reach outside the folder or take
 * more time or room than the files are worth is refused.
 */
final class TarGz {
  private static final int MAX_ENTRIES = 100;
  private static final int RECORD = 512;

  /** Of text whose sum nobody has published. */
  private static final int MAX_NAMES = 1 << 16;

  /** Unpacked bytes between two files: heads, long names, padding. */
  private static final int MAX_BETWEEN = 1 << 16;

  /** Of files that are passed over. */
  private static final int MAX_PASSED_OVER = 1 << 20;

  private final Path archive;
  private final Map<String, KnownFile> expected = new HashMap<>();
  private final String namesOrNull;
  private final Path folder;
  private final Set<String> seen = new HashSet<>();

  private TarGz(Path archive, Download download, Path folder) {
    this.archive = archive;
    this.namesOrNull = download.namesOrNull();
    this.folder = folder;
    for (KnownFile file : download.contents()) expected.put(file.path(), file);
  }

  /**
   * @param folder exists; gets the files by their last name
   * @throws DataException where the archive is not as expected; the folder may hold some files then
   */
  static void unpack(Path archive, Download download, Path folder, Runnable pause) {
    new TarGz(archive, download, folder).run(pause);
  }

  /** Gives no more bytes than were allowed. */
  private static final class Allowance extends FilterInputStream {
    private long left;

    Allowance(InputStream in) {
      super(in);
    }

    void allow(long bytes) {
      left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      if (length == 0) return 0;
      if (left == 0) throw new IOException("unpacks to more than its files");
      int got = in.read(to, at, (int) Math.min(length, left));
      if (got > 0) left -= got;
      return got;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = 0;
      byte[] sink = new byte[4096];
      while (skipped < bytes) {
        int got = read(sink, 0, (int) Math.min(sink.length, bytes - skipped));
        if (got < 0) break;
        skipped += got;
      }
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  private void run(Runnable pause) {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
        Allowance unpacked = new Allowance(gzip(file));
        TarArchiveInputStream tar = new TarArchiveInputStream(unpacked, RECORD, RECORD, "UTF-8")) {
      unpacked.allow(MAX_BETWEEN);
      TarArchiveEntry entry;
      while ((entry = next(tar)) != null) {
        pause.run();
        check(entry);
        unpacked.allow(entry.getSize());
        take(entry, tar, pause);
        unpacked.allow(MAX_BETWEEN);
      }
      requireEnd(unpacked, file);
      requireAll();
    } catch (IOException e) {
      throw refused(e.getMessage(), e);
    }
  }

  private static TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
    try {
      return tar.getNextEntry();
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** One member only, and the file is read no further than its end. */
  private static InputStream gzip(InputStream file) throws IOException {
    return GzipCompressorInputStream.builder()
        .setInputStream(file)
        .setDecompressConcatenated(false)
        .get();
  }

  private void check(TarArchiveEntry entry) {
    String name = entry.getName();
    String shown = name.replaceAll("[^ -~]", "?");
    if (seen.size() == MAX_ENTRIES) throw refused("more than " + MAX_ENTRIES + " entries");
    if (!seen.add(name)) throw refused("\"" + shown + "\" comes twice");
    boolean outside =
        name.startsWith("/")
            || name.contains("\\")
            || name.contains("\0")
            || List.of(name.split("/")).contains("..");
    if (outside) throw refused("the name \"" + shown + "\" leads out of the folder");
    boolean plain =
        entry.getLinkFlag() == TarConstants.LF_NORMAL
            || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
    if (!plain && entry.getLinkFlag() != TarConstants.LF_DIR || entry.isSparse()) {
      throw refused(
          "\"%s\" is of type '%c', expected a plain file".formatted(shown, entry.getLinkFlag()));
    }
    if (entry.getSize() < 0 || entry.getSize() > limit(name)) {
      throw refused(
          "\"%s\" has %d bytes, expected at most %d"
              .formatted(shown, entry.getSize(), limit(name)));
    }
  }

  private long limit(String name) {
    if (expected.containsKey(name)) return expected.get(name).bytes();
    return name.equals(namesOrNull) ? MAX_NAMES : MAX_PASSED_OVER;
  }

  private void take(TarArchiveEntry entry, InputStream tar, Runnable pause) throws IOException {
    String name = entry.getName();
    boolean wanted = expected.containsKey(name) || name.equals(namesOrNull);
    if (entry.isDirectory() || !wanted) {
      tar.transferTo(OutputStream.nullOutputStream());
      return;
    }
    Path file = folder.resolve(name.substring(name.lastIndexOf('/') + 1));
    MessageDigest digest = Sha256.digest();
    long bytes = 0;
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = create(file)) {
      for (int got; (got = tar.read(buffer)) >= 0; bytes += got) {
        pause.run();
        digest.update(buffer, 0, got);
        write(out, file, buffer, got);
      }
    }
    KnownFile known = expected.get(name);
    if (known != null) requireSame(known, bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static OutputStream create(Path file) {
    try {
      return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  private static void write(OutputStream out, Path file, byte[] buffer, int length) {
    try {
      out.write(buffer, 0, length);
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    }
  }

  private void requireSame(KnownFile known, long bytes, String sha256) {
    if (bytes == known.bytes() && sha256.equals(known.sha256())) return;
    throw refused(
        "\"%s\" has %d bytes of SHA-256 %s, expected %d of %s"
            .formatted(known.path(), bytes, sha256, known.bytes(), known.sha256()));
  }

  /** Zeros to the end of the one gzip member, and then nothing. */
  private void requireEnd(InputStream unpacked, InputStream file) throws IOException {
    byte[] buffer = new byte[4096];
    for (int got; (got = unpacked.read(buffer, 0, buffer.length)) >= 0; ) {
      for (int i = 0; i < got; i++) {
        if (buffer[i] != 0) throw refused("data after the end of the tar archive");
      }
    }
    if (file.read() >= 0) throw refused("data after the end of the gzip data");
  }

  private void requireAll() {
    for (String name : expected.keySet()) {
      if (!seen.contains(name)) throw refused("\"" + name + "\" is missing");
    }
  }

  private DataException refused(String why) {
    return refused(why, null);
  }

  private DataException refused(String why, Exception cause) {
    return new DataException(archive + ": not the archive expected: " + why, cause);
  }
}
