// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.events;

import jdk.jfr.FlightRecorder;

/**
 * Events of Java Flight Recorder. Each method begins an event and returns it to be ended by the
 * caller, or returns null where nothing records it: then nothing is allocated, and no class of an
 * event is loaded before the first recording. Without the module {@code jdk.jfr} nothing is ever
 * recorded. Thread-safe.
 */
public final class FlightEvents {
  private static final boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightEvents() {}

  private static boolean mayRecord() {
    return AVAILABLE && FlightRecorder.isInitialized();
  }

  /** An update of a training, or some that are submitted together. */
  public static TrainingStepEvent trainingStep() {
    return mayRecord() ? TrainingStepEvent.begun() : null;
  }

  /** The launch of what a CUDA context recorded. */
  public static GraphReplayEvent graphReplay() {
    return mayRecord() ? GraphReplayEvent.begun() : null;
  }

  /** Planning: of one op by its vendor's library, or of a network with all its ops. */
  public static PlanBuildEvent planBuild() {
    return mayRecord() ? PlanBuildEvent.begun() : null;
  }

  /** Memory that an arena takes, of the host or of a device. */
  public static ArenaAllocationEvent arenaAllocation() {
    return mayRecord() ? ArenaAllocationEvent.begun() : null;
  }
}
