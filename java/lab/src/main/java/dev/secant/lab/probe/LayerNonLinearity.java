// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

/**
 * Means over pairs of one layer.
 *
 * @param nonlin mean distance, eq. 3 per pair
 * @param stderr standard error of that mean (n − 1)
 * @param sum n · mean, eq. 3 as written
 * @param nonlinSquared mean squared distance
 * @param floor what unit normalising causes even in an affine layer
 * @param relative ‖f(Mix) − Mix f‖ / ‖Mix f‖
 * @param oneMinusCos 1 − cos(f(Mix), Mix f)
 */
public record LayerNonLinearity(
    int layer,
    double nonlin,
    double stderr,
    double sum,
    double nonlinSquared,
    double floor,
    double relative,
    double oneMinusCos) {}
