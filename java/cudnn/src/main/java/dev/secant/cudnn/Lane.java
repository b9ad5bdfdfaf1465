// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/**
 * Where ops of cuDNN run: a handle with its stream, and the workspace of that stream. Ops on one
 * lane run one after the other.
 *
 * @param handle null when nothing will run (plans for a described device)
 */
public record Lane(CudnnHandle handle, Workspace workspace) {}
