// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * A file of CIFAR records: label bytes, then 3,072 pixel bytes (red plane first, rows top to
 * bottom). Size and labels are verified; whatever is wrong is named with file and offset.
 *
 * @param labels of each record; the last one is the class
 * @param origin where such a file comes from, for messages
 */
record CifarFile(Path path, int records, List<Label> labels, String origin) {
  static final int AREA = 32 * 32;
  static final int PIXELS = 3 * AREA;
  private static final int RECORDS_PER_READ = 100;

  /**
   * A byte before the pixels.
   *
   * @param name for messages
   * @param values 0 to this, excluded
   */
  record Label(String name, int values) {}

  private int recordBytes() {
    return labels.size() + PIXELS;
  }

  private long bytes() {
    return (long) records * recordBytes();
  }

  void checkSize() {
    if (!Files.exists(path)) {
      throw new DataException(path + ": missing; expected " + bytes() + " bytes, of " + origin);
    }
    if (!Files.isRegularFile(path)) throw new DataException(path + ": expected a regular file");
    long size;
    try {
      size = Files.size(path);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", path, e);
    }
    if (size < bytes()) throw truncated(size);
    if (size > bytes()) {
      throw new DataException(
          "%s: oversized at offset %d: expected %d bytes, found %d"
              .formatted(path, bytes(), bytes(), size));
    }
  }

  private DataException truncated(long size) {
    return new DataException(
        "%s: truncated at offset %d: expected %d bytes, found %d"
            .formatted(path, size, bytes(), size));
  }

  /**
   * @param first place of the first record's image
   * @return the file's SHA-256 where asked for, else null
   */
  String read(Images into, int first, boolean sum) {
    MessageDigest digest = sum ? Sha256.digest() : null;
    byte[] buffer = new byte[RECORDS_PER_READ * recordBytes()];
    try (InputStream in = Files.newInputStream(path)) {
      for (int r = 0; r < records; r += RECORDS_PER_READ) {
        int now = Math.min(RECORDS_PER_READ, records - r);
        int bytes = now * recordBytes();
        int got = in.readNBytes(buffer, 0, bytes);
        if (got != bytes) throw truncated((long) r * recordBytes() + got);
        if (sum) digest.update(buffer, 0, bytes);
        for (int j = 0; j < now; j++) decode(buffer, r + j, into, first + r + j);
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", path, e);
    }
    return sum ? HexFormat.of().formatHex(digest.digest()) : null;
  }

  private void decode(byte[] buffer, int record, Images into, int image) {
    int at = record % RECORDS_PER_READ * recordBytes();
    for (Label label : labels) {
      int value = buffer[at++] & 0xFF;
      if (value >= label.values()) {
        long offset = (long) record * recordBytes() + labels.indexOf(label);
        throw new DataException(
            "%s: %s at offset %d: expected 0..%d, found %d"
                .formatted(path, label.name(), offset, label.values() - 1, value));
      }
      into.labels()[image] = value;
    }
    byte[] pixels = into.pixels();
    int to = image * PIXELS;
    for (int p = 0; p < AREA; p++) {
      pixels[to++] = buffer[at + p];
      pixels[to++] = buffer[at + AREA + p];
      pixels[to++] = buffer[at + 2 * AREA + p];
    }
  }
}
