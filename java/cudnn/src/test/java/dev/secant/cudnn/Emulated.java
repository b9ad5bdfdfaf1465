// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.kernels.KernelContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The CUDA kernels on the CPU: device 0 runs threads in ascending order, device 1 descending. */
final class Emulated {
  private Emulated() {}

  static KernelContext context(int device) {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    return KernelContext.cuda(library, device);
  }

  static CudaBackend backend(int device) {
    return backend(device, Arithmetic.FP32);
  }

  static CudaBackend backend(int device, Arithmetic arithmetic) {
    KernelContext context = context(device);
    return new CudaBackend(context, new PortableLayers(), arithmetic, true);
  }
}
