// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
/**
 * Events of the flight recorder.
 *
 * @since 0.1.0
 */
package dev.secant.events;
