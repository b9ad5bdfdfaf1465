// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.ImagePool;
import dev.secant.backend.Normalisation;
import dev.secant.tensor.Tensor;

/**
 * What a step draws from.
 *
 * @param labelled (M) I32 pool indices
 * @param unlabelled (M) I32 pool indices
 */
public record TrainingData(
    ImagePool pool, Normalisation normalisation, Tensor labelled, Tensor unlabelled) {}
