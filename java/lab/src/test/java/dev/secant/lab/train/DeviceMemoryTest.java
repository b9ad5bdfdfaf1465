// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.secant.lab.EmulatedFaults;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.tensor.OutOfMemoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on a device whose memory ends: whichever allocation it is, of the context, of the network
 * and its images, of a kernel's workspace, of the buffers that losses are read through, the run
 * ends with the bytes requested and free and leaves nothing behind.
 */
class DeviceMemoryTest {
  private static final ImageSet SET = TinyTraining.images(4);

  /** One that is run, one that is recorded. */
  private static final int STEPS = 2;

  @TempDir Path folder;
  private int runs;

  @BeforeEach
  @AfterEach
  void nothingFails() {
    EmulatedFaults.library();
    EmulatedFaults.failAllocation(0);
    EmulatedFaults.failKernel(0);
  }

  private void run(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "backend=cuda",
                "cuda.library=" + EmulatedFaults.library(),
                "cuda.convolutions=portable",
                "steps=" + STEPS,
                "eval-every=" + STEPS,
                "probe-every=" + STEPS,
                "test-limit=2",
                "batch=2",
                "augment=none",
                "method=ict"));
    options.addAll(List.of(more));
    RunConfig config = TinyTraining.config(options.toArray(String[]::new));
    Split split = Split.draw(SET, TinyTraining.LABELS, 1, false, false);
    RunDirectory directory = RunDirectory.create(folder.resolve("run" + runs++), false);
    try (Session session = Session.open(config, () -> new Session.SplitSet(SET, split));
        RunLog log = RunLog.open(config, directory, new TrainListener() {})) {
      Looped.run(config, session, log, directory);
    }
  }

  @Test
  void eachAllocationThatFailsEndsTheRunAndLeavesNothingBehind() {
    long before = EmulatedFaults.bytes();
    run();
    long allocations = EmulatedFaults.allocations();
    assertThat(EmulatedFaults.bytes()).isEqualTo(before);
    assertThat(allocations).isGreaterThan(100);
    for (long n = 1; n <= allocations; n++) {
      EmulatedFaults.failAllocation(n);
      Throwable thrown = catchThrowable(this::run);
      assertThat(thrown).as("allocation %d of %d", n, allocations).isNotNull();
      assertThat(ExitCode.of(thrown)).as("allocation %d: %s", n, thrown).isEqualTo(5);
      assertThat(outOfMemory(thrown).getMessage())
          .as("allocation %d", n)
          .matches("(?s)out of .* \\d+ bytes requested, .*\\d+ of 17179869184 bytes free.*");
      assertThat(EmulatedFaults.bytes()).as("left by allocation %d", n).isEqualTo(before);
    }
    EmulatedFaults.failAllocation(0);
    run("method=erm");
    assertThat(EmulatedFaults.bytes()).isEqualTo(before);
  }

  private static OutOfMemoryException outOfMemory(Throwable thrown) {
    Throwable t = thrown;
    while (t != null && !(t instanceof OutOfMemoryException)) t = t.getCause();
    assertThat(t).as("%s", thrown).isNotNull();
    return (OutOfMemoryException) t;
  }

  /** More than the device has, by a network that is too wide; the next run is as if nothing was. */
  @Test
  void aNetworkThatIsTooLargeIsRefusedAndASmallerOneRuns() {
    long before = EmulatedFaults.bytes();
    Throwable thrown = catchThrowable(() -> run("width=300"));
    assertThat(ExitCode.of(thrown)).as("%s", thrown).isEqualTo(5);
    assertThat(outOfMemory(thrown).requested()).isGreaterThan(1L << 32);
    assertThat(EmulatedFaults.bytes()).isEqualTo(before);
    run();
  }

  /** A kernel that fails takes its device along: the run says so once, and frees what it can. */
  @Test
  void aKernelThatFailsEndsTheRunAndNamesWhatWasRecorded() {
    run("steps=1", "eval-every=1", "probe-every=1");
    long few = EmulatedFaults.kernels();
    EmulatedFaults.failKernel(0);
    long before = EmulatedFaults.bytes();
    EmulatedFaults.failKernel(few + 300);
    Throwable thrown = catchThrowable(() -> run("steps=40", "eval-every=40", "probe-every=40"));
    assertThat(thrown)
        .hasMessageContaining("a kernel of emulated device 0 failed")
        .hasMessageContaining("of a recording of ")
        .hasMessageContaining("optim_step")
        .hasMessageContaining("-o cuda.graph=off");
    assertThat(ExitCode.of(thrown)).isEqualTo(ExitCode.BUG);
    assertThat(EmulatedFaults.bytes()).isEqualTo(before);
    EmulatedFaults.failKernel(0);
    run();
  }
}
