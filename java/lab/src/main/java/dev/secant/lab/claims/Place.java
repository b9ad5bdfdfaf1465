// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

/**
 * Where runs are compared.
 *
 * @param labels labelled images in all
 */
public record Place(String dataset, int labels) {
  @Override
  public String toString() {
    return Names.dataset(dataset) + ", " + labels + " labels";
  }
}
