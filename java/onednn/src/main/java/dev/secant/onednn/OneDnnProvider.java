// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.BackendProvider;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.BackendUnavailableException;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** The CPU backend. */
public final class OneDnnProvider implements BackendProvider {
  public static final String NAME = "cpu";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Optional<String> unavailableBecause(BackendOptions options) {
    if (options.device().arithmetic() == Arithmetic.TF32) {
      return Optional.of("it computes in fp32 or bf16, tf32 was asked for");
    }
    try {
      int level = KernelContext.processorLevel();
      if (level < 2) {
        return Optional.of(
            "this processor runs x86-64-v" + level + "; x86-64-v2 (SSE 4.2) or later is needed");
      }
    } catch (BackendUnavailableException e) {
      return Optional.of(e.getMessage());
    }
    try {
      Loader.load(dnnl.class);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "oneDNN does not load (it needs the jars dnnl and opencl with their linux-x86_64 classifiers): "
              + rootMessage(e));
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) root = root.getCause();
    return root.getMessage();
  }

  @Override
  public Backend create(BackendOptions options) {
    unavailableBecause(options)
        .ifPresent(
            reason -> {
              throw new BackendUnavailableException(
                  "backend " + NAME + " cannot run here: " + reason);
            });
    return new OneDnnBackend(options);
  }
}
