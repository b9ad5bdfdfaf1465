// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Writes a set as PNG files in the layout that {@link FolderReader} reads. */
public final class FolderWriter {
  private FolderWriter() {}

  /**
   * @param directory of {@code train} and {@code test}; files of the same name are replaced
   */
  public static void write(ImageSet set, Path directory) {
    write(set, set.train(), directory.resolve("train"));
    write(set, set.test(), directory.resolve("test"));
  }

  private static void write(ImageSet set, Images images, Path folder) {
    for (int c = 0; c < set.classes(); c++) create(folder.resolve(set.classNames().get(c)));
    for (int i = 0; i < images.count(); i++) {
      Path ofClass = folder.resolve(set.classNames().get(images.labels()[i]));
      AtomicFile.write(ofClass.resolve("%05d.png".formatted(i)), png(images, i));
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", folder, e);
    }
  }

  private static byte[] png(Images images, int i) {
    boolean grey = images.channels() == 1;
    int type = grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(images.width(), images.height(), type);
    int at = i * images.imageBytes();
    for (int y = 0; y < images.height(); y++) {
      for (int x = 0; x < images.width(); x++) {
        for (int f = 0; f < images.channels(); f++)
          image.getRaster().setSample(x, y, f, images.pixels()[at++] & 255);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory failed", e);
    }
    return bytes.toByteArray();
  }
}
