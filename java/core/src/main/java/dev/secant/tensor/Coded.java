// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/**
 * An exception of this library that a program can tell by its code. All of them are unchecked.
 *
 * @since 0.1.0
 */
public interface Coded {
  ErrorCode code();
}
