// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightEventsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  private static void endAll() {
    TrainingStepEvent step = FlightEvents.trainingStep();
    if (step != null) step.end(7, 3);
    GraphReplayEvent replay = FlightEvents.graphReplay();
    if (replay != null) replay.end(41);
    PlanBuildEvent plan = FlightEvents.planBuild();
    if (plan != null) plan.end("conv2d", List.of(1, 2));
  }

  private List<RecordedEvent> recorded(Recording recording) throws IOException {
    recording.stop();
    Path file = folder.resolve("events.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().startsWith("dev.secant."))
        .toList();
  }

  @Test
  void aRecordingHoldsEveryEvent() throws IOException {
    try (Recording recording = new Recording();
        Arena arena = new Arena(new HostMemory())) {
      recording.start();
      endAll();
      arena.tensor(DType.F64, 3, 5);
      List<RecordedEvent> events = recorded(recording);
      assertThat(events)
          .extracting(e -> e.getEventType().getName())
          .containsExactlyInAnyOrder(
              "dev.secant.TrainingStep",
              "dev.secant.GraphReplay",
              "dev.secant.PlanBuild",
              "dev.secant.ArenaAllocation");
      RecordedEvent step = named(events, "TrainingStep");
      assertThat(step.getLong("step")).isEqualTo(7);
      assertThat(step.getInt("updates")).isEqualTo(3);
      assertThat(step.getDuration().isNegative()).isFalse();
      assertThat(named(events, "GraphReplay").getLong("nodes")).isEqualTo(41);
      assertThat(named(events, "PlanBuild").getString("what")).isEqualTo("conv2d");
      assertThat(named(events, "PlanBuild").getString("specification")).isEqualTo("[1, 2]");
      RecordedEvent allocation = named(events, "ArenaAllocation");
      assertThat(allocation.getString("space")).isEqualTo("host");
      assertThat(allocation.getLong("bytes")).isEqualTo(120);
      assertThat(allocation.getStackTrace().getFrames())
          .anyMatch(f -> f.getMethod().getName().equals("aRecordingHoldsEveryEvent"));
    }
  }

  private static RecordedEvent named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(e -> e.getEventType().getName().endsWith("." + name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anEventThatIsSwitchedOffIsNone() {
    try (Recording recording = new Recording()) {
      recording.disable("dev.secant.TrainingStep");
      recording.start();
      assertThat(FlightEvents.trainingStep()).isNull();
      assertThat(FlightEvents.planBuild()).isNotNull();
    }
  }

  /** Neither before the first recording nor after one. */
  @Test
  void nothingIsAllocatedWithoutRecording() {
    assertThat(allocated()).isZero();
    try (Recording recording = new Recording()) {
      recording.start();
      endAll();
    }
    assertThat(FlightEvents.trainingStep()).isNull();
    assertThat(allocated()).isZero();
  }

  /** The least of a few passes: compilers allocate on this thread now and then. */
  private static long allocated() {
    long least = Long.MAX_VALUE;
    for (int pass = 0; pass < 6; pass++) {
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < 10_000; i++) endAll();
      long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      least = Math.min(least, after - before);
    }
    return least;
  }
}
