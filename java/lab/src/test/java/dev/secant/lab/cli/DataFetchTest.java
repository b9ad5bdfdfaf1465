// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data fetch} as a call, without a network; FetcherTest has the network. */
class DataFetchTest {
  private static final long ARCHIVE = 170_052_171;

  @TempDir Path folder;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(new PrintStream(new ByteArrayOutputStream()), new PrintStream(err, true), false);

  private void refused(int code, String text, String... words) {
    err.reset();
    Launchers none = new Launchers(null, null, null, new StopRequest());
    assertThat(new CommandLineProgram(console, none).run(words)).isEqualTo(code);
    assertThat(err.toString()).contains(text).contains("secant: error: ");
  }

  @Test
  void wrongCallsSayWhatWasExpected() {
    String to = folder.toString();
    refused(2, "data fetch: expected cifar10, cifar100 or svhn", "data", "fetch", "--to", to);
    refused(2, "got \"svnh\"; did you mean svhn?", "data", "fetch", "svnh", "--to", to);
    refused(2, "data fetch needs --to DIR", "data", "fetch", "svhn");
    refused(2, "--extra has no use", "data", "fetch", "cifar10", "--to", to, "--extra");
    refused(2, "--out has no use with data fetch", "data", "fetch", "svhn", "--out", to);
    refused(2, "--to has no use with data list", "data", "list", "--to", to);
    refused(2, "data list: unexpected \"svhn\"", "data", "list", "svhn");
    refused(2, "\"a b\" is no address", "data", "fetch", "svhn", "--to", to, "--mirror", "a b");
    refused(
        2,
        "must be an address that starts with https:// or file:///, not \"http://a\"",
        "data",
        "fetch",
        "svhn",
        "--to",
        to,
        "--mirror",
        "http://a");
  }

  @Test
  void offlineSaysWhatToDo() {
    refused(
        2,
        "--offline: there is no cifar-100-binary.tar.gz in the folder; put it there",
        "data",
        "fetch",
        "cifar100",
        "--to",
        folder.toString(),
        "--offline");
    assertThat(folder).isEmptyDirectory();
  }

  private Path mirror() throws IOException {
    Path mirror = Files.createDirectory(folder.resolve("mirror"));
    Path file = mirror.resolve("cifar-10-binary.tar.gz");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(ARCHIVE);
    }
    return mirror;
  }

  /** The limit of a shell on the size of files stands in for a full disk. */
  @Test
  void aWriteThatFailsEndsWithSix() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: no bash here");
    String call =
        "ulimit -f 100; exec \"$0\" -XX:-UsePerfData -cp \"$1\" dev.secant.lab.cli.Main data fetch"
            + " cifar10 --to \"$2\" --offline --mirror \"$3\"";
    Process process =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                call,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path"),
                folder.resolve("to").toString(),
                mirror().toUri().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isEqualTo(6);
    assertThat(said).contains("cannot write", "cifar-10-binary.tar.gz.part: File too large");
    try (Stream<Path> files = Files.list(folder.resolve("to"))) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .containsExactly("cifar-10-binary.tar.gz.part");
    }
  }

  @Test
  void progressInALog() {
    AtomicLong clock = new AtomicLong();
    FetchProgress progress = new FetchProgress(console, new StopRequest(), clock::get);
    progress.onFile("a.mat", "https://a/a.mat", 200_000_000);
    for (long done = 50_000_000; done <= 200_000_000; done += 10_000_000) {
      progress.onBytes(done);
      clock.addAndGet(1_000_000_000L);
    }
    assertThat(err.toString().lines())
        .containsExactly(
            "secant: a.mat from https://a/a.mat",
            "secant: a.mat: 100.0 of 200.0 MB, 10.0 MB/s, 0:10 left",
            "secant: a.mat: 150.0 of 200.0 MB, 10.0 MB/s, 0:05 left");
  }
}
