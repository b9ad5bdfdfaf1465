// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * p −= lr·√(1−β2^t)/(1−β1^t)·m/(√v + eps), then kernels ·(1 − weightDecay·lr), then EMA.
 *
 * @param decayed the first so many parameters are conv and dense kernels
 */
public record Adam(double beta1, double beta2, double eps, double weightDecay, long decayed) {}
