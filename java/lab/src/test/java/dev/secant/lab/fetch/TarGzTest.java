// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.data.KnownFiles.KnownFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives as they should be and as attackers make them, with the sum that a release would have.
 */
class TarGzTest {
  private static final byte[] A = "the first file".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] B = new byte[100_000];

  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private TarArchiveOutputStream tar;

  @BeforeEach
  void begin() {
    tar = new TarArchiveOutputStream(bytes);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  private void put(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private void putHead(String name, byte type, String link) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    if (link != null) entry.setLinkName(link);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private void putGood() throws IOException {
    putHead("set/", TarConstants.LF_DIR, null);
    put("set/a.bin", A);
    put("set/names.txt", "one\ntwo\n".getBytes(StandardCharsets.US_ASCII));
    put("set/readme.html", new byte[1000]);
    put("set/b.bin", B);
  }

  private byte[] packed() throws IOException {
    tar.finish();
    return gzip(bytes.toByteArray());
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static KnownFile known(String path, byte[] content) {
    return new KnownFile(path, content.length, Sha256.hex(content));
  }

  /** From a folder, so that the archive's own sum holds whatever is in it. */
  private List<String> fetch(byte[] archive) throws IOException {
    Path mirror = Files.createDirectories(folder.resolve("mirror"));
    Files.write(mirror.resolve("set.tar.gz"), archive);
    Download download =
        new Download(
            known("set.tar.gz", archive),
            URI.create("https://127.0.0.1:1/set.tar.gz"),
            List.of(known("set/a.bin", A), known("set/b.bin", B)),
            "set/names.txt");
    HttpSource http = new HttpSource(FetchPolicy.STANDARD, null);
    return new Fetcher(http, List.of(mirror.toUri()), true, new FetchListener() {})
        .fetch(List.of(download), folder.resolve("to"));
  }

  private void refused(byte[] archive, String message) throws IOException {
    assertThatThrownBy(() -> fetch(archive))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not the archive expected: ")
        .hasMessageContaining(message);
    assertThat(folder.resolve("to").resolve("set")).doesNotExist();
    assertThat(folder.resolve("evil")).doesNotExist();
    try (Stream<Path> left = Files.list(folder.resolve("to"))) {
      assertThat(left.map(p -> p.getFileName().toString())).containsOnly("set.tar.gz.part");
    }
  }

  @Test
  void theFilesOfTheReleaseAreKeptAndNoOthers() throws IOException {
    putGood();
    byte[] archive = packed();
    assertThat(fetch(archive)).containsExactly("set/a.bin", "set/b.bin");
    Path set = folder.resolve("to/set");
    assertThat(set.resolve("a.bin")).hasBinaryContent(A);
    assertThat(set.resolve("b.bin")).hasBinaryContent(B);
    assertThat(set.resolve("names.txt")).hasContent("one\ntwo\n");
    try (Stream<Path> all = Files.walk(folder.resolve("to"))) {
      assertThat(all.filter(Files::isRegularFile)).hasSize(3);
    }
    Files.delete(set.resolve("b.bin"));
    assertThat(fetch(archive)).containsExactly("set/b.bin");
    assertThat(fetch(archive)).isEmpty();
  }

  @Test
  void anArchiveThatLiesThereIsUsedAndStays() throws IOException {
    putGood();
    byte[] archive = packed();
    Path to = Files.createDirectories(folder.resolve("to"));
    Files.write(to.resolve("set.tar.gz"), archive);
    fetch(archive);
    assertThat(to.resolve("set.tar.gz")).hasBinaryContent(archive);
    assertThat(to.resolve("set/a.bin")).hasBinaryContent(A);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "set/../../evil", "/evil", "..", "set\\..\\evil"})
  void namesThatLeadOutAreRefused(String name) throws IOException {
    putGood();
    put(name, A);
    refused(packed(), "leads out of the folder");
  }

  @Test
  void linksAndDevicesAreRefused() throws IOException {
    for (byte type :
        new byte[] {
          TarConstants.LF_SYMLINK,
          TarConstants.LF_LINK,
          TarConstants.LF_CHR,
          TarConstants.LF_BLK,
          TarConstants.LF_FIFO
        }) {
      bytes.reset();
      begin();
      putHead("set/a.bin", type, type <= TarConstants.LF_SYMLINK ? "/etc/passwd" : null);
      refused(packed(), "is of type '" + (char) type + "', expected a plain file");
      bytes.reset();
      begin();
      putHead("set/x/", type, type <= TarConstants.LF_SYMLINK ? "/etc/" : null);
      refused(packed(), "is of type '" + (char) type + "', expected a plain file");
    }
  }

  @Test
  void aNameThatComesTwiceIsRefused() throws IOException {
    putGood();
    put("set/a.bin", A);
    refused(packed(), "\"set/a.bin\" comes twice");
  }

  @Test
  void tooManyEntriesAreRefused() throws IOException {
    for (int i = 0; i < 101; i++) put("set/" + i, new byte[0]);
    refused(packed(), "more than 100 entries");
  }

  @Test
  void otherContentsAreRefused() throws IOException {
    byte[] other = A.clone();
    other[0]++;
    put("set/a.bin", other);
    put("set/b.bin", B);
    refused(packed(), "\"set/a.bin\" has 14 bytes of SHA-256 " + Sha256.hex(other));
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    put("set/a.bin", A);
    refused(packed(), "\"set/b.bin\" is missing");
  }

  @Test
  void filesThatAreLargerThanTheirOwnAreRefused() throws IOException {
    put("set/a.bin", new byte[15]);
    refused(packed(), "\"set/a.bin\" has 15 bytes, expected at most 14");
  }

  /** 8 MiB of zeros in 8 kB, as a file of another name. */
  @Test
  void whatUnpacksToTooMuchIsRefused() throws IOException {
    put("set/bomb", new byte[1 << 23]);
    refused(packed(), "\"set/bomb\" has 8388608 bytes, expected at most 1048576");
  }

  @Test
  void headsThatUnpackToTooMuchAreRefused() throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("set/a.bin", true);
    entry.addPaxHeader("comment", "x".repeat(1 << 20));
    entry.setSize(0);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    refused(packed(), "unpacks to more than its files");
  }

  @Test
  void zerosWithoutEndAreRefused() throws IOException {
    putGood();
    tar.finish();
    bytes.write(new byte[1 << 20]);
    refused(gzip(bytes.toByteArray()), "unpacks to more than its files");
  }

  @Test
  void aSecondGzipMemberIsRefused() throws IOException {
    putGood();
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(packed());
    two.write(gzip(new byte[1 << 20]));
    refused(two.toByteArray(), "data after the end of the gzip data");
  }

  @Test
  void whatFollowsTheArchiveIsRefused() throws IOException {
    putGood();
    byte[] good = packed();
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.write(good);
    more.write('x');
    refused(more.toByteArray(), "data after the end of the gzip data");
    ByteArrayOutputStream inside = new ByteArrayOutputStream();
    inside.write(bytes.toByteArray());
    inside.write(1);
    refused(gzip(inside.toByteArray()), "data after the end of the tar archive");
  }

  @Test
  void anArchiveCutAnywhereIsRefused() throws IOException {
    putGood();
    byte[] good = packed();
    for (int length : new int[] {0, 1, 9, 10, 11, 40, good.length / 2, good.length - 1}) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertThatThrownBy(() -> fetch(cut)).as("%d bytes", length).isInstanceOf(DataException.class);
      assertThat(folder.resolve("to/set")).doesNotExist();
    }
  }
}
