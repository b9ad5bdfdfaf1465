// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.kernels.KernelContext;

/**
 * The contexts, of one device, whose streams a layer runs on.
 *
 * @param main forward passes and gradients of inputs
 * @param weights gradients of kernels; the same, unless they run on a branch of the step
 */
public record Streams(KernelContext main, KernelContext weights) {
  static Streams one(KernelContext context) {
    return new Streams(context, context);
  }
}
