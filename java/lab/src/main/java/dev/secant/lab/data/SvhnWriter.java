// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes a set of ten classes as SVHN's train_32x32.mat and test_32x32.mat, MAT-5 files that are
 * not compressed, with the arrays that {@link DigitsFile} describes.
 */
public final class SvhnWriter implements SetWriter {
  private static final int SIDE = 32;
  private static final int IMAGE = SIDE * SIDE * 3;

  /** Bytes of an array before its data: flags, dimensions, a name of one letter, the data's tag. */
  private static final int HEAD = 16 + 8 + 8 + 8;

  @Override
  public void requireFit(ImageSet set) {
    Images train = set.train();
    boolean fits =
        set.classes() == 10
            && train.height() == SIDE
            && train.width() == SIDE
            && train.channels() == 3;
    if (fits) return;
    throw new DataException(
        "the layout of SVHN holds colour images of 32 x 32 pixels in 10 classes, found %d x %d with %d channels in %d"
            .formatted(train.width(), train.height(), train.channels(), set.classes()));
  }

  @Override
  public void write(ImageSet set, Path directory) {
    requireFit(set);
    write(set.train(), directory.resolve(KnownFiles.SVHN_TRAIN.path()));
    write(set.test(), directory.resolve(KnownFiles.SVHN_TEST.path()));
    if (set.lossy()) SetWriter.mark(directory);
  }

  private static void write(Images images, Path file) {
    AtomicFile.write(
        file,
        content -> {
          OutputStream out = new BufferedOutputStream(content, 1 << 16);
          int n = images.count();
          ByteBuffer header = little(128);
          header.put("%-124s".formatted("MATLAB 5.0 MAT-file").getBytes(StandardCharsets.US_ASCII));
          out.write(header.putShort((short) 0x100).put((byte) 'I').put((byte) 'M').array());
          head(out, 'X', n * IMAGE, SIDE, SIDE, 3, n);
          for (int i = 0; i < n; i++) out.write(planes(images.pixels(), i * IMAGE));
          head(out, 'y', n, n, 1);
          for (int label : images.labels()) out.write(label == 0 ? 10 : label);
          out.write(new byte[-n & 7]);
          out.flush();
        });
  }

  /** An array of class uint8, up to its data. */
  private static void head(OutputStream out, char name, int bytes, int... dims) throws IOException {
    int head = HEAD + 4 * dims.length;
    ByteBuffer buffer = little(8 + head).putInt(14).putInt(head + bytes + (-bytes & 7));
    buffer.putInt(6).putInt(8).putInt(9).putInt(0);
    buffer.putInt(5).putInt(4 * dims.length);
    for (int dim : dims) buffer.putInt(dim);
    buffer.putInt(1 << 16 | 1).putInt(name);
    out.write(buffer.putInt(2).putInt(bytes).array());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** From (H, W, F) to (W, H, F) read backwards. */
  private static byte[] planes(byte[] pixels, int at) {
    byte[] planes = new byte[IMAGE];
    int from = at;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        for (int f = 0; f < 3; f++) planes[(f * SIDE + x) * SIDE + y] = pixels[from++];
      }
    }
    return planes;
  }
}
