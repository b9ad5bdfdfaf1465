// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.events.FlightEvents;
import dev.secant.events.GraphReplayEvent;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_recording;
import dev.secant.tensor.Lifetime;
import dev.secant.tensor.Turn;
import org.bytedeco.javacpp.LongPointer;

/**
 * Work that a CUDA context recorded, to be launched again and again. Same thread as its context;
 * {@code close()} is idempotent and waits for the stream, use after close throws {@link
 * IllegalStateException}.
 */
public final class Recording implements AutoCloseable {
  private final KernelContext context;
  private final secant_recording handle;
  private final Lifetime lifetime;

  Recording(KernelContext context, secant_recording handle) {
    this.context = context;
    this.handle = handle;
    this.lifetime = new Lifetime(this, "the recording", context.turn());
  }

  /** Enqueues all of it once. Allocates nothing, unless flight events are recorded. */
  public void launch() {
    try (Turn.Use use = lifetime.use()) {
      GraphReplayEvent event = FlightEvents.graphReplay();
      check(Secant.secant_record_launch(context.handle(), handle));
      if (event != null) event.end(nodes());
    }
  }

  /** Launches and copies in it. */
  public long nodes() {
    try (Turn.Use use = lifetime.use();
        LongPointer nodes = new LongPointer(1)) {
      check(Secant.secant_record_nodes(context.handle(), handle, nodes));
      return nodes.get();
    }
  }

  @Override
  public void close() {
    try (Turn.Use use = context.turn().take()) {
      if (!lifetime.end()) return;
      context.forget(this);
      check(Secant.secant_record_destroy(context.handle(), handle));
    }
  }
}
