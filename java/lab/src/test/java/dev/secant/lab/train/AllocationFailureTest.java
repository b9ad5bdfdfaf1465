// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.kernels.KernelContext;
import dev.secant.lab.AllocationFaults;
import dev.secant.lab.ForkedJvm;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.error.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer on the CPU whose memory ends while it is built and takes its first step: whichever
 * allocation it is, of a context, a tensor, a kernel's scratch or what a kernel is called with, it
 * throws an exception of exit code 5, can be closed, leaves nothing behind, and the next one works.
 * Later steps allocate nothing. In a process of its own, for the allocator is replaced.
 */
class AllocationFailureTest {
  @TempDir Path folder;

  @Test
  void eachAllocationThatFailsIsOutOfMemoryAndLeavesNothingBehind() throws Exception {
    Path library = AllocationFaults.library();
    ForkedJvm.Ended ended =
        ForkedJvm.run(
            folder,
            AllocationFailureTest.class,
            List.of(),
            Map.of("LD_PRELOAD", library.toString()),
            library.toString());
    assertThat(ended.output()).matches("\\d{3,} allocations, 0 failures\n");
    assertThat(ended.status()).isZero();
  }

  // ---- the process of its own
  // --------------------------------------------------------------------

  private static final ImageSet SET = TinyTraining.images(4);

  private final List<String> failures = new ArrayList<>();

  public static void main(String[] arguments) {
    System.load(arguments[0]);
    bindAllocators();
    // Whatever stays for the life of the process is there after the first one.
    trainOnce(3);
    rememberAnError();
    if (AllocationFaults.watch() < 3) throw new IllegalStateException("nothing is watched");
    new AllocationFailureTest().run();
  }

  /**
   * Every library of JavaCPP's holds the native methods of its pointers, and Java binds each, at
   * its first call, to any library loaded by then: in the order of a hash of their paths. oneDNN's,
   * which nobody watches, is not loaded yet.
   */
  private static void bindAllocators() {
    new KernelContext(1, 0).close();
    Pointer.free(Pointer.calloc(1, 1));
    new BytePointer(1).close();
    new ShortPointer(1).close();
    new IntPointer(1).close();
    new LongPointer(1).close();
    new FloatPointer(1).close();
    new DoublePointer(1).close();
    new PointerPointer<>(1).close();
  }

  /** The text of a thread's last error lives as long as the thread. */
  private static void rememberAnError() {
    try {
      new KernelContext(0, 0).close();
    } catch (IllegalArgumentException expected) {
      // It is remembered now.
    }
  }

  private void run() {
    rememberAnError();
    long before = AllocationFaults.live();
    AllocationFaults.failAllocation(0);
    trainOnce(1);
    long count = AllocationFaults.allocations();
    require(AllocationFaults.live() == before, "a trainer leaves blocks behind");
    for (long n = 1; n <= count; n++) {
      AllocationFaults.failAllocation(n);
      Throwable thrown = null;
      try {
        trainOnce(1);
      } catch (Throwable t) {
        thrown = t;
      }
      AllocationFaults.failAllocation(0);
      String where = "allocation " + n + " of " + count + ": ";
      if (thrown == null) failures.add(where + "nothing was thrown");
      else if (ExitCode.of(thrown) != ExitCode.OUT_OF_MEMORY) failures.add(where + thrown);
      long left = AllocationFaults.live() - before;
      require(left == 0, where + left + " blocks are left after " + thrown);
      before += left;
    }
    trainOnce(1);
    laterStepsAllocateNothing();
    failures.forEach(System.out::println);
    System.out.println(count + " allocations, " + failures.size() + " failures");
  }

  private void laterStepsAllocateNothing() {
    try (TinyTraining training = training(backend())) {
      training.step.run();
      AllocationFaults.failAllocation(0);
      for (int i = 0; i < 3; i++) training.step.run();
      long found = AllocationFaults.allocations();
      require(found == 0, "later steps allocate: " + found);
    }
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) failures.add(otherwise);
  }

  private static Backend backend() {
    return Backends.create("cpu", BackendOptions.threads(2));
  }

  private static TinyTraining training(Backend backend) {
    return new TinyTraining(backend, SET, "method=ict", "batch=2", "augment=none");
  }

  /** Builds a trainer, takes some steps and closes it, whatever happens. */
  private static void trainOnce(int steps) {
    try (Backend backend = backend()) {
      TinyTraining training = training(backend);
      for (int i = 0; i < steps; i++) training.step.run();
    }
  }
}
