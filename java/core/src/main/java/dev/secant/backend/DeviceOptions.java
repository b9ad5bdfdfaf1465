// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.InvalidArgumentException;
import java.nio.file.Path;
import java.util.List;

/**
 * How a backend on a device is to be created; a CPU backend reads only the arithmetic.
 *
 * @param ordinal of the device, from 0
 * @param library the project's own library for the device, or null for the one packed with the
 *     backend
 * @param folders where to look for the vendor's libraries before the system's own places
 * @param convolutions the vendor's or the project's portable ones
 * @param arithmetic of feature maps and convolutions; weights, statistics and sums are fp32 always
 * @param planFile plans of the vendor's library to use, as {@link Backend#choices()} gave them;
 *     null = choose anew
 * @param graph record a step as one graph; false runs it op by op, for comparison
 * @param fast gives up equal bits from run to run where that is faster
 */
public record DeviceOptions(
    int ordinal,
    Path library,
    List<Path> folders,
    Convolutions convolutions,
    Arithmetic arithmetic,
    Path planFile,
    boolean graph,
    boolean fast) {
  /** Where convolutions come from. */
  public enum Convolutions {
    VENDOR,
    PORTABLE
  }

  /** What feature maps are stored as, and what products are rounded to. */
  public enum Arithmetic {
    /** fp32 throughout. */
    FP32,
    /** Stored as fp32; the inputs of a convolution's products may be rounded to 10 bits. */
    TF32,
    /** Stored as bf16. */
    BF16
  }

  public DeviceOptions {
    if (ordinal < 0) throw new InvalidArgumentException("ordinal must be >= 0, got " + ordinal);
    folders = List.copyOf(folders);
  }

  /** These, with another arithmetic. */
  public DeviceOptions with(Arithmetic other) {
    return new DeviceOptions(ordinal, library, folders, convolutions, other, planFile, graph, fast);
  }

  /** Device 0, fp32, everything where it is expected. */
  public static DeviceOptions standard() {
    return new DeviceOptions(
        0, null, List.of(), Convolutions.VENDOR, Arithmetic.FP32, null, true, false);
  }
}
