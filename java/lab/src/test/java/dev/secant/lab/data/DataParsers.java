// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.nio.file.Path;
import java.util.List;

/** Opens the parsers of this package to the fuzz tests. */
public final class DataParsers {
  private static final int SIDE = 32;

  private DataParsers() {}

  /** A file of CIFAR records, with the label bytes of CIFAR-100 or those of CIFAR-10. */
  public static Images cifar(Path path, int records, boolean hundred) {
    List<CifarFile.Label> labels =
        (hundred ? Cifar100Reader.RELEASE : Cifar10Reader.RELEASE).labels();
    CifarFile file = new CifarFile(path, records, labels, "a release");
    file.checkSize();
    Images images =
        new Images(SIDE, SIDE, 3, new byte[records * CifarFile.PIXELS], new int[records]);
    file.read(images, 0, true);
    return images;
  }

  /** A MAT file of cropped digits. */
  public static Images digits(Path name, byte[] content) {
    return DigitsFile.decode(name, content);
  }

  public static ImageSet set(Images images, int classes) {
    List<String> names =
        java.util.stream.IntStream.range(0, classes).mapToObj(c -> "c" + c).toList();
    return new ImageSet("hostile", names, images, images, "none", false);
  }

  /** One file of a folder of images. */
  public static Images image(Path file) {
    ImageFile.Decoded d = ImageFile.read(file);
    return new Images(d.height(), d.width(), d.channels(), d.pixels(), new int[1]);
  }

  /** A set of two classes with so many training images in turns. */
  public static ImageSet tiny(int each) {
    return TinySets.withClassSizes(each, each);
  }
}
