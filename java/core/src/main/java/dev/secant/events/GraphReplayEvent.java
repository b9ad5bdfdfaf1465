// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The launch of a recorded step; the device may compute after it. Begun by {@link FlightEvents}.
 */
@Name("dev.secant.GraphReplay")
@Label("Replay of a recorded CUDA graph")
@Description("The launch of a recorded step; the device may compute after it.")
@Category("Secant")
@StackTrace(false)
public final class GraphReplayEvent extends Event {
  private static final EventType TYPE = EventType.getEventType(GraphReplayEvent.class);

  @Label("Kernels and copies")
  private long nodes;

  private GraphReplayEvent() {}

  static GraphReplayEvent begun() {
    if (!TYPE.isEnabled()) return null;
    GraphReplayEvent event = new GraphReplayEvent();
    event.begin();
    return event;
  }

  /**
   * @param launched kernels and copies of the recording
   */
  public void end(long launched) {
    nodes = launched;
    commit();
  }
}
