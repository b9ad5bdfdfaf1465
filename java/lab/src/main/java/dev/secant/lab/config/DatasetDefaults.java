// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

/**
 * What {@code auto} stands for where it depends on the data set.
 *
 * @param alpha Dirichlet parameter of mixing weights, in training and in probes
 * @param augment of training images
 */
record DatasetDefaults(double alpha, String augment) {
  /** A mirrored digit is another digit or none. */
  private static final DatasetDefaults DIGITS = new DatasetDefaults(0.1, "crop");

  private static final DatasetDefaults OBJECTS = new DatasetDefaults(0.5, "flip-crop");

  /**
   * @param dataset as the option spells it
   */
  static DatasetDefaults of(String dataset) {
    return dataset.equals("svhn") ? DIGITS : OBJECTS;
  }
}
