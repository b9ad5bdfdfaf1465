// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * Draws that are the same on every machine, by counter.
 *
 * @since 0.1.0
 */
package dev.secant.random;
