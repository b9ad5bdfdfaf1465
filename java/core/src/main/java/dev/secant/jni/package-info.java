// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * libsecant's C interface as JavaCPP binds it; the facades of {@code dev.secant.kernels} check what
 * it does not.
 *
 * @since 0.1.0
 */
package dev.secant.jni;
