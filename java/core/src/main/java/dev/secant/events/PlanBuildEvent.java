// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;

/**
 * Planning of an op or of a network: algorithms, descriptors, scratch memory. Begun by {@link
 * FlightEvents}.
 */
@Name("dev.secant.PlanBuild")
@Label("Plan build")
@Description("Planning of an op or of a network: algorithms, descriptors, scratch memory.")
@Category("Secant")
public final class PlanBuildEvent extends Event {
  private static final EventType TYPE = EventType.getEventType(PlanBuildEvent.class);

  @Label("What")
  private String what;

  @Label("Specification")
  private String specification;

  private PlanBuildEvent() {}

  static PlanBuildEvent begun() {
    if (!TYPE.isEnabled()) return null;
    PlanBuildEvent event = new PlanBuildEvent();
    event.begin();
    return event;
  }

  /**
   * @param planned such as {@code conv2d}
   * @param spec its shapes and choices
   */
  public void end(String planned, Object spec) {
    what = planned;
    specification = spec.toString();
    commit();
  }
}
