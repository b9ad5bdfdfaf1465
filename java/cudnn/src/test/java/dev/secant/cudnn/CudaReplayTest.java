// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.backend.Replay;
import dev.secant.kernels.DeviceInfo;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.DType;
import dev.secant.tensor.OutOfMemoryException;
import dev.secant.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Recording on the emulated device: what is recorded, what cannot be, and who closes what. */
class CudaReplayTest {
  @Test
  void theFirstRunIsEagerAndLaterOnesLaunchTheRecording() {
    try (CudaBackend backend = Emulated.backend(0)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op advance = plan.advance(step);
      int[] javaRuns = new int[1];
      CudaReplay replay =
          (CudaReplay)
              backend.record(
                  () -> {
                    javaRuns[0]++;
                    advance.run();
                  });
      for (int i = 0; i < 6; i++) replay.run();
      assertThat(step.toLongs()).containsExactly(6);
      assertThat(javaRuns[0]).as("once eager, once recorded").isEqualTo(2);
      assertThat(replay.nodes()).isEqualTo(1);
    }
  }

  @Test
  void aStepThatReadsBackCannotBeRecorded() {
    try (CudaBackend backend = Emulated.backend(0)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op advance = plan.advance(step);
      Replay replay =
          backend.record(
              () -> {
                advance.run();
                step.toLongs();
              });
      replay.run();
      assertThatThrownBy(replay::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a copy while the stream is being recorded");
      advance.run();
      assertThat(step.toLongs()).as("the context stays usable").containsExactly(2);
    }
  }

  @Test
  void aStepThatAllocatesCannotBeRecorded() {
    try (CudaBackend backend = Emulated.backend(0)) {
      Plan plan = backend.newPlan();
      Replay replay = backend.record(() -> plan.real(4));
      replay.run();
      assertThatThrownBy(replay::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("an allocation while the stream is being recorded");
    }
  }

  @Test
  void memoryThatIsNotThereIsAskedForInVainAndSmallerWorkGoesOn() {
    try (CudaBackend backend = Emulated.backend(0)) {
      Plan plan = backend.newPlan();
      long count = 1L << 50;
      assertThatThrownBy(() -> plan.real(count))
          .isInstanceOfSatisfying(
              OutOfMemoryException.class,
              e -> assertThat(e).hasMessageContaining(Long.toString(4 * count)));
      Tensor step = plan.tensor(DType.I64, 1);
      plan.advance(step).run();
      assertThat(step.toLongs()).containsExactly(1);
    }
  }

  @Test
  void aNamedOpRunsAndItsRangeEndsWithItsFailure() {
    try (CudaBackend backend = Emulated.backend(0)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op named = plan.named("advance", plan.advance(step));
      named.run();
      Replay replay = backend.record(named::run);
      for (int i = 0; i < 3; i++) replay.run();
      assertThat(step.toLongs()).containsExactly(4);
      assertThat(replay.nodes()).isEqualTo(1);
      Op fails =
          plan.named(
              "fails",
              () -> {
                throw new IllegalStateException("of the op");
              });
      assertThatThrownBy(fails::run).hasMessage("of the op");
    }
  }

  @Test
  void anExceptionOfTheStepEndsTheRecording() {
    try (CudaBackend backend = Emulated.backend(1)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op advance = plan.advance(step);
      boolean[] fail = {false};
      Replay replay =
          backend.record(
              () -> {
                advance.run();
                if (fail[0]) throw new IllegalStateException("of the step");
              });
      replay.run();
      fail[0] = true;
      assertThatThrownBy(replay::run).hasMessage("of the step");
      fail[0] = false;
      replay.run();
      assertThat(step.toLongs()).containsExactly(2);
    }
  }

  @Test
  void closedOnesRefuseToWork() {
    CudaBackend backend = Emulated.backend(0);
    Plan plan = backend.newPlan();
    Op advance = plan.advance(plan.tensor(DType.I64, 1));
    Replay replay = backend.record(advance::run);
    replay.run();
    replay.run();
    backend.close();
    backend.close();
    assertThatThrownBy(replay::run).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(advance::run).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(backend::newPlan).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(backend::synchronize).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aBranchIsJoinedOrTheRecordingFails() {
    try (KernelContext trunk = Emulated.context(0);
        KernelContext branch = Emulated.context(0)) {
      trunk
          .record(
              () -> {
                branch.waitFor(trunk);
                trunk.waitFor(branch);
              })
          .close();
      assertThatThrownBy(() -> trunk.record(() -> branch.waitFor(trunk)))
          .hasMessageContaining("a branch of the recording was not joined");
    }
  }

  @Test
  void aContextSaysWhatItRunsOn() {
    try (KernelContext context = Emulated.context(3);
        KernelContext cpu = new KernelContext(1, 0)) {
      DeviceInfo info = context.device();
      assertThat(info.name()).isEqualTo("emulated device 3");
      assertThat(info.ordinal()).isEqualTo(3);
      assertThat(context.stream()).isNotZero();
      assertThat(context.onDevice()).isTrue();
      assertThat(cpu.onDevice()).isFalse();
      assertThatThrownBy(cpu::device).hasMessageContaining("this is a CPU context");
      assertThatThrownBy(() -> new CudaBackend(cpu, new PortableLayers(), Arithmetic.FP32, true))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
