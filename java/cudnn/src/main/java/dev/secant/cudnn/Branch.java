// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/**
 * Where ops run: a handle with its stream, and the workspace of that stream. Ops on one branch run
 * one after the other.
 *
 * @param handle null when nothing will run (plans for a described device)
 */
public record Branch(CudnnHandle handle, Workspace workspace) {}
