// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The body of an answer, taken piece by piece by a thread that does not wait for ever. */
final class Body implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private static final long SLICE_MILLIS = 200;

  /** A list of buffers, or what ended the body. */
  private final BlockingQueue<Object> pieces = new LinkedBlockingQueue<>();

  private static final Object END = new Object();
  private volatile Flow.Subscription subscription;

  static Body of(Flow.Publisher<List<ByteBuffer>> publisher) {
    Body body = new Body();
    publisher.subscribe(body);
    return body;
  }

  /**
   * @return the next piece; null at the end
   */
  List<ByteBuffer> next(Duration stall, Runnable pause) throws TransferException {
    long started = System.nanoTime();
    while (true) {
      pause.run();
      Object piece = poll();
      if (piece == END) return null;
      if (piece instanceof Throwable failure) {
        throw new TransferException(true, HttpSource.reason(failure), failure);
      }
      if (piece != null) {
        subscription.request(1);
        return buffers(piece);
      }
      if (System.nanoTime() - started > stall.toNanos()) {
        throw new TransferException(true, "stalled: nothing came for " + HttpSource.text(stall));
      }
    }
  }

  private Object poll() throws TransferException {
    try {
      return pieces.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException(false, "interrupted", e);
    }
  }

  @SuppressWarnings("unchecked") // only onNext puts lists
  private static List<ByteBuffer> buffers(Object piece) {
    return (List<ByteBuffer>) piece;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    pieces.add(buffers);
  }

  @Override
  public void onError(Throwable failure) {
    pieces.add(failure);
  }

  @Override
  public void onComplete() {
    pieces.add(END);
  }

  /** Ends the connection where the body has not ended. */
  @Override
  public void close() {
    if (subscription != null) subscription.cancel();
  }
}
