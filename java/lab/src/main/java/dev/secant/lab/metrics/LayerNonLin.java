// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/**
 * NonLin of one layer, means over pairs.
 *
 * @param layer 0 = stem … 5 = logits
 * @param nonlin mean distance D
 * @param stderr sd / √n of D
 * @param sum n · mean of D
 * @param nonlinSquared mean of D²
 * @param floor what unit-normalising alone causes
 * @param relative ‖f(Mix) − Mix f‖ / ‖Mix f‖
 * @param oneMinusCos 1 − cos(f(Mix x), Mix f(x))
 */
public record LayerNonLin(
    int layer,
    double nonlin,
    double stderr,
    double sum,
    double nonlinSquared,
    double floor,
    double relative,
    double oneMinusCos) {}
