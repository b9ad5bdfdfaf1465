// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the convolutions and dense layers of a CUDA backend come from. Thread rules as there. */
public interface LinearLayers extends AutoCloseable {
  /** As {@link dev.secant.backend.Backend#kernelGradient()}. */
  DType kernelGradient();

  /** A few words for a run's record, such as the library and its version. */
  String description();

  /**
   * Plans a convolution whose shapes were checked. Every tensor is device memory.
   *
   * @param streams where it runs; their contexts outlive these layers
   * @param owner takes what has to be closed with the plan
   */
  Conv2d conv2d(
      Streams streams, Conv2d.Spec spec, Conv2d.Tensors tensors, Consumer<AutoCloseable> owner);

  /**
   * Plans a dense layer of fp32 tensors, or nothing: then the project's own kernels compute it.
   *
   * @param context where it runs; outlives these layers
   * @param owner takes what has to be closed with the plan
   */
  Optional<Differentiable> dense(
      KernelContext context,
      LtDense.Extents extents,
      DenseOperands operands,
      Consumer<AutoCloseable> owner);

  /**
   * Products of large matrices, to measure the device by; none without a library that computes
   * them.
   *
   * @param plan where the matrices live
   * @param small for tests
   * @param owner takes what has to be closed with the plan
   */
  List<Ceiling> ceilings(Plan plan, boolean small, Consumer<AutoCloseable> owner);

  /** As {@link dev.secant.backend.Backend#choices()}. */
  Optional<String> choices();

  @Override
  void close();
}
