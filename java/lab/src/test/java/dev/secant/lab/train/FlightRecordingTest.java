// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Recording;
import dev.secant.lab.ForkedJvm;
import dev.secant.lab.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of Java Flight Recorder where they come from. */
class FlightRecordingTest {
  @TempDir Path folder;

  private static List<RecordedEvent> read(Path file, String name) throws IOException {
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().equals("dev.secant." + name))
        .toList();
  }

  @Test
  void aTrainingRecordsItsPlansMemoryAndSteps() throws Exception {
    Path file = folder.resolve("training.jfr");
    ForkedJvm.Ended ended =
        ForkedJvm.run(
            folder,
            Main.class,
            List.of("-XX:StartFlightRecording=filename=" + file),
            Map.of(),
            ("train --dataset made --method ict --depth 10 --width 1 --batch 4 --labels 10 --steps 3"
                    + " --test-limit 2 --threads 1 --backend cpu --quiet --out "
                    + folder.resolve("run"))
                .split(" "));
    assertThat(ended.status()).as(ended.output()).isZero();
    List<RecordedEvent> steps = read(file, "TrainingStep");
    assertThat(steps).extracting(e -> e.getLong("step")).containsExactly(0L, 1L, 2L);
    assertThat(steps).allMatch(e -> e.getInt("updates") == 1 && e.getDuration().toNanos() > 0);
    List<RecordedEvent> plans = read(file, "PlanBuild");
    assertThat(plans).extracting(e -> e.getString("what")).contains("network", "conv2d");
    assertThat(read(file, "ArenaAllocation"))
        .isNotEmpty()
        .allMatch(e -> e.getString("space").equals("host") && e.getLong("bytes") > 0);
    assertThat(read(file, "GraphReplay")).as("on a CPU").isEmpty();
  }

  @Test
  void aReplayIsRecorded() throws Exception {
    Path library = Path.of(System.getProperty("secant.emulated"));
    assumeTrue(Files.exists(library), "the emulated device was not built");
    Path file = folder.resolve("replay.jfr");
    try (jdk.jfr.Recording recording = new jdk.jfr.Recording();
        KernelContext context = KernelContext.cuda(library, 0);
        Recording graph = context.record(() -> {})) {
      graph.launch();
      recording.start();
      graph.launch();
      graph.launch();
      recording.stop();
      recording.dump(file);
      assertThat(read(file, "GraphReplay"))
          .hasSize(2)
          .allMatch(e -> e.getLong("nodes") == graph.nodes());
    }
  }

  /** A Java runtime that was linked without the recorder. */
  @Test
  void nothingNeedsTheModuleOfTheRecorder() throws Exception {
    ForkedJvm.Ended ended =
        ForkedJvm.run(
            folder,
            FlightRecordingTest.class,
            List.of("--limit-modules", "java.base,java.logging,java.xml,jdk.unsupported"),
            Map.of());
    assertThat(ended.output()).isEqualTo("jdk.jfr false, cpu planned\n");
  }

  public static void main(String[] arguments) {
    boolean present = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    try (var backend = Backends.create("cpu", BackendOptions.threads(1));
        var plan = backend.newPlan()) {
      var tensor = plan.real(8);
      plan.add(tensor, tensor, tensor).run();
      System.out.println("jdk.jfr " + present + ", " + backend.name() + " planned");
    }
  }
}
