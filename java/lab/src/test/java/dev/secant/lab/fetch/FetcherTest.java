// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import static dev.secant.lab.fetch.LocalServer.status;
import static dev.secant.lab.fetch.LocalServer.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.data.KnownFiles.KnownFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Sha256;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of this machine: whatever goes wrong, no wrong file has the final name. */
class FetcherTest {
  private static final FetchPolicy HASTY =
      new FetchPolicy(5, Duration.ofMillis(5), Duration.ofSeconds(20), Duration.ofSeconds(20));
  private static final byte[] CONTENT = content(300_000);

  @TempDir static Path keyFolder;
  private static Path keys;

  @TempDir Path folder;
  private LocalServer server;
  private final List<String> notes = new ArrayList<>();

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = LocalServer.makeKeys(keyFolder);
  }

  @BeforeEach
  void startServer() throws Exception {
    server = new LocalServer(keys);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private static byte[] content(int bytes) {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) content[i] = (byte) (i * 31 + (i >> 8));
    return content;
  }

  private Download download() {
    KnownFile file = new KnownFile("file.mat", CONTENT.length, Sha256.hex(CONTENT));
    return new Download(file, server.at("/file.mat"), List.of(), null);
  }

  private Fetcher fetcher(FetchPolicy policy, boolean offline, URI... mirrors) {
    FetchListener listener =
        new FetchListener() {
          @Override
          public void onNote(String text) {
            notes.add(text);
          }
        };
    HttpSource http = new HttpSource(policy, server.trust());
    return new Fetcher(http, List.of(mirrors), offline, listener);
  }

  private List<String> fetch(URI... mirrors) {
    return fetcher(HASTY, false, mirrors).fetch(List.of(download()), folder);
  }

  private void requireFile() throws IOException {
    assertThat(folder.resolve("file.mat")).hasBinaryContent(CONTENT);
    requireNothingBut("file.mat");
  }

  private void requireNothingBut(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  private void refused(Class<? extends Exception> type, String message, URI... mirrors) {
    assertThatThrownBy(() -> fetch(mirrors)).isInstanceOf(type).hasMessageContaining(message);
    assertThat(folder.resolve("file.mat")).doesNotExist();
  }

  @Test
  void aFileComesOnce() throws IOException {
    server.on("/file.mat", whole(CONTENT));
    assertThat(fetch()).containsExactly("file.mat");
    requireFile();
    assertThat(fetch()).isEmpty();
    assertThat(server.requests).containsExactly("/file.mat -");
  }

  @Test
  void aWrongSumLeavesNothing() throws IOException {
    byte[] wrong = CONTENT.clone();
    wrong[77] ^= 1;
    server.on("/file.mat", whole(wrong));
    refused(
        DataException.class, "SHA-256 " + Sha256.hex(wrong) + ", expected " + Sha256.hex(CONTENT));
    requireNothingBut();
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aWrongSizeIsRefusedBeforeAnythingComes() throws IOException {
    server.on("/file.mat", whole(content(300_001)));
    refused(IoFailureException.class, "a file of 300001 bytes, expected 300000");
    requireNothingBut();
  }

  @Test
  void aBodyWithoutEndIsCutOff() throws IOException {
    server.on(
        "/file.mat",
        exchange -> {
          exchange.sendResponseHeaders(200, 0); // chunked
          for (int i = 0; i < 1000; i++) exchange.getResponseBody().write(CONTENT);
        });
    refused(IoFailureException.class, "more than the 300000 bytes expected");
    requireNothingBut();
  }

  /** The second half comes by itself, for the same ETag. */
  @Test
  void aShortBodyGoesOnWhereItEnded() throws IOException {
    server.on(
        "/file.mat",
        exchange -> {
          exchange.getResponseHeaders().add("ETag", "\"one\"");
          String range = exchange.getRequestHeaders().getFirst("Range");
          if (range == null) {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 100_000);
            exchange.getResponseBody().flush();
            return;
          }
          assertThat(exchange.getRequestHeaders().getFirst("If-Range")).isEqualTo("\"one\"");
          rest(exchange, Integer.parseInt(range.replaceAll("\\D", "")));
        });
    fetch();
    requireFile();
    assertThat(server.requests).hasSizeGreaterThan(1).startsWith("/file.mat -");
    assertThat(server.requests.get(1)).isEqualTo("/file.mat bytes=100000-");
  }

  private static void rest(com.sun.net.httpserver.HttpExchange exchange, int from)
      throws IOException {
    String range = "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length;
    exchange.getResponseHeaders().add("Content-Range", range);
    exchange.sendResponseHeaders(206, CONTENT.length - from);
    exchange.getResponseBody().write(CONTENT, from, CONTENT.length - from);
  }

  private void leavePart(byte[] content, String version) throws IOException {
    Files.write(folder.resolve("file.mat.part"), content);
    Files.writeString(
        folder.resolve("file.mat.part.json"),
        "{\"address\":\"" + server.at("/file.mat") + "\",\"version\":\"" + version + "\"}");
  }

  @Test
  void anotherVersionComesFromTheStart() throws IOException {
    leavePart(new byte[1000], "Mon, 01 Jan 2024 00:00:00 GMT");
    server.on("/file.mat", whole(CONTENT)); // If-Range does not hold: 200 and all of it
    fetch();
    requireFile();
    assertThat(server.requests).containsExactly("/file.mat bytes=1000-");
  }

  @Test
  void aDamagedBeginningIsFoundAndComesAnew() throws IOException {
    leavePart(new byte[1000], "Mon, 01 Jan 2024 00:00:00 GMT");
    server.on(
        "/file.mat",
        exchange -> {
          if (exchange.getRequestHeaders().containsKey("Range")) rest(exchange, 1000);
          else whole(CONTENT).to(exchange);
        });
    fetch();
    requireFile();
    assertThat(server.requests).containsExactly("/file.mat bytes=1000-", "/file.mat -");
  }

  @Test
  void aRangeThatIsNotTheOneAskedForIsDropped() throws IOException {
    leavePart(Arrays.copyOf(CONTENT, 1000), "Mon, 01 Jan 2024 00:00:00 GMT");
    server.on(
        "/file.mat",
        exchange -> {
          if (exchange.getRequestHeaders().containsKey("Range")) rest(exchange, 2000);
          else whole(CONTENT).to(exchange);
        });
    fetch();
    requireFile();
    assertThat(notes.get(0)).contains("Content-Range bytes 2000-", "expected bytes 1000-");
  }

  @Test
  void threeFailuresOfTheServerAreSurvived() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    server.on(
        "/file.mat",
        exchange -> {
          if (calls.incrementAndGet() <= 3) status(503).to(exchange);
          else whole(CONTENT).to(exchange);
        });
    fetch();
    requireFile();
    assertThat(notes).hasSize(3);
    assertThat(notes.get(0)).contains("HTTP 503; attempt 2 of 5 in 0.005 s");
  }

  @Test
  void fiveFailuresAreEnough() {
    server.on("/file.mat", status(500));
    refused(IoFailureException.class, "HTTP 500 (5 attempts)");
    assertThat(server.requests).hasSize(5);
  }

  @Test
  void whatIsNotThereIsAskedForOnce() {
    server.on("/file.mat", status(404));
    refused(IoFailureException.class, "/file.mat: HTTP 404");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aStallEndsTheAttempt() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    server.on(
        "/file.mat",
        exchange -> {
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 1000);
          exchange.getResponseBody().flush();
          await(end);
        });
    FetchPolicy impatient =
        new FetchPolicy(2, Duration.ofMillis(5), Duration.ofSeconds(20), Duration.ofMillis(500));
    assertThatThrownBy(() -> fetcher(impatient, false).fetch(List.of(download()), folder))
        .isInstanceOf(IoFailureException.class)
        .hasMessageContaining("stalled: nothing came for 0.5 s (2 attempts)");
    end.countDown();
    assertThat(folder.resolve("file.mat")).doesNotExist();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void redirectsStayWithHttps() throws IOException {
    server.on(
        "/file.mat",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/there");
          status(302).to(exchange);
        });
    server.on("/there", whole(CONTENT));
    fetch();
    requireFile();
    assertThat(server.requests).containsExactly("/file.mat -", "/there -");
  }

  @Test
  void redirectsElsewhereAreRefused() {
    server.on(
        "/file.mat",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "http://127.0.0.1/file.mat");
          status(301).to(exchange);
        });
    refused(IoFailureException.class, "redirected to http://127.0.0.1/file.mat, expected https");
    server.on(
        "/round/file.mat",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/round/file.mat");
          status(307).to(exchange);
        });
    refused(IoFailureException.class, "more than 5 redirects", server.at("/round"));
  }

  @Test
  void aMirrorIsAskedFirstAndTheNextAfterAFailure() throws IOException {
    byte[] wrong = new byte[CONTENT.length];
    server.on("/a/file.mat", status(404));
    server.on("/b/file.mat", whole(wrong));
    server.on("/file.mat", whole(CONTENT));
    fetch(server.at("/a/"), server.at("/b"));
    requireFile();
    assertThat(server.requests).containsExactly("/a/file.mat -", "/b/file.mat -", "/file.mat -");
    assertThat(notes.get(0)).contains("/a/file.mat: HTTP 404");
    assertThat(notes.get(1)).contains("/b/file.mat: SHA-256", "expected");
  }

  @Test
  void aServerThatNobodyKnowsIsNotTrusted() {
    server.on("/file.mat", whole(CONTENT));
    HttpSource wary = new HttpSource(HASTY, null);
    Fetcher fetcher = new Fetcher(wary, List.of(), false, new FetchListener() {});
    assertThatThrownBy(() -> fetcher.fetch(List.of(download()), folder))
        .isInstanceOf(IoFailureException.class)
        .hasMessageContaining("unable to find valid certification path");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void aFolderIsAMirrorAndNeedsNoNetwork(@TempDir Path mirror) throws IOException {
    Files.write(mirror.resolve("file.mat"), CONTENT);
    Fetcher fetcher = fetcher(HASTY, true, mirror.toUri());
    assertThat(fetcher.fetch(List.of(download()), folder)).containsExactly("file.mat");
    requireFile();
    assertThat(server.requests).isEmpty();
  }

  @Test
  void aFileOfAFolderIsCheckedToo(@TempDir Path mirror) throws IOException {
    refusedOffline(IoFailureException.class, "no such file or directory", mirror.toUri());
    Files.write(mirror.resolve("file.mat"), new byte[10]);
    refusedOffline(IoFailureException.class, "ended after 10 of 300000 bytes", mirror.toUri());
    Files.write(mirror.resolve("file.mat"), new byte[300_000]);
    refusedOffline(DataException.class, "SHA-256", mirror.toUri());
    requireNothingBut();
    refusedOffline(UsageException.class, "--offline: there is no file.mat in the folder");
    requireNothingBut();
  }

  private void refusedOffline(Class<? extends Exception> type, String message, URI... mirrors) {
    assertThatThrownBy(() -> fetcher(HASTY, true, mirrors).fetch(List.of(download()), folder))
        .isInstanceOf(type)
        .hasMessageContaining(message);
    assertThat(folder.resolve("file.mat")).doesNotExist();
  }

  @Test
  void aFileOfThatNameIsNeverReplaced() throws IOException {
    server.on("/file.mat", whole(CONTENT));
    Files.writeString(folder.resolve("file.mat"), "mine");
    assertThatThrownBy(this::fetch)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("file.mat: exists and is not the file of the release");
    assertThat(folder.resolve("file.mat")).hasContent("mine");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void twoAtATimeAreRefused() {
    try (PartialFile first = PartialFile.of(folder.resolve("file.mat"))) {
      assertThat(first.size()).isZero();
      refused(UsageException.class, "file.mat.part: in use, another fetch is at work");
    }
  }

  @Test
  void aLinkInPlaceOfThePartIsNotFollowed(@TempDir Path elsewhere) throws IOException {
    Path precious = Files.writeString(elsewhere.resolve("precious"), "mine");
    Files.createSymbolicLink(folder.resolve("file.mat.part"), precious);
    server.on("/file.mat", whole(CONTENT));
    refused(IoFailureException.class, "file.mat.part");
    assertThat(precious).hasContent("mine");
  }

  @Test
  void aDiskWithoutRoomIsSaidBeforeAnythingComes() {
    KnownFile large = new KnownFile("file.mat", 1L << 60, "0".repeat(64));
    Download download = new Download(large, server.at("/file.mat"), List.of(), null);
    assertThatThrownBy(() -> fetcher(HASTY, false).fetch(List.of(download), folder))
        .isInstanceOf(IoFailureException.class)
        .hasMessageContaining("needs 1,152,921,504,606,846,976 bytes, its disk has");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void otherProtocolsAreRefused() {
    for (String mirror : List.of("http://a/b", "ftp://a/b", "file:b", "c", "file://host/b")) {
      assertThatThrownBy(() -> fetcher(HASTY, false, URI.create(mirror)))
          .as(mirror)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(
              "--mirror must be an address that starts with https:// or file:///");
    }
  }
}
