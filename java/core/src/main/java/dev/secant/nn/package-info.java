// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * The Wide ResNet of the method: its layers, parameters, training and inference passes.
 *
 * @since 0.1.0
 */
package dev.secant.nn;
