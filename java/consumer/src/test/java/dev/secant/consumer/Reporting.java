// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import dev.secant.kernels.NativeReport;
import dev.secant.kernels.PackedLibrary;
import dev.secant.tensor.BackendUnavailableException;

/** A program of somebody else: prints what it has loaded, or why it cannot, and a CUDA library. */
public final class Reporting {
  private Reporting() {}

  public static void main(String[] words) {
    for (Runnable line :
        new Runnable[] {
          () -> System.out.println(NativeReport.read()),
          () -> System.out.println(PackedLibrary.path())
        }) {
      try {
        line.run();
      } catch (BackendUnavailableException e) {
        System.out.println("BackendUnavailableException: " + e.getMessage());
      }
    }
  }
}
