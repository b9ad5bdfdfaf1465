// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An HTTPS server of this machine with a certificate that keytool made for it. */
final class LocalServer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  /** Answers a request; the exchange is closed afterwards. */
  @FunctionalInterface
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SSLContext context;

  /** {@code PATH RANGE}, or {@code PATH -}, of every request so far. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  LocalServer(Path keys) throws IOException, GeneralSecurityException {
    context = context(keys);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.start();
  }

  /** A new file of keys. */
  static Path makeKeys(Path folder) throws IOException, InterruptedException {
    Path keys = folder.resolve("keys.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    String call =
        " -genkeypair -alias local -keyalg EC -dname CN=localhost -ext san=ip:127.0.0.1,dns:localhost"
            + " -storetype PKCS12 -validity 2 -storepass "
            + PASSWORD
            + " -keystore "
            + keys;
    Process process =
        new ProcessBuilder((keytool + call).split(" ")).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) throw new IOException(said);
    return keys;
  }

  private static SSLContext context(Path keys) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  SSLContext trust() {
    return context;
  }

  URI at(String path) {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  void on(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          requests.add(exchange.getRequestURI().getPath() + " " + (range == null ? "-" : range));
          try (exchange) {
            answer.to(exchange);
          }
        });
  }

  /** Answers with all of it. */
  static Answer whole(byte[] content) {
    return exchange -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    };
  }

  static Answer status(int code) {
    return exchange -> exchange.sendResponseHeaders(code, -1);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
