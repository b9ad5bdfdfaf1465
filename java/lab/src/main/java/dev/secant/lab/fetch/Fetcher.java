// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import dev.secant.lab.data.KnownFiles.KnownFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.LabException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts the files of a release into a folder. Nothing is unpacked or gets its final name before its
 * size and SHA-256 are those expected.
 */
public final class Fetcher {
  private final HttpSource http;
  private final List<URI> mirrors;
  private final boolean offline;
  private final FetchListener listener;

  /**
   * @param mirrors addresses of folders, https or file, tried in this order and before the
   *     publisher's
   * @param offline nothing but files
   * @throws UsageException where a mirror is of another protocol
   */
  public Fetcher(HttpSource http, List<URI> mirrors, boolean offline, FetchListener listener) {
    for (URI mirror : mirrors) requireProtocol(mirror);
    this.http = http;
    this.mirrors = List.copyOf(mirrors);
    this.offline = offline;
    this.listener = listener;
  }

  private static void requireProtocol(URI mirror) {
    boolean https = "https".equalsIgnoreCase(mirror.getScheme()) && mirror.getHost() != null;
    boolean file = "file".equalsIgnoreCase(mirror.getScheme()) && mirror.getPath() != null;
    if (https || file && mirror.getAuthority() == null) return;
    throw new UsageException(
        "--mirror must be an address that starts with https:// or file:///, not \""
            + mirror
            + "\"");
  }

  /**
   * @return the files that were not there before, by path below the folder
   * @throws LabException usage: another file has the name of one of the release; data: what came is
   *     not the release; I/O: nothing came, or the disk is full
   */
  public List<String> fetch(List<Download> downloads, Path folder) {
    createFolder(folder);
    List<String> fetched = new ArrayList<>();
    for (Download download : downloads) {
      List<KnownFile> absent = absent(download, folder);
      if (absent.isEmpty()) continue;
      requireRoom(download, absent, folder);
      if (download.archive()) unpack(download, absent, folder);
      else whole(download, folder);
      absent.forEach(file -> fetched.add(file.path()));
    }
    return fetched;
  }

