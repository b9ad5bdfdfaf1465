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
 * An update of a training, or several that were submitted together. Begun by {@link FlightEvents}.
 */
@Name("dev.secant.TrainingStep")
@Label("Training step")
@Description("An update of a training, or several that were submitted together.")
@Category("Secant")
@StackTrace(false)
public final class TrainingStepEvent extends Event {
  private static final EventType TYPE = EventType.getEventType(TrainingStepEvent.class);

  @Label("First step")
  private long step;

  @Label("Updates")
  private int updates;

  private TrainingStepEvent() {}

  static TrainingStepEvent begun() {
    if (!TYPE.isEnabled()) return null;
    TrainingStepEvent event = new TrainingStepEvent();
    event.begin();
    return event;
  }

  /**
   * @param firstStep from 0
   * @param count updates, one after the other
   */
  public void end(long firstStep, int count) {
    step = firstStep;
    updates = count;
    commit();
  }
}
