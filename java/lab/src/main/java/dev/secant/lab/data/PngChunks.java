// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * The frame of a PNG file (ISO 15948, 5): chunks of a length, a type, data and a checksum, the last
 * one IEND. Java's decoder passes over checksums and over a missing end.
 */
final class PngChunks {
  private static final int SIGNATURE = 8;
  private static final int FRAME = 12; // length, type, checksum
  private static final int IEND = 0x49454e44;

  private PngChunks() {}

  /**
   * @throws DataException with the offset of the first chunk that is damaged or missing
   */
  static void require(Path file, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int at = SIGNATURE; ; ) {
      if (bytes.length - at < FRAME) throw damaged(file, at, "the file ends before its end chunk");
      long length = Integer.toUnsignedLong(buffer.getInt(at));
      if (length > bytes.length - at - FRAME)
        throw damaged(file, at, "the file ends within a chunk");
      int data = (int) length + 4; // with the type
      CRC32 crc = new CRC32();
      crc.update(bytes, at + 4, data);
      if ((int) crc.getValue() != buffer.getInt(at + 4 + data))
        throw damaged(file, at, "the checksum of a chunk is wrong");
      if (buffer.getInt(at + 4) == IEND) return;
      at += FRAME + (int) length;
    }
  }

  private static DataException damaged(Path file, int at, String what) {
    return new DataException("%s: damaged image at offset %d: %s".formatted(file, at, what));
  }
}
