// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;

/**
 * What the host spends while work goes on.
 *
 * @param cores mean number of cores that this process keeps busy
 * @param bytes Java memory that the calling thread allocates, in all
 */
record HostCost(double cores, long bytes) {
  private static final int ATTEMPTS = 5;

  /** Where a device does the work, the host has next to nothing to do. */
  private static final double IDLE_CORES = 0.05;

  /**
   * The least that is allocated in a few attempts, for whatever compiles or loads a class meanwhile
   * is not of the work.
   */
  static HostCost of(Runnable work) {
    HostCost best = once(work);
    for (int i = 1; i < ATTEMPTS && best.bytes > 0; i++) {
      HostCost next = once(work);
      if (next.bytes < best.bytes) best = next;
    }
    return best;
  }

  private static HostCost once(Runnable work) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    long used = system.getProcessCpuTime();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    work.run();
    long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
    double cores = (double) (system.getProcessCpuTime() - used) / (System.nanoTime() - start);
    return new HostCost(cores, bytes);
  }

  /**
   * Whether the host stayed idle, where a device does the work, and in any case allocated nothing.
   */
  CheckRow row(String section, String name, boolean onDevice) {
    boolean idle = bytes == 0 && (!onDevice || cores <= IDLE_CORES);
    String allowed =
        onDevice ? " (allowed %.0f %%, 0 B)".formatted(100 * IDLE_CORES) : " (allowed 0 B)";
    return CheckRow.of(section, name, idle, text() + allowed).with(values());
  }

  String text() {
    return "%.1f %% of a core, %d B allocated".formatted(100 * cores, bytes);
  }

  Map<String, Object> values() {
    return Map.of("host_cores", cores, "allocated_bytes", bytes);
  }
}
