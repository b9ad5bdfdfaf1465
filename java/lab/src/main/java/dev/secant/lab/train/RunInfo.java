// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;

/**
 * What a run is about to do.
 *
 * @param backend what computes, with versions
 * @param parameters trainable ones
 * @param multiplyAdds of one image's forward pass
 * @param bytes resident tensors: data, weights, activations
 * @param warningOrNull what the user should know about the backend
 */
public record RunInfo(
    RunConfig config,
    String backend,
    long parameters,
    long multiplyAdds,
    long bytes,
    String warningOrNull) {}
