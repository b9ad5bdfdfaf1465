// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timing of candidates, on the emulated device. */
class RecordedTimerTest {
  @Test
  void aRunIsTimedInOneRecording() {
    KernelContext context = Emulated.context(0);
    try (CudaBackend backend = backend(context)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op advance = plan.advance(step);
      assertThat(new RecordedTimer(context).time(advance::run)).isPositive().isFinite();
      long launches = 1 + RecordedTimer.LAUNCHES;
      assertThat(step.toLongs()).containsExactly(1 + launches * RecordedTimer.RUNS);
    }
  }

  @Test
  void aRunThatCannotBeRecordedIsNeverChosen() {
    KernelContext context = Emulated.context(0);
    try (CudaBackend backend = backend(context)) {
      Plan plan = backend.newPlan();
      Tensor step = plan.tensor(DType.I64, 1);
      Op advance = plan.advance(step);
      Runnable readsBack = () -> step.toLongs();
      RecordedTimer timer = new RecordedTimer(context);
      assertThatThrownBy(() -> timer.time(readsBack))
          .isInstanceOf(UnrecordableException.class)
          .hasMessageContaining("a copy while the stream is being recorded");
      Runnable works = advance::run;
      assertThat(Fastest.of(List.of(readsBack, works), timer::time)).isSameAs(works);
      assertThatThrownBy(() -> Fastest.of(List.of(readsBack), timer::time))
          .isInstanceOf(NoPlanException.class)
          .hasMessage("none of 1 candidates ran on the device");
    }
  }

  private static CudaBackend backend(KernelContext context) {
    return new CudaBackend(
        context, new PortableLayers(), dev.secant.backend.DeviceOptions.Arithmetic.FP32, true);
  }
}
