// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

/**
 * Files by HTTPS, and by nothing else: a redirect to another protocol is refused. What is here
 * already of the same version is not asked for again.
 */
public final class HttpSource {
  private static final int MAX_REDIRECTS = 5;
  private static final long SLICE_MILLIS = 200;

  private final HttpClient client;
  private final FetchPolicy policy;

  /**
   * @param trustOrNull whom to trust; null: as this Java does
   */
  public HttpSource(FetchPolicy policy, SSLContext trustOrNull) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(policy.connect())
            .proxy(ProxySelector.getDefault());
    if (trustOrNull != null) builder.sslContext(trustOrNull);
    this.client = builder.build();
    this.policy = policy;
  }

  FetchPolicy policy() {
    return policy;
  }

  /** One attempt to have all of a file in a partial one. */
  void transfer(URI address, long bytes, PartialFile into, FetchListener listener)
      throws TransferException {
    URI at = address;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      String versionOrNull = into.versionOrNull(address);
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
          send(request(at, into.size(), versionOrNull), listener);
      try (Body body = Body.of(answer.body())) {
        int status = answer.statusCode();
        if (status < 300 || status >= 400) {
          begin(address, answer, versionOrNull, bytes, into);
          take(body, bytes, into, listener);
          return;
        }
        at = redirect(at, answer);
      }
    }
    throw new TransferException(false, "more than " + MAX_REDIRECTS + " redirects");
  }

  private HttpRequest request(URI at, long have, String versionOrNull) throws TransferException {
    try {
      HttpRequest.Builder builder = HttpRequest.newBuilder(at).GET();
      builder.header("User-Agent", "secant").header("Accept-Encoding", "identity");
      if (versionOrNull != null) {
        builder.header("Range", "bytes=" + have + "-").header("If-Range", versionOrNull);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new TransferException(false, e.getMessage(), e);
    }
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(
      HttpRequest request, FetchListener listener) throws TransferException {
    CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher());
    long limit = System.nanoTime() + policy.connect().plus(policy.stall()).toNanos();
    boolean done = false;
    try {
      while (System.nanoTime() < limit) {
        listener.onPause();
        try {
          HttpResponse<Flow.Publisher<List<ByteBuffer>>> got =
              answer.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
          done = true;
          return got;
        } catch (TimeoutException e) {
          // Not yet.
        }
      }
      throw new TransferException(true, "no answer within " + text(policy.stall()));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      boolean passing = cause instanceof IOException && !(cause instanceof SSLHandshakeException);
      throw new TransferException(passing, reason(cause), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException(false, "interrupted", e);
    } finally {
      if (!done) answer.cancel(true);
    }
  }

  private static URI redirect(URI from, HttpResponse<?> answer) throws TransferException {
    String location = answer.headers().firstValue("Location").orElse("");
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new TransferException(false, "redirected to \"" + location + "\", no address", e);
    }
    if (location.isEmpty() || !"https".equalsIgnoreCase(to.getScheme())) {
      throw new TransferException(false, "redirected to " + to + ", expected https");
    }
    return to;
  }

  /** Makes the partial file ready for what comes, after every check that headers allow. */
  private static void begin(
      URI address, HttpResponse<?> answer, String versionOrNull, long bytes, PartialFile into)
      throws TransferException {
    int status = answer.statusCode();
    String encoding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.equals("identity")) {
      throw new TransferException(false, "Content-Encoding " + encoding + ", not asked for");
    }
    if (status == 206 && versionOrNull != null) {
      String expected = "bytes " + into.size() + "-" + (bytes - 1) + "/" + bytes;
      String range = answer.headers().firstValue("Content-Range").orElse("none");
      if (range.equals(expected)) return;
      into.begin(address, null);
      throw new TransferException(true, "Content-Range " + range + ", expected " + expected);
    }
    if (status == 416) {
      into.begin(address, null);
      throw new TransferException(true, "HTTP 416, what was here is dropped");
    }
    if (status != 200) {
      boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
      throw new TransferException(passing, "HTTP " + status);
    }
    long length = answer.headers().firstValueAsLong("Content-Length").orElse(bytes);
    if (length != bytes) {
      throw new TransferException(
          false, "a file of %d bytes, expected %d".formatted(length, bytes));
    }
    into.begin(address, version(answer));
  }

  /** What {@code If-Range} may carry: a strong ETag, else the date. */
  private static String version(HttpResponse<?> answer) {
    String tag = answer.headers().firstValue("ETag").orElse("");
    if (tag.startsWith("\"")) return tag;
    return answer.headers().firstValue("Last-Modified").orElse(null);
  }

  private void take(Body body, long bytes, PartialFile into, FetchListener listener)
      throws TransferException {
    long done = into.size();
    listener.onBytes(done);
    List<ByteBuffer> pieces;
    while ((pieces = body.next(policy.stall(), listener::onPause)) != null) {
      for (ByteBuffer piece : pieces) {
        done += piece.remaining();
        if (done > bytes) {
          into.begin(URI.create(""), null);
          throw new TransferException(false, "more than the " + bytes + " bytes expected");
        }
        into.append(piece);
      }
      listener.onBytes(done);
    }
    if (done < bytes) {
      throw new TransferException(true, "ended after %d of %d bytes".formatted(done, bytes));
    }
  }

  static String text(Duration time) {
    return time.toMillis() / 1000.0 + " s";
  }

  /** Java names some failures of connections by their class alone. */
  static String reason(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof UnknownHostException || t instanceof UnresolvedAddressException)
        return "unknown host";
      if (t instanceof HttpConnectTimeoutException) return "no connection in time";
      if (t instanceof HttpTimeoutException) return "no answer in time";
    }
    if (failure instanceof ConnectException && failure.getMessage() == null) return "no connection";
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
