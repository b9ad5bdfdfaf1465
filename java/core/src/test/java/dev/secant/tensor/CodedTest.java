// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a program can tell by a code; which calls throw what, the table of misuse tells. */
class CodedTest {
  private static ErrorCode code(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(RuntimeException.class).isInstanceOf(Coded.class);
    return ((Coded) thrown).code();
  }

  @Test
  void argumentsAndWhatWasClosed() {
    assertThat(code(() -> new KernelContext(0))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(code(() -> Shape.of(-1))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(code(() -> Shape.of(1L << 31).arrayLength())).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    KernelContext context = new KernelContext(1);
    context.close();
    assertThat(code(context::handle)).isEqualTo(ErrorCode.CLOSED);
    try (KernelContext onCpu = new KernelContext(1)) {
      assertThat(code(onCpu::beside)).isEqualTo(ErrorCode.WRONG_STATE);
    }
  }

  /** Whatever native code reports that is neither argument, memory nor absence. */
  @Test
  void whatFailed() {
    assertThat(code(() -> KernelContext.check(Secant.SECANT_INTERNAL))).isEqualTo(ErrorCode.FAILED);
  }

  @Test
  void anotherThreadIsInside() throws InterruptedException {
    Turn turn = new Turn("the turn");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              try (Turn.Use use = turn.take()) {
                inside.countDown();
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    other.start();
    inside.await();
    assertThat(code(turn::take)).isEqualTo(ErrorCode.IN_USE);
    end.countDown();
    other.join();
  }

  @Test
  void whatIsNotThere() {
    assertThat(new OutOfMemoryException("native", 1, "").code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    assertThat(new BackendUnavailableException("none").code()).isEqualTo(ErrorCode.UNAVAILABLE);
  }
}
