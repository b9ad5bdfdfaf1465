// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What plans are built for: a handle on a present device, or a description of a device, which needs
 * neither device nor driver. Plans of a description cannot run. Closing it does not close the
 * handle, but those of planning threads, which stay open until then because plans were made with
 * them.
 */
final class Target implements AutoCloseable {
  private final DeviceProperties device;
  private final CudnnHandle handle;
  private final Descriptor description;
  private final List<CudnnHandle> opened = new ArrayList<>();
  private final ThreadLocal<CudnnHandle> ofThread;

  private Target(
      DeviceProperties device,
      CudnnHandle handle,
      Supplier<CudnnHandle> planners,
      Descriptor description) {
    this.device = device;
    this.handle = handle;
    this.description = description;
    this.ofThread = planners == null ? null : ThreadLocal.withInitial(() -> opened(planners));
  }

  /**
   * @param planners makes a handle for the thread that calls it; they are closed with the target
   */
  static Target present(
      CudnnHandle handle, Supplier<CudnnHandle> planners, DeviceProperties device) {
    return new Target(device, handle, planners, null);
  }

  private CudnnHandle opened(Supplier<CudnnHandle> planners) {
    synchronized (opened) {
      CudnnHandle made = planners.get();
      opened.add(made);
      return made;
    }
  }

  static Target described(CudaLibraries libraries, DeviceProperties device) {
    libraries.requireLoaded();
    if (!device.isDescription()) {
      throw new InvalidArgumentException("planning without a handle needs a device description");
    }
    Descriptor d = new Descriptor(DescriptorKind.DEVICE, device.name());
    try {
      return new Target(
          device, null, null, d.setText(Attribute.DEVICE_JSON, device.bytes()).finalised());
    } catch (RuntimeException e) {
      d.close();
      throw e;
    }
  }

  DeviceProperties device() {
    return device;
  }

  /** The handle that runs plans, or null for a description. */
  CudnnHandle handle() {
    return handle;
  }

  Descriptor onGraph(Descriptor graph) {
    return handle == null ? graph : graph.setHandle(Attribute.GRAPH_HANDLE, handle.context());
  }

  Descriptor onHeuristic(Descriptor heuristic) {
    return description == null ? heuristic : heuristic.set(Attribute.HEURISTIC_DEVICE, description);
  }

  Descriptor onEngine(Descriptor engine) {
    return description == null ? engine : engine.set(Attribute.ENGINE_DEVICE, description);
  }

  Descriptor onPlan(Descriptor plan) {
    return description == null
        ? plan.setHandle(Attribute.PLAN_HANDLE, ofThread.get().context())
        : plan.set(Attribute.PLAN_DEVICE, description);
  }

  @Override
  public void close() {
    if (description != null) description.close();
    synchronized (opened) {
      opened.forEach(CudnnHandle::close);
      opened.clear();
    }
  }
}
