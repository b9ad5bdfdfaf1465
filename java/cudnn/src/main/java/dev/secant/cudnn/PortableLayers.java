// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.KernelConv2d;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The project's own portable convolutions (cuda/conv.cu): right on every device and in the
 * emulation, where no vendor's library runs, and slow.
 */
public final class PortableLayers implements LinearLayers {
  @Override
  public DType kernelGradient() {
    return DType.F32;
  }

  @Override
  public String description() {
    return "portable convolutions";
  }

  @Override
  public Conv2d conv2d(
      Streams streams, Conv2d.Spec s, Conv2d.Tensors t, Consumer<AutoCloseable> owner) {
    KernelConv2d conv = new KernelConv2d(streams.main(), streams.weights(), s, t);
    owner.accept(conv);
    return conv;
  }

  @Override
  public Optional<Differentiable> dense(
      KernelContext context,
      LtDense.Extents extents,
      DenseOperands operands,
      Consumer<AutoCloseable> owner) {
    return Optional.empty();
  }

  @Override
  public List<Ceiling> ceilings(Plan plan, boolean small, Consumer<AutoCloseable> owner) {
    return List.of();
  }

  @Override
  public Optional<String> choices() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
