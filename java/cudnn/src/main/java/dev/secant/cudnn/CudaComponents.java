// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.BackendComponent;
import dev.secant.backend.DeviceOptions;
import dev.secant.kernels.DeviceInfo;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.PackedLibrary;
import dev.secant.tensor.BackendUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the CUDA backend consists of on this machine, each part found or missing by itself. */
final class CudaComponents {
  private CudaComponents() {}

  static List<BackendComponent> of(DeviceOptions options) {
    List<BackendComponent> parts = new ArrayList<>();
    Optional<String> noDriver = CudaLibraries.noDriverBecause();
    noDriver.ifPresent(reason -> parts.add(BackendComponent.missing("CUDA driver", reason)));
    kernels(options, noDriver.isEmpty(), parts);
    libraries(options, parts);
    return parts;
  }

  private static void kernels(DeviceOptions options, boolean driver, List<BackendComponent> parts) {
    String subject = "libsecant_cuda";
    Path library;
    try {
      library = options.library() == null ? PackedLibrary.path() : options.library();
    } catch (BackendUnavailableException e) {
      parts.add(BackendComponent.missing(subject, e.getMessage()));
      return;
    }
    if (!driver && options.library() == null) {
      parts.add(BackendComponent.found(subject, library + ", not tried without a driver"));
      return;
    }
    try (KernelContext context = KernelContext.cuda(library, options.ordinal())) {
      DeviceInfo d = context.device();
      parts.add(
          BackendComponent.found(
              "CUDA driver", "serves CUDA " + DeviceInfo.version(d.driver()) + " and earlier"));
      parts.add(
          BackendComponent.found(
              subject, library + ", CUDA runtime " + DeviceInfo.version(d.runtime())));
      parts.add(BackendComponent.found("CUDA device " + d.ordinal(), device(d)));
    } catch (BackendUnavailableException | IllegalArgumentException e) {
      parts.add(BackendComponent.missing(subject, e.getMessage()));
    }
  }

  private static String device(DeviceInfo d) {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %s, %.1f of %.1f GiB free",
        d.name(),
        d.computeCapability(),
        d.memoryFree() / (double) (1L << 30),
        d.memoryTotal() / (double) (1L << 30));
  }

  private static void libraries(DeviceOptions options, List<BackendComponent> parts) {
    try {
      for (CudaLibraries.Library l : CudaLibraries.load(options.folders()).libraries())
        parts.add(BackendComponent.found(l.name(), l.version() + ", " + l.path()));
    } catch (BackendUnavailableException e) {
      parts.add(BackendComponent.missing("cuDNN and cuBLAS", e.getMessage()));
    }
  }
}
