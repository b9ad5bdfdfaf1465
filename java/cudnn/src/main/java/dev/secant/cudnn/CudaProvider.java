// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendComponent;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.BackendProvider;
import dev.secant.backend.DeviceOptions;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.PackedLibrary;
import dev.secant.tensor.BackendUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The CUDA backend. */
public final class CudaProvider implements BackendProvider {
  @Override
  public String name() {
    return CudaBackend.NAME;
  }

  @Override
  public int priority() {
    return 20;
  }

  /** Looks for everything that {@link #create} needs, but creates no cuDNN handle. */
  @Override
  public Optional<String> unavailableBecause(BackendOptions options) {
    try (KernelContext context = context(options.device())) {
      if (options.device().convolutions() == DeviceOptions.Convolutions.VENDOR) {
        CudaLibraries.load(options.device().folders());
        VendorLayers.required(options.device().arithmetic(), context.device());
      }
      return Optional.empty();
    } catch (BackendUnavailableException | IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    } catch (LinkageError e) {
      return Optional.of("the native library libsecant does not load: " + rootMessage(e));
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) root = root.getCause();
    return root.getMessage();
  }

  @Override
  public List<BackendComponent> components(BackendOptions options) {
    return CudaComponents.of(options.device());
  }

  @Override
  public Backend create(BackendOptions options) {
    try {
      return open(options.device());
    } catch (BackendUnavailableException e) {
      throw new BackendUnavailableException(
          "backend " + name() + " cannot run here: " + e.getMessage());
    }
  }

  private static CudaBackend open(DeviceOptions options) {
    KernelContext context = context(options);
    try {
      return new CudaBackend(
          context, layers(context, options), options.arithmetic(), options.graph());
    } catch (RuntimeException | Error e) {
      context.close();
      throw e;
    }
  }

  static KernelContext context(DeviceOptions options) {
    Path library = options.library() == null ? PackedLibrary.path() : options.library();
    return KernelContext.cuda(library, options.ordinal());
  }

  private static LinearLayers layers(KernelContext context, DeviceOptions options) {
    return switch (options.convolutions()) {
      case PORTABLE -> new PortableLayers();
      case VENDOR -> VendorLayers.onDevice(context, options);
    };
  }
}
