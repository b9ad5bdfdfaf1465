// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * What changes from step to step, as a function of the step t alone.
 *
 * @param steps T of the whole run
 * @param cosine false: constant learning rate; true: lr · cos(7πt / 16T)
 * @param weightMax consistency weight after the ramp
 * @param rampFraction share of the steps over which the weight rises linearly from 0
 * @param emaWarmup min(decay, (1 + t) / (10 + t)) instead of decay
 * @param bnWarmup likewise for the running statistics
 */
public record Schedule(
    long steps,
    double learningRate,
    boolean cosine,
    double weightMax,
    double rampFraction,
    double emaDecay,
    boolean emaWarmup,
    double bnDecay,
    boolean bnWarmup) {}
