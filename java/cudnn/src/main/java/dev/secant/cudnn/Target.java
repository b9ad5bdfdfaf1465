// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/**
 * What plans are built for: a handle on a present device, or a description of a device, which needs
 * neither device nor driver. Plans of a description cannot run. Closing it does not close the
 * handle.
 */
final class Target implements AutoCloseable {
  private final DeviceProperties device;
  private final CudnnHandle handle;
  private final Descriptor description;

  private Target(DeviceProperties device, CudnnHandle handle, Descriptor description) {
    this.device = device;
    this.handle = handle;
    this.description = description;
  }

  static Target present(CudnnHandle handle, DeviceProperties device) {
    return new Target(device, handle, null);
  }

  static Target described(CudaLibraries libraries, DeviceProperties device) {
    libraries.requireLoaded();
    if (!device.isDescription()) {
      throw new IllegalArgumentException("planning without a handle needs a device description");
    }
    Descriptor d = new Descriptor(DescriptorKind.DEVICE, device.name());
    try {
      return new Target(device, null, d.setText(Attribute.DEVICE_JSON, device.bytes()).finalised());
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
        ? plan.setHandle(Attribute.PLAN_HANDLE, handle.context())
        : plan.set(Attribute.PLAN_DEVICE, description);
  }

  @Override
  public void close() {
    if (description != null) description.close();
  }
}
