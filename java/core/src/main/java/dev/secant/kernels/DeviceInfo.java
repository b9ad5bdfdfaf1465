// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

/**
 * A CUDA device.
 *
 * @param name as the driver calls it
 * @param ordinal from 0
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param multiprocessors streaming multiprocessors
 * @param driver CUDA version that the driver serves, 1000 major + 10 minor
 * @param runtime CUDA version that libsecant_cuda was built with, likewise
 * @param memoryTotal bytes
 * @param memoryFree bytes, when it was asked for
 * @param bus PCI address as nvidia-smi takes it; empty where there is none
 */
public record DeviceInfo(
    String name,
    int ordinal,
    int major,
    int minor,
    int multiprocessors,
    int driver,
    int runtime,
    long memoryTotal,
    long memoryFree,
    String bus) {

  /** Such as {@code 9.0}. */
  public String computeCapability() {
    return major + "." + minor;
  }

  /** Such as {@code 13.0}. */
  public static String version(int cuda) {
    return cuda / 1000 + "." + cuda % 1000 / 10;
  }
}
