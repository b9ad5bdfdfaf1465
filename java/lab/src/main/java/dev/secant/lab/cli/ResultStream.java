// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Standard output, which knows why it failed: a reader that has enough is not a full disk. */
final class ResultStream extends PrintStream {
  /** Remembers what {@link PrintStream} swallows. */
  private static final class Sink extends FilterOutputStream {
    private IOException failure;

    Sink(OutputStream to) {
      super(to);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  private final Sink sink;

  ResultStream(OutputStream to) {
    this(new Sink(to));
  }

  private ResultStream(Sink sink) {
    super(sink, true, Charset.defaultCharset());
    this.sink = sink;
  }

  /** Whether the reader went away, as {@code head} does when it has seen its lines. */
  boolean lostItsReader() {
    return checkError() && sink.failure != null && "Broken pipe".equals(sink.failure.getMessage());
  }
}
