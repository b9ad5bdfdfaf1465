// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;

/** Where the images of a run come from. */
@FunctionalInterface
public interface ImageSource {
  ImageSet load(RunConfig.Data data);
}
