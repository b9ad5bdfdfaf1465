// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * Simple work that shows what a backend's machine can reach at best.
 *
 * @param name such as {@code copy}
 * @param amount of one run, in units
 * @param unit {@code B} (bytes moved) or {@code FLOP}
 */
public record Ceiling(String name, double amount, String unit, Op op) {}