  /** Those of the results that are not there; one that is there and differs is never replaced. */
  private List<KnownFile> absent(Download download, Path folder) {
    List<KnownFile> absent = new ArrayList<>();
    for (KnownFile file : download.results()) {
      Path path = folder.resolve(file.path());
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) absent.add(file);
      else if (!same(path, file)) {
        throw new UsageException(
            path
                + ": exists and is not the file of the release (SHA-256 "
                + file.sha256()
                + "); move it away, or name another folder with --to");
      }
    }
    return absent;
  }

  private static void requireRoom(Download download, List<KnownFile> absent, Path folder) {
    long needed = download.archive() ? download.file().bytes() : 0;
    for (KnownFile file : absent) needed += file.bytes();
    Path file = folder.resolve(download.file().path());
    Path part = folder.resolve(download.file().path() + ".part");
    try {
      if (Files.isRegularFile(file)) needed -= Files.size(file);
      if (Files.isRegularFile(part)) needed -= Files.size(part);
      long usable = Files.getFileStore(folder).getUsableSpace();
      if (usable < needed) {
        throw new IoFailureException(
            "%s: needs %,d bytes, its disk has %,d left".formatted(folder, needed, usable));
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", folder, e);
    }
  }

  private void whole(Download download, Path folder) {
    Path file = folder.resolve(download.file().path());
    try (PartialFile part = PartialFile.of(file)) {
      bring(download, part);
      part.publish(file);
    }
  }

  private void unpack(Download download, List<KnownFile> absent, Path folder) {
    Path archive = folder.resolve(download.file().path());
    if (Files.exists(archive)) { // somebody put it there, and keeps it
      if (!same(archive, download.file())) throw mismatch(archive.toString(), archive, download);
      unpack(download, archive, absent, folder);
      return;
    }
    try (PartialFile part = PartialFile.of(archive)) {
      bring(download, part);
      unpack(download, part.path(), absent, folder);
      part.delete();
    }
  }

  /** All of it beside the final names first. */
  private void unpack(Download download, Path archive, List<KnownFile> absent, Path folder) {
    Path staging = folder.resolve(download.file().path() + ".unpacked");
    deleteFiles(staging);
    createFolder(staging);
    try {
      TarGz.unpack(archive, download, staging, listener::onPause);
      for (KnownFile file : absent) publish(staging, file.path(), folder);
      if (download.namesOrNull() != null) publish(staging, download.namesOrNull(), folder);
    } finally {
      deleteFiles(staging);
    }
  }

  private static void publish(Path staging, String name, Path folder) {
    Path from = staging.resolve(name.substring(name.lastIndexOf('/') + 1));
    Path to = folder.resolve(name);
    if (!Files.exists(from) || Files.exists(to)) return;
    createFolder(to.getParent());
    AtomicFile.publish(from, to);
  }

  // ---- addresses -------------------------------------------------------------------------------

  /** All addresses in turn, until one gives the file. */
  private void bring(Download download, PartialFile part) {
    if (complete(download, part)) return; // an earlier call came so far
    List<String> failures = new ArrayList<>();
    DataException wrong = null;
    for (URI address : addresses(download)) {
      if (!failures.isEmpty()) listener.onNote(failures.get(failures.size() - 1));
      listener.onFile(download.file().path(), address.toString(), download.file().bytes());
      try {
        if (gave(download, part, address)) return;
        wrong = mismatch(address.toString(), part.path(), download);
        failures.add(wrong.getMessage());
        part.begin(address, null);
      } catch (TransferException e) {
        failures.add(address + ": " + e.getMessage());
      }
    }
    if (part.size() == 0) part.delete();
    throw failed(download, failures, wrong);
  }

  /** Whether an address gave the file that was expected. */
  private boolean gave(Download download, PartialFile part, URI address) throws TransferException {
    boolean resumed = part.versionOrNull(address) != null;
    transfer(download, part, address);
    if (complete(download, part)) return true;
    if (!resumed) return false;
    // What was here already may have been damaged.
    listener.onNote(address + ": the whole is not the file expected; once more from the start");
    part.begin(address, null);
    transfer(download, part, address);
    return complete(download, part);
  }

  private static LabException failed(
      Download download, List<String> failures, DataException wrongOrNull) {
    String name = download.file().path();
    if (failures.isEmpty()) {
      return new UsageException(
          "--offline: there is no "
              + name
              + " in the folder; put it there, or name a folder that has it with --mirror file:///...");
    }
    String all = String.join("; ", failures);
    if (wrongOrNull != null) return new DataException(all, wrongOrNull);
    return new IoFailureException(
        "cannot fetch "
            + name
            + ": "
            + all
            + "; --mirror URL names another place, and a copy may be put into the folder by hand");
  }

  private List<URI> addresses(Download download) {
    List<URI> addresses = new ArrayList<>();
    for (URI mirror : mirrors) {
      String base = mirror.toString().replaceAll("/+$", "");
      addresses.add(URI.create(base + "/" + download.file().path()));
    }
    addresses.add(download.address());
    if (offline) addresses.removeIf(a -> !file(a));
    return addresses;
  }

  private static boolean file(URI address) {
    return "file".equalsIgnoreCase(address.getScheme());
  }

  private void transfer(Download download, PartialFile part, URI address) throws TransferException {
    if (file(address)) {
      copy(address, download.file().bytes(), part);
      return;
    }
    int attempts = http.policy().attempts();
    for (int attempt = 1; ; attempt++) {
      try {
        http.transfer(address, download.file().bytes(), part, listener);
        return;
      } catch (TransferException e) {
        if (!e.passing()) throw e;
        if (attempt == attempts) {
          throw new TransferException(false, e.getMessage() + " (" + attempts + " attempts)", e);
        }
        Duration wait = http.policy().waitAfter(attempt);
        listener.onNote(
            "%s: %s; attempt %d of %d in %s"
                .formatted(address, e.getMessage(), attempt + 1, attempts, HttpSource.text(wait)));
        sleep(wait);
      }
    }
  }

  private void sleep(Duration wait) {
    long end = System.nanoTime() + wait.toNanos();
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      listener.onPause();
      try {
        Thread.sleep(Math.min(200, left / 1_000_000 + 1));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailureException("interrupted while waiting");
      }
    }
  }

  private void copy(URI address, long bytes, PartialFile part) throws TransferException {
    part.begin(address, null);
    byte[] buffer = new byte[1 << 16];
    long done = 0;
    try (InputStream in = Files.newInputStream(Path.of(address))) {
      for (int got; (got = in.read(buffer)) >= 0; ) {
        listener.onPause();
        done += got;
        if (done > bytes) {
          throw new TransferException(false, "more than the " + bytes + " bytes expected");
        }
        part.append(ByteBuffer.wrap(buffer, 0, got));
        listener.onBytes(done);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new TransferException(false, IoFailureException.reason(e), e);
    }
    if (done < bytes) {
      throw new TransferException(false, "ended after %d of %d bytes".formatted(done, bytes));
    }
  }

  // ---- sums ------------------------------------------------------------------------------------

  private boolean complete(Download download, PartialFile part) {
    return part.size() == download.file().bytes() && same(part.path(), download.file());
  }

  private boolean same(Path path, KnownFile expected) {
    try {
      if (!Files.isRegularFile(path) || Files.size(path) != expected.bytes()) return false;
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", path, e);
    }
    return sum(path).equals(expected.sha256());
  }

  private String sum(Path path) {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int got; (got = in.read(buffer)) >= 0; ) {
        listener.onPause();
        digest.update(buffer, 0, got);
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", path, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private DataException mismatch(String what, Path path, Download download) {
    return new DataException(
        "%s: SHA-256 %s, expected %s".formatted(what, sum(path), download.file().sha256()));
  }

  // ---- folders ---------------------------------------------------------------------------------

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", folder, e);
    }
  }

  /** A staging folder holds plain files and nothing else. */
  private static void deleteFiles(Path staging) {
    if (!Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)) return;
    try (Stream<Path> files = Files.list(staging)) {
      for (Path file : files.toList()) Files.delete(file);
      Files.delete(staging);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", staging, e);
    }
  }
}
