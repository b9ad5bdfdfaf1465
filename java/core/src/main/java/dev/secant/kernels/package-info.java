// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * Mixing, consistency loss, NonLin and Dirichlet draws on memory of one's own, on the CPU and on a
 * device.
 *
 * @since 0.1.0
 */
package dev.secant.kernels;
