// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.KnownFiles.KnownFile;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.fetch.Download;
import dev.secant.lab.fetch.FetchParsers;
import dev.secant.lab.metrics.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives of a release. The first byte says whether the rest is the archive as it is, or a tar
 * that is packed, after the checksums of its heads have been made right.
 */
class TarGzFuzzTest {
  private static final Map<String, byte[]> RELEASE =
      Map.of("a.bin", "the first file".getBytes(StandardCharsets.US_ASCII), "b.bin", new byte[600]);
  private static final String NAMES = "names.txt";
  private static final int RECORD = 512;
  private static final int CHECKSUM = 148;

  @TempDir static Path folder;

  @FuzzTest
  void unpacks(byte[] input) throws IOException {
    if (input.length == 0) return;
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    if ((input[0] & 1) != 0) content = gzip(repaired(content));
    Path archive = Hostile.write(folder.resolve("set.tar.gz"), content);
    Path to = emptied(folder.resolve("inner/to"));
    boolean taken =
        Hostile.offer(
                ExitCode.DATA,
                archive.toString(),
                () -> {
                  FetchParsers.unpack(archive, download(content(archive)), to, () -> {});
                  return true;
                })
            .isPresent();
    requireInside(to, taken);
  }

  private static byte[] content(Path file) {
    return Hostile.read(file);
  }

  private static Download download(byte[] archive) {
    List<KnownFile> files =
        RELEASE.entrySet().stream().map(e -> known("set/" + e.getKey(), e.getValue())).toList();
    URI address = URI.create("https://127.0.0.1:1/set.tar.gz");
    return new Download(known("set.tar.gz", archive), address, files, "set/" + NAMES);
  }

  private static KnownFile known(String path, byte[] content) {
    return new KnownFile(path, content.length, Sha256.hex(content));
  }

  private static Path emptied(Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> left = Files.list(to)) {
      for (Path file : left.toList()) Files.delete(file);
    }
    return to;
  }

  /** Nothing is written but the files wanted, and what is taken is the release. */
  private static void requireInside(Path to, boolean taken) throws IOException {
    for (Path place : List.of(to, to.getParent(), folder)) {
      try (Stream<Path> all = Files.list(place)) {
        for (Path file : all.toList()) {
          String name = file.getFileName().toString();
          boolean known = place.equals(to) && (RELEASE.containsKey(name) || name.equals(NAMES));
          boolean ours = !place.equals(to) && List.of("to", "inner", "set.tar.gz").contains(name);
          Hostile.require(known || ours, file + " was written");
        }
      }
    }
    for (Map.Entry<String, byte[]> file : RELEASE.entrySet()) {
      if (taken)
        Hostile.require(
            Arrays.equals(Hostile.read(to.resolve(file.getKey())), file.getValue()),
            file.getKey() + " is another");
    }
  }

  /** Heads stand where the sizes before them say. */
  private static byte[] repaired(byte[] tar) {
    for (int at = 0; at + RECORD <= tar.length; ) {
      Arrays.fill(tar, at + CHECKSUM, at + CHECKSUM + 8, (byte) ' ');
      int sum = 0;
      for (int i = 0; i < RECORD; i++) sum += tar[at + i] & 255;
      if (sum > 8 * ' ') {
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, at + CHECKSUM, digits.length);
      } else {
        Arrays.fill(tar, at + CHECKSUM, at + CHECKSUM + 8, (byte) 0);
      }
      at += RECORD + (size(tar, at + 124) + RECORD - 1) / RECORD * RECORD;
    }
    return tar;
  }

  private static int size(byte[] tar, int at) {
    int size = 0;
    for (int i = 0; i < 11 && tar[at + i] >= '0' && tar[at + i] <= '7'; i++)
      size = Math.min(size * 8 + tar[at + i] - '0', tar.length);
    return size;
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
