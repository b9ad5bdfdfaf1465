// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.Sha256;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Reads a MAT-5 file of cropped digits: {@code X}, (32, 32, 3, N) uint8 in MATLAB's order, first
 * index fastest, and {@code y}, N labels from 1 to 10, uint8 or double, where 10 is the digit 0.
 * Each may be compressed (MATLAB's {@code -v7}) or not ({@code -v6}); nothing else may be in the
 * file. Memory is taken only for what the file is large enough to hold.
 */
final class DigitsFile {
  private static final int SIDE = 32;
  private static final int IMAGE = SIDE * SIDE * 3;

  /** More do not fit a set. */
  private static final int MAX_IMAGES = (Integer.MAX_VALUE - 8) / IMAGE;

  private static final int HEADER = 128;
  private static final int ZERO = 10;
  private static final int LONGEST_NAME = 63;

  // Types of data elements.
  private static final int INT8 = 1;
  private static final int UINT8 = 2;
  private static final int INT32 = 5;
  private static final int UINT32 = 6;
  private static final int DOUBLE = 9;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;

  // Classes and flags of arrays.
  private static final int OF_DOUBLE = 6;
  private static final int OF_UINT8 = 9;
  private static final int COMPLEX = 0x800;

  private final Path file;

  /** Null: only the number of images is wanted. */
  private final Images into;

  private final int first;
  private int images = -1;
  private int[] labels;

  private DigitsFile(Path file, Images into, int first) {
    this.file = file;
    this.into = into;
    this.first = first;
  }

  /** How many images a file says it has; no pixel is read. */
  static int count(Path file) {
    DigitsFile reader = new DigitsFile(file, null, 0);
    reader.open();
    return reader.images;
  }

  /**
   * @param into has place for the file's images from {@code first} on
   * @return the file's SHA-256
   * @throws DataException with file and offset where anything is not as described
   */
  static String read(Path file, Images into, int first) {
    DigitsFile reader = new DigitsFile(file, into, first);
    String sum = reader.open();
    System.arraycopy(reader.labels, 0, into.labels(), first, reader.labels.length);
    return sum;
  }

  private String open() {
    if (!Files.isRegularFile(file)) {
      String found = Files.exists(file) ? ": expected a regular file" : ": missing; expected";
      throw new DataException(file + found + " SVHN's cropped digits in MATLAB's format");
    }
    MessageDigest digest = Sha256.digest();
    try (InputStream in = Files.newInputStream(file);
        InputStream summed = new DigestInputStream(new BufferedInputStream(in, 1 << 16), digest)) {
      scan(MatPart.of(file, summed, Files.size(file)));
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** All of a file's bytes, or only those up to the number of images. */
  private void scan(MatPart part) {
    header(part);
    while (part.left() > 0) {
      element(part);
      if (countOnly()) return;
    }
    requireBoth(part);
  }

  /** As {@link #count} and {@link #read} do it, from bytes that need be no file. */
  static Images decode(Path name, byte[] content) {
    DigitsFile counter = new DigitsFile(name, null, 0);
    counter.scan(MatPart.of(name, new ByteArrayInputStream(content), content.length));
    Images images =
        new Images(SIDE, SIDE, 3, new byte[counter.images * IMAGE], new int[counter.images]);
    DigitsFile reader = new DigitsFile(name, images, 0);
    reader.scan(MatPart.of(name, new ByteArrayInputStream(content), content.length));
    System.arraycopy(reader.labels, 0, images.labels(), 0, reader.labels.length);
    return images;
  }

  private static void header(MatPart part) {
    if (part.left() < HEADER) {
      throw part.fail("truncated: expected a header of 128 bytes, found " + part.left());
    }
    byte[] header = part.read(HEADER).array();
    String text = new String(header, 0, 10, StandardCharsets.ISO_8859_1);
    boolean little = header[126] == 'I' && header[127] == 'M';
    if (text.equals("MATLAB 7.3")) {
      throw part.fail("a MATLAB 7.3 (HDF5) file, expected MATLAB 5.0; save it with -v7");
    }
    if (!little || header[124] != 0 || header[125] != 1) {
      throw part.fail("no header of a little-endian MATLAB 5.0 file before it");
    }
  }

  private void element(MatPart part) {
    MatPart.Tag tag = part.tag();
    if (tag.type() == MATRIX && tag.dataOrNull() == null) {
      matrix(part, tag.bytes(), part.left() - tag.bytes());
      return;
    }
    if (tag.type() != COMPRESSED || tag.dataOrNull() != null) {
      throw part.fail("an element of type %d, expected 14 or 15".formatted(tag.type()));
    }
    try (MatPart inner = part.unpacked(tag.bytes())) {
      MatPart.Tag matrix = inner.tag();
      if (matrix.type() != MATRIX || matrix.dataOrNull() != null) {
        throw inner.fail("an element of type %d, expected 14".formatted(matrix.type()));
      }
      inner.limit(matrix.bytes());
      matrix(inner, matrix.bytes(), 0);
      if (!countOnly()) inner.requireEnd();
    }
  }

  private boolean countOnly() {
    return into == null && images >= 0;
  }

  /**
   * @param bytes of the array
   * @param after it in the part
   */
  private void matrix(MatPart part, long bytes, long after) {
    ByteBuffer flags = part.data(expect(part, UINT32, "array flags"), 8);
    if (flags.remaining() != 8) throw part.fail("array flags of other than 8 bytes");
    int word = flags.getInt();
    int[] dims = dims(part);
    String name = name(part);
    if ((word & COMPLEX) != 0) throw part.fail("array " + name + " is complex");
    switch (name) {
      case "X" -> pixels(part, word & 0xFF, dims);
      case "y" -> labels(part, word & 0xFF, dims);
      default -> throw part.fail("array \"" + name + "\", expected X and y alone");
    }
    if (countOnly()) return;
    if (part.left() != after) {
      throw part.fail(
          "the array says %d bytes, but ends %d early".formatted(bytes, part.left() - after));
    }
  }

  private static MatPart.Tag expect(MatPart part, int type, String what) {
    MatPart.Tag tag = part.tag();
    if (tag.type() == type) return tag;
    throw part.fail("%s of type %d, expected %d".formatted(what, tag.type(), type));
  }

  private static int[] dims(MatPart part) {
    ByteBuffer data = part.data(expect(part, INT32, "dimensions"), 16);
    int[] dims = new int[data.remaining() / 4];
    for (int i = 0; i < dims.length; i++) dims[i] = data.getInt();
    return dims;
  }

  private static String name(MatPart part) {
    ByteBuffer data = part.data(expect(part, INT8, "a name"), LONGEST_NAME);
    String name = StandardCharsets.US_ASCII.decode(data).toString();
    return name.replaceAll("[^A-Za-z0-9_]", "?");
  }

  // ---- X ---------------------------------------------------------------------------------------

  private void pixels(MatPart part, int type, int[] dims) {
    if (images >= 0) throw part.fail("X comes twice");
    int count = dims.length == 4 ? dims[3] : 1; // MATLAB leaves out a last dimension of one
    boolean fits =
        dims.length >= 3 && dims[0] == SIDE && dims[1] == SIDE && dims[2] == 3 && count > 0;
    if (!fits || type != OF_UINT8) {
      throw part.fail(
          "X is %s of class %d, expected 32 x 32 x 3 x N of class 9 (uint8)"
              .formatted(Arrays.toString(dims), type));
    }
    MatPart.Tag tag = expect(part, UINT8, "pixels");
    if (tag.dataOrNull() != null || tag.bytes() != (long) count * IMAGE) {
      throw part.fail(
          "%d bytes of pixels, expected %d for %d images"
              .formatted(tag.bytes(), (long) count * IMAGE, count));
    }
    images = count;
    if (into == null) return;
    if (first + (long) count > into.count()) {
      throw part.fail("%d images, more than when they were counted".formatted(count));
    }
    byte[] planes = new byte[IMAGE];
    for (int n = 0; n < count; n++) {
      part.read(planes, 0, IMAGE);
      transpose(planes, into.pixels(), (first + n) * IMAGE);
    }
    part.pad(tag.bytes());
  }

  /** From (W, H, F read backwards) to (H, W, F). */
  private static void transpose(byte[] planes, byte[] pixels, int at) {
    int to = at;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        for (int f = 0; f < 3; f++) pixels[to++] = planes[(f * SIDE + x) * SIDE + y];
      }
    }
  }

  // ---- y ---------------------------------------------------------------------------------------

  private void labels(MatPart part, int type, int[] dims) {
    if (labels != null) throw part.fail("y comes twice");
    boolean vector =
        dims.length == 2 && dims[0] > 0 && dims[1] > 0 && Math.min(dims[0], dims[1]) == 1;
    if (!vector || type != OF_UINT8 && type != OF_DOUBLE) {
      throw part.fail(
          "y is %s of class %d, expected N x 1 of class 9 (uint8) or 6 (double)"
              .formatted(Arrays.toString(dims), type));
    }
    int count = Math.max(dims[0], dims[1]);
    if (count > MAX_IMAGES) {
      throw part.fail("%d labels, expected at most %d".formatted(count, MAX_IMAGES));
    }
    MatPart.Tag tag = part.tag();
    // Whole numbers of any class may be stored as bytes.
    int size = tag.type() == UINT8 || tag.type() == INT8 ? 1 : tag.type() == DOUBLE ? 8 : 0;
    if (size == 0 || tag.bytes() != (long) count * size) {
      throw part.fail(
          "labels of type %d in %d bytes, expected type 1, 2 or 9 for %d labels"
              .formatted(tag.type(), tag.bytes(), count));
    }
    ByteBuffer data = part.data(tag, count * size);
    labels = new int[count];
    for (int n = 0; n < count; n++) {
      double value = size == 1 ? data.get() & 0xFF : data.getDouble();
      if (!(value >= 1 && value <= ZERO) || value != Math.rint(value)) {
        throw part.fail(
            "label %d of the array before it: expected 1..10, found %s".formatted(n, plain(value)));
      }
      labels[n] = (int) value % ZERO;
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : "" + value;
  }

  private void requireBoth(MatPart part) {
    if (images < 0 || labels == null) {
      throw part.fail("the file ends without " + (images < 0 ? "X" : "y"));
    }
    if (labels.length != images) {
      throw part.fail("%d labels for %d images".formatted(labels.length, images));
    }
  }
}
