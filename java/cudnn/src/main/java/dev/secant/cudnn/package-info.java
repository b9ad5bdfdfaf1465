// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Convolutions and the dense layer on NVIDIA devices, by cuDNN's backend (graph) API and cuBLASLt.
 *
 * <p>The way in:
 *
 * <ol>
 *   <li>{@link dev.secant.cudnn.CudaLibraries} finds, loads and checks the libraries; it needs no
 *       driver and turns whatever is missing into a reason.
 *   <li>{@link dev.secant.cudnn.CudnnHandle} and {@link dev.secant.cudnn.LtHandle} belong to a
 *       device.
 *   <li>{@link dev.secant.cudnn.Convolutions} plans convolutions: {@link
 *       dev.secant.cudnn.CudnnConv2d}, one call of cuDNN per run, nothing allocated. Its choices
 *       are a {@link dev.secant.cudnn.PlanFile}.
 *   <li>{@link dev.secant.cudnn.LtDense} is the dense layer.
 *   <li>{@link dev.secant.cudnn.Workspace} is the scratch memory of one branch of a step.
 * </ol>
 *
 * <p>Inside: a {@code Descriptor} checks every status; a {@code ConvGraph} is one op as a graph; a
 * {@code PlanSearch} asks cuDNN's heuristics, leaves out what the {@link
 * dev.secant.cudnn.Precision} or determinism forbid, and builds the first few plans in parallel. A
 * {@code Target} is a present device or a description of one; with a description everything but
 * running works on any machine.
 *
 * <p>The package reads no environment and no file but libraries. Types of the CUDA presets stay in
 * it.
 */
package dev.secant.cudnn;
