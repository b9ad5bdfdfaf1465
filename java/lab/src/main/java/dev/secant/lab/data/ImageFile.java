// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * One PNG or JPEG file as bytes: 8 bits a channel, grey (1) or red, green, blue (3). Extents are
 * read and bounded before anything is decoded.
 */
final class ImageFile {
  /** Larger ones are no images for this network, or bombs. */
  static final int MAX_SIDE = 512;

  private static final long MAX_BYTES = 16L << 20;

  /** Of a progressive JPEG file; ten are usual, and each passes over the whole image. */
  private static final int MAX_SCANS = 500;

  /**
   * @param pixels (H, W, F)
   */
  record Decoded(int height, int width, int channels, byte[] pixels) {}

  private ImageFile() {}

  /**
   * @throws DataException with the file and what is wrong with it
   */
  static Decoded read(Path file) {
    byte[] bytes = bytes(file);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) throw new DataException(file + ": neither PNG nor JPEG at offset 0");
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        String format = reader.getFormatName();
        if (!format.equalsIgnoreCase("png") && !format.equalsIgnoreCase("jpeg")) {
          throw new DataException(file + ": expected PNG or JPEG, found " + format);
        }
        requireExtents(file, reader.getWidth(0), reader.getHeight(0));
        if (format.equalsIgnoreCase("png")) PngChunks.require(file, bytes);
        else requireFewScans(file, bytes);
        // Decoders warn of what they make up, such as the rest of a file that ends too early.
        reader.addIIOReadWarningListener(
            (source, warning) -> {
              throw new DataException(file + ": damaged image: " + warning);
            });
        return decoded(file, reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (DataException e) {
      throw e;
    } catch (IIOException e) {
      throw corrupt(file, e);
    } catch (IOException | RuntimeException e) { // decoders throw either at what they do not expect
      throw corrupt(file, e);
    }
  }

  private static DataException corrupt(Path file, Exception e) {
    return new DataException(file + ": damaged image: " + e.getMessage(), e);
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new DataException(
            "%s: expected at most %d bytes, found %d".formatted(file, MAX_BYTES, size));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private static void requireExtents(Path file, int width, int height) {
    if (width < 4 || height < 4 || width > MAX_SIDE || height > MAX_SIDE) {
      throw new DataException(
          "%s: expected 4 to %d pixels a side, found %d x %d"
              .formatted(file, MAX_SIDE, width, height));
    }
  }

  /** A byte 0xFF within the coded data is followed by 0, so that all but few of these are scans. */
  private static void requireFewScans(Path file, byte[] jpeg) {
    int scans = 0;
    for (int i = 0; i + 1 < jpeg.length; i++) {
      if ((jpeg[i] & 255) == 0xFF && (jpeg[i + 1] & 255) == 0xDA && ++scans > MAX_SCANS) {
        throw new DataException(
            "%s: offset %d: expected at most %d scans".formatted(file, i, MAX_SCANS));
      }
    }
  }

  private static Decoded decoded(Path file, BufferedImage image) {
    ColorModel model = image.getColorModel();
    for (int bits : model.getComponentSize()) {
      if (bits > 8) throw new DataException(file + ": expected 8 bits a channel, found " + bits);
    }
    if (model.hasAlpha()) requireOpaque(file, image);
    int h = image.getHeight();
    int w = image.getWidth();
    if (model instanceof IndexColorModel) return new Decoded(h, w, 3, colours(image));
    int channels = image.getRaster().getNumBands() - (model.hasAlpha() ? 1 : 0);
    if (channels != 1 && channels != 3) {
      throw new DataException(
          file + ": expected grey or red, green, blue, found " + channels + " channels");
    }
    return new Decoded(h, w, channels, samples(image.getRaster(), h, w, channels));
  }

  private static void requireOpaque(Path file, BufferedImage image) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (image.getRGB(x, y) >>> 24 != 255) {
          throw new DataException(
              "%s: transparent at x %d, y %d; expected opaque images".formatted(file, x, y));
        }
      }
    }
  }

  /** As they are stored: a conversion of colours would change grey ones. */
  private static byte[] samples(Raster raster, int h, int w, int channels) {
    byte[] pixels = new byte[h * w * channels];
    for (int f = 0; f < channels; f++) {
      int[] band = raster.getSamples(0, 0, w, h, f, (int[]) null);
      for (int p = 0; p < band.length; p++) pixels[p * channels + f] = (byte) band[p];
    }
    return pixels;
  }

  private static byte[] colours(BufferedImage image) {
    byte[] pixels = new byte[image.getHeight() * image.getWidth() * 3];
    for (int y = 0, at = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        pixels[at++] = (byte) (rgb >> 16);
        pixels[at++] = (byte) (rgb >> 8);
        pixels[at++] = (byte) rgb;
      }
    }
    return pixels;
  }
}
