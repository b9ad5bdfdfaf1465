// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import java.util.function.Consumer;

/** Where the convolutions of a CUDA backend come from. Same thread rules as the backend. */
public interface ConvolutionSource extends AutoCloseable {
  /** A few words for a run's record, such as the library and its version. */
  String description();

  /**
   * Plans a convolution whose shapes were checked. Every tensor is device memory.
   *
   * @param owner takes what has to be closed with the plan
   */
  Conv2d plan(Conv2d.Spec spec, Conv2d.Tensors tensors, Consumer<AutoCloseable> owner);

  @Override
  void close();
}
