// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.Cifar10Reader;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.error.UsageException;

/** The data set that a configuration names. */
public final class DataSets {
  private DataSets() {}

  public static ImageSet load(RunConfig.Data data) {
    return switch (data.dataset()) {
      case MADE -> MadeImages.standard();
      case CIFAR10 -> {
        if (data.directory() == null) {
          throw new UsageException(
              "--dataset cifar10 needs --data DIR, the folder of data_batch_1.bin … test_batch.bin");
        }
        yield Cifar10Reader.read(data.directory());
      }
    };
  }
}
