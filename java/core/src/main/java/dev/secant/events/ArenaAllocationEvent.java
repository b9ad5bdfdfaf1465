// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Zeroed memory for a tensor of an arena. Begun by {@link FlightEvents}. */
@Name("dev.secant.ArenaAllocation")
@Label("Arena allocation")
@Description("Zeroed memory for a tensor of an arena.")
@Category("Secant")
public final class ArenaAllocationEvent extends Event {
  private static final EventType TYPE = EventType.getEventType(ArenaAllocationEvent.class);

  @Label("Memory space")
  private String space;

  @Label("Bytes")
  @DataAmount
  private long bytes;

  private ArenaAllocationEvent() {}

  static ArenaAllocationEvent begun() {
    if (!TYPE.isEnabled()) return null;
    ArenaAllocationEvent event = new ArenaAllocationEvent();
    event.begin();
    return event;
  }

  /**
   * @param spaceName such as {@code host} or {@code cuda:0}
   * @param size bytes
   */
  public void end(String spaceName, long size) {
    space = spaceName;
    bytes = size;
    commit();
  }
}
