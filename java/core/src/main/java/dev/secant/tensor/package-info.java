// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * Typed memory with a shape, whom it belongs to, and the errors of the library.
 *
 * @since 0.1.0
 */
package dev.secant.tensor;
