// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_readback;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** {@code secant_readback} of an fp32 tensor. */
final class KernelReadback implements Readback, AutoCloseable {
  private final KernelPlan plan;
  private final secant_readback handle;
  private final Pointer from;
  private final FloatPointer host;
  private final int count;
  private boolean closed;

  KernelReadback(KernelPlan plan, Tensor tensor) {
    this.plan = plan;
    this.count = tensor.shape().arrayLength();
    this.from = tensor.floats();
    this.handle = new secant_readback();
    check(Secant.secant_readback_create(plan.open(), (long) count * Float.BYTES, handle));
    try {
      this.host = hostBuffer();
    } catch (RuntimeException | Error e) {
      Secant.secant_readback_destroy(plan.open(), handle);
      throw e;
    }
  }

  /** Where the copies arrive: one place for good. */
  private FloatPointer hostBuffer() {
    try (PointerPointer<Pointer> data = new PointerPointer<>(1)) {
      check(Secant.secant_readback_wait(plan.open(), handle, data));
      return new FloatPointer(data.get()).capacity(count);
    }
  }

  @Override
  public void start() {
    check(Secant.secant_readback_start(plan.open(), handle, from));
  }

  @Override
  public void read(double[] into) {
    if (into == null || into.length < count)
      throw new InvalidArgumentException(
          "into must hold at least "
              + count
              + " values, got "
              + (into == null ? "null" : into.length));
    check(Secant.secant_readback_wait(plan.open(), handle, (PointerPointer<?>) null));
    for (int i = 0; i < count; i++) into[i] = host.get(i);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    check(Secant.secant_readback_destroy(plan.handle(), handle));
  }
}
