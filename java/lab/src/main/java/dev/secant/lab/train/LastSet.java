// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import java.nio.file.Path;

/**
 * Keeps the data set that was read last, so that runs in a row on one set read it once. It stays in
 * the Java heap for that. Confined to one thread.
 */
public final class LastSet implements ImageSource {
  private record Key(RunConfig.Dataset dataset, Path folder, boolean svhnExtra) {}

  private final ImageSource source;
  private Key key;
  private ImageSet set;

  public LastSet() {
    this(DataSets::load);
  }

  LastSet(ImageSource source) {
    this.source = source;
  }

  @Override
  public ImageSet load(RunConfig.Data data) {
    Key wanted = new Key(data.dataset(), data.directory(), data.svhnExtra());
    if (wanted.equals(key)) return set;
    // Not two at once.
    key = null;
    set = null;
    set = source.load(data);
    key = wanted;
    return set;
  }
}
