// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.tensor.Blocks;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.OutOfMemoryException;
import dev.secant.tensor.Turn;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Memory where a context computes. Same thread as the context, and open as long as it is. */
public final class ContextMemory implements MemorySpace {
  private final KernelContext context;
  private final String name;
  private final Blocks blocks = new Blocks();

  public ContextMemory(KernelContext context) {
    this.context = Arguments.open(context);
    this.name = context.onDevice() ? "cuda:" + context.device().ordinal() : "host";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean onHost() {
    return !context.onDevice();
  }

  @Override
  public long allocate(long bytes) {
    if (bytes < 1) throw new InvalidArgumentException("bytes must be >= 1, got " + bytes);
    try (Turn.Use use = context.use();
        PointerPointer<Pointer> memory = new PointerPointer<>(1)) {
      int status = Secant.secant_memory_allocate(context.handle(), bytes, memory);
      if (status == Secant.SECANT_OUT_OF_MEMORY) {
        throw new OutOfMemoryException(name, bytes, Secant.secant_last_error().getString());
      }
      check(status);
      Pointer block = memory.get();
      clear(block, bytes);
      blocks.add(block.address(), bytes);
      return block.address();
    }
  }

  private void clear(Pointer block, long bytes) {
    try {
      check(Secant.secant_memory_clear(context.handle(), block, bytes));
    } catch (RuntimeException e) {
      Secant.secant_memory_release(context.handle(), block);
      throw e;
    }
  }

  @Override
  public void free(long address, long bytes) {
    try (Turn.Use use = context.use()) {
      blocks.remove(address);
      check(Secant.secant_memory_release(context.handle(), new Address(address)));
    }
  }

  @Override
  public void upload(long destination, long hostSource, long bytes) {
    requireOwn("destination", destination, bytes);
    copy(destination, hostSource, bytes);
  }

  @Override
  public void download(long hostDestination, long source, long bytes) {
    requireOwn("source", source, bytes);
    copy(hostDestination, source, bytes);
  }

  /** Memory of a device may be somebody else's too, and its driver knows all of it. */
  private void requireOwn(String name, long address, long bytes) {
    if (!context.onDevice()) blocks.require(name, address, bytes);
  }

  private void copy(long to, long from, long bytes) {
    try (Turn.Use use = context.use()) {
      check(Secant.secant_memory_copy(context.handle(), new Address(to), new Address(from), bytes));
    }
  }
}
