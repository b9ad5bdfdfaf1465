// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

/** A horizontal line with a name, such as the level of chance. */
public record Mark(double y, String label) {}
