// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * What a network is computed with: backends, their plans, and the operations that are planned.
 *
 * @since 0.1.0
 */
package dev.secant.backend;
