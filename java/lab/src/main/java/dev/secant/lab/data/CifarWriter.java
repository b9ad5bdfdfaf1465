// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes a set of the size of CIFAR-10 or CIFAR-100 in its binary layout. Label bytes before the
 * last, the superclass of CIFAR-100, are 0.
 */
public final class CifarWriter implements SetWriter {
  public static final CifarWriter CIFAR10 = new CifarWriter(Cifar10Reader.RELEASE);
  public static final CifarWriter CIFAR100 = new CifarWriter(Cifar100Reader.RELEASE);

  private final CifarRelease release;

  private CifarWriter(CifarRelease release) {
    this.release = release;
  }

  @Override
  public void requireFit(ImageSet set) {
    Images train = set.train();
    boolean fits =
        set.classes() == release.classes()
            && train.count() == release.trainImages()
            && set.test().count() == release.testRecords()
            && train.height() == 32
            && train.width() == 32
            && train.channels() == 3;
    if (fits) return;
    throw new DataException(
        ("the binary layout of %s holds %d + %d colour images of 32 x 32 pixels in %d classes, found %d +"
                + " %d of %d x %d with %d channels in %d")
            .formatted(
                release.title(),
                release.trainImages(),
                release.testRecords(),
                release.classes(),
                train.count(),
                set.test().count(),
                train.width(),
                train.height(),
                train.channels(),
                set.classes()));
  }

  @Override
  public void write(ImageSet set, Path directory) {
    requireFit(set);
    int records = release.trainRecords();
    for (int f = 0; f < release.train().size(); f++) {
      write(set.train(), f * records, records, directory.resolve(release.train().get(f)));
    }
    write(set.test(), 0, release.testRecords(), directory.resolve(release.test()));
    String names = String.join("\n", set.classNames()) + "\n";
    AtomicFile.write(
        directory.resolve(release.namesFile()), names.getBytes(StandardCharsets.UTF_8));
    if (set.lossy()) SetWriter.mark(directory);
  }

  private void write(Images images, int first, int count, Path file) {
    byte[] before = new byte[release.labels().size() - 1];
    AtomicFile.write(
        file,
        out -> {
          byte[] record = new byte[1 + CifarFile.PIXELS];
          for (int i = first; i < first + count; i++) {
            DataHash.planes(images, i, record);
            out.write(before);
            out.write(record);
          }
        });
  }
}
