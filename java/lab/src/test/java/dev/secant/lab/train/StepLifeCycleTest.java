// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.reference.ReferenceBackend;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Owners of a run: a step allocates nothing, a closed plan refuses to work, closing frees
 * everything. Rules 4 and 7 of the design.
 */
@Tag("native")
class StepLifeCycleTest {
  private static final ImageSet SET = TinyTraining.images(8);

  private static Backend cpu() {
    return Backends.create("cpu", BackendOptions.threads(1));
  }

  static Stream<Supplier<Backend>> backends() {
    return Stream.of(StepLifeCycleTest::cpu, ReferenceBackend::new);
  }

  // ---- allocation ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void aStepAllocatesNothing(String option) {
    try (TinyTraining t = new TinyTraining(cpu(), SET, option)) {
      for (int i = 0; i < 200; i++) t.step.run();
      long least = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        least = Math.min(least, allocated(t, 50));
      assertThat(least / 50.0).as("bytes a step").isZero();
    }
  }

  private static long allocated(TinyTraining t, int steps) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < steps; i++) t.step.run();
    return threads.getThreadAllocatedBytes(thread) - before;
  }

  // ---- use after close -------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("backends")
  void aClosedPlanRefusesToWork(Supplier<Backend> create) {
    try (TinyTraining t = new TinyTraining(create.get(), SET, "method=ict")) {
      Tensor x = t.plan.real(1, 4, 4, 2);
      Tensor w = t.plan.real(2, 3, 3, 2);
      Tensor y = t.plan.real(1, 4, 4, 2);
      Conv2d conv =
          t.plan.conv2d(
              new Conv2d.Spec(1, 4, 4, 2, 2, 3, 1), Conv2d.Tensors.forwardOnly(x, w, null, y));
      Op add = t.plan.add(x, x, y);
      t.step.run();
      t.plan.close();
      t.plan.close();
      refused(t.step::run);
      refused(conv::forward);
      refused(add::run);
      refused(x::toDoubles);
      refused(() -> x.set(new double[32]));
      refused(() -> t.plan.real(1));
      refused(() -> t.plan.add(x, x, y));
      refused(
          () ->
              t.plan.conv2d(
                  new Conv2d.Spec(1, 4, 4, 2, 2, 3, 1), Conv2d.Tensors.forwardOnly(x, w, null, y)));
      refused(t.step::supervisedLoss);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aClosedBackendHasClosedItsPlans(Supplier<Backend> create) {
    Backend backend = create.get();
    Plan first = backend.newPlan();
    Plan second = backend.newPlan();
    Tensor x = first.real(3);
    Op add = second.add(second.real(3), second.real(3), second.real(3));
    first.close();
    refused(x::toDoubles);
    add.run();
    backend.close();
    backend.close();
    refused(add::run);
    refused(() -> second.real(1));
    refused(backend::newPlan);
    second.close();
  }

  private static void refused(Runnable use) {
    assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class);
  }

  // ---- memory ----------------------------------------------------------------------------------

  /** In a process whose heap never grows and whose compiler is frugal. */
  @Test
  @DisabledIfSystemProperty(
      named = "secant.sanitized",
      matches = ".+",
      disabledReason = "skipped: AddressSanitizer keeps what is freed")
  void aHundredSessionsLeaveNoMemoryBehind() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms96m",
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Dorg.bytedeco.javacpp.cachedir="
                    + System.getProperty("org.bytedeco.javacpp.cachedir"),
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                classPath,
                Sessions.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(Long.parseLong(output.strip()) / 1024).as("MiB after 100 sessions").isLessThan(2);
  }

  /** Prints by how many KiB 100 sessions made this process grow. */
  static final class Sessions {
    private static final Split SPLIT = Split.draw(SET, TinyTraining.LABELS, 1, false, false);

    private Sessions() {}

    public static void main(String[] arguments) throws IOException {
      for (int i = 0; i < 100; i++) session(i);
      long before = residentKibibytes();
      for (int i = 0; i < 100; i++) session(i);
      System.out.println(residentKibibytes() - before);
    }

    private static void session(int i) {
      String method = i % 4 == 0 ? "method=ict" : "method=erm";
      try (Session session =
          Session.open(
              TinyTraining.config(method, "threads=1"), () -> new Session.SplitSet(SET, SPLIT))) {
        session.step().run();
        if (i % 4 == 0) session.measured().forEach(m -> m.probe(() -> {}));
      }
    }

    private static long residentKibibytes() throws IOException {
      return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4;
    }
  }
}
