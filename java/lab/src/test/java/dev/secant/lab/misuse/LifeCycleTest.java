// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.lab.AllocationFaults;
import dev.secant.lab.ForkedJvm;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handles that are opened and closed again and again, closed and used, or never closed. */
class LifeCycleTest {
  private static final int WARM_UP = 1000;
  private static final int CYCLES = 1000;
  private static final int COLLECTIONS = 100;

  @TempDir Path folder;

  /** Arguments of {@link #main}. */
  private ForkedJvm.Ended run(List<String> options, Map<String, String> more, String... arguments)
      throws Exception {
    return ForkedJvm.run(folder, LifeCycleTest.class, options, more, arguments);
  }

  @Test
  void aThousandCyclesLeaveNothingBehind() throws Exception {
    String library = AllocationFaults.library().toString();
    ForkedJvm.Ended ended =
        run(
            List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"),
            Map.of("LD_PRELOAD", library, "MALLOC_ARENA_MAX", "1"),
            "cycles",
            library);
    assertThat(ended.output())
        .matches("0 blocks left, resident memory grew by -?\\d+ of \\d+ KB\n");
    String[] words = ended.output().strip().split(" ");
    assertThat(Long.parseLong(words[7]))
        .as(ended.output())
        .isLessThan(Long.parseLong(words[9]) / 100);
    assertThat(ended.status()).isZero();
  }

  @Test
  void useAfterCloseSaysHowToLearnWhere() throws Exception {
    ForkedJvm.Ended ended = run(List.of(), Map.of(), "use-after-close");
    assertThat(ended.output())
        .contains("WrongStateException: the arena was closed (-Dsecant.trackResources=true shows")
        .doesNotContain("closeIt");
  }

  @Test
  void trackedUseAfterCloseSaysWhereItWasClosedAndOpened() throws Exception {
    ForkedJvm.Ended ended = run(tracked(), Map.of(), "use-after-close");
    assertThat(ended.output())
        .contains("WrongStateException: the arena was closed")
        .containsPattern("(?s)the arena was closed here.*LifeCycleTest\\.closeIt")
        .containsPattern("(?s)the arena was opened here.*LifeCycleTest\\.openIt");
  }

  @Test
  void whatIsNeverClosedIsReported() throws Exception {
    assertThat(run(List.of(), Map.of(), "leak").output())
        .contains("the arena was never closed (-Dsecant.trackResources=true shows where");
    assertThat(run(tracked(), Map.of(), "leak").output())
        .containsPattern("(?s)the arena was never closed.*LifeCycleTest\\.openIt");
  }

  private static List<String> tracked() {
    return List.of("-Dsecant.trackResources=true");
  }

  // ---- the processes of their own
  // ----------------------------------------------------------------

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "cycles" -> cycles(arguments[1]);
      case "leak" -> leak();
      default -> useAfterClose();
    }
  }

  private static Arena openIt() {
    return new Arena(new HostMemory());
  }

  private static void closeIt(Arena arena) {
    arena.close();
  }

  private static void useAfterClose() {
    Arena arena = openIt();
    Tensor tensor = arena.tensor(DType.F32, 2);
    closeIt(arena);
    closeIt(arena);
    try {
      tensor.toFloats();
    } catch (IllegalStateException e) {
      e.printStackTrace();
    }
  }

  private static void leak() throws InterruptedException {
    openIt();
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Thread.sleep(10);
    }
  }

  private static void cycles(String library) {
    System.load(library);
    cycle();
    if (AllocationFaults.watch() < 3) throw new IllegalStateException("nothing is watched");
    for (int i = 0; i < WARM_UP; i++) cycle();
    long before = residentKilobytes();
    for (int i = 0; i < CYCLES; i++) cycle();
    long grown = residentKilobytes() - before;
    System.out.println(
        AllocationFaults.live()
            + " blocks left, resident memory grew by "
            + grown
            + " of "
            + before
            + " KB");
  }

  /** A context, tensors, and the parts of a training step. */
  private static void cycle() {
    try (KernelContext context = new KernelContext(2, 0);
        Arena arena = new Arena(new HostMemory())) {
      arena.tensor(DType.F32, 1000).set(new float[1000]);
      new Dirichlet(context, .5, .5).draw(1, 0, 0, Buffers.floats(20));
    }
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(1));
        Plan plan = backend.newPlan()) {
      Tensor x = plan.activation(2, 8, 8, 16);
      Tensor y = plan.activation(2, 8, 8, 16);
      Tensor w = plan.activation(16, 3, 3, 16);
      Conv2d conv =
          plan.conv2d(
              new Conv2d.Spec(2, 8, 8, 16, 16, 3, 1),
              new Conv2d.Tensors(x, w, null, y, y, x, plan.real(16, 3, 3, 16), null));
      Op add = plan.add(x, y, y);
      conv.forward();
      conv.backwardData();
      conv.backwardWeights();
      add.run();
      plan.readback(plan.real(3)).start();
    }
  }

  private static long residentKilobytes() {
    System.gc();
    try {
      String line =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(l -> l.startsWith("VmRSS:"))
              .findFirst()
              .orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
