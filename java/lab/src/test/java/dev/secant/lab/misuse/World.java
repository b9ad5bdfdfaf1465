// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Plan;
import dev.secant.kernels.ContextMemory;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Recording;
import dev.secant.tensor.Arena;
import dev.secant.tensor.Closing;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the calls of a row work with, made when it is asked for and closed with it. */
final class World implements AutoCloseable {
  final HostMemory memory = new HostMemory();
  final Turn turn = new Turn("the arena");
  private final List<AutoCloseable> opened = new ArrayList<>();
  private KernelContext context;
  private KernelContext device;
  private Arena arena;
  private Backend backend;
  private Plan plan;

  <T extends AutoCloseable> T open(T resource) {
    opened.add(resource);
    return resource;
  }

  KernelContext context() {
    if (context == null) context = open(new KernelContext(1, 0));
    return context;
  }

  static Path library() {
    return Path.of(System.getProperty("secant.emulated"));
  }

  /** An emulated one. */
  KernelContext device() {
    if (device == null) device = open(KernelContext.cuda(library(), 0));
    return device;
  }

  /** Of the second use: a context that others share a device with. */
  KernelContext another() {
    return open(KernelContext.cuda(library(), 0));
  }

  Recording recording() {
    return open(device().record(() -> {}));
  }

  /** So many bytes of the device. */
  long onDevice(int bytes) {
    return new ContextMemory(device()).allocate(bytes);
  }

  Arena arena() {
    if (arena == null) arena = open(new Arena(memory, turn));
    return arena;
  }

  Backend backend() {
    if (backend == null) backend = open(Backends.create("cpu", BackendOptions.threads(1)));
    return backend;
  }

  Plan plan() {
    if (plan == null) plan = open(backend().newPlan());
    return plan;
  }

  Tensor f32(long... dims) {
    return plan().tensor(DType.F32, dims);
  }

  Tensor i32(long... dims) {
    return plan().tensor(DType.I32, dims);
  }

  @Override
  public void close() {
    Closing.all(opened);
    opened.clear();
  }
}
