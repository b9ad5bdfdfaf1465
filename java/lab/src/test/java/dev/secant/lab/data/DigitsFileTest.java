// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Octave wrote (digits.m beside them says what is in them), whole and damaged. */
class DigitsFileTest {
  private static final int IMAGE = 3072;
  private static final int HEADER = 128;

  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = DigitsFileTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static final Path NAME = Path.of("some.mat");

  private static Images read(byte[] content) {
    return DigitsFile.decode(NAME, content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits-v7.mat", "digits-v6-double.mat", "digits-v7-labels-first.mat"})
  void everyPixelAndLabelIsInItsPlace(String name) throws IOException {
    Images images = read(resource(name));
    assertThat(images.labels()).containsExactly(0, 1, 9, 2, 0);
    for (int n = 0; n < 5; n++) requireFormula(images, n, n);
  }

  private static void requireFormula(Images images, int image, int n) {
    int at = image * IMAGE;
    for (int row = 0; row < 32; row++) {
      for (int column = 0; column < 32; column++) {
        for (int channel = 0; channel < 3; channel++) {
          int expected = (37 * row + 11 * column + 101 * channel + 53 * n) % 256;
          assertThat(images.pixels()[at++] & 0xFF).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void oneImageHasThreeDimensions() throws IOException {
    Images images = read(resource("digits-v6-one.mat"));
    assertThat(images.labels()).containsExactly(7);
    requireFormula(images, 0, 0);
  }

  @Test
  void imagesGoWhereTheyBelongAndTheSumIsTheFiles() throws IOException {
    byte[] content = resource("digits-v7.mat");
    Images images = new Images(32, 32, 3, new byte[7 * IMAGE], new int[7]);
    assertThat(DigitsFile.read(Files.write(folder.resolve("some.mat"), content), images, 2))
        .isEqualTo(Sha256.hex(content));
    assertThat(images.labels()).containsExactly(0, 0, 0, 1, 9, 2, 0);
    requireFormula(images, 2, 0);
    requireFormula(images, 6, 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "digits-v7-third.mat | array \"z\", expected X and y alone",
        "digits-v7-halves.mat | label 0 of the array before it: expected 1..10, found 10.5",
      })
  void whatIsNotSvhnIsRefused(String name, String message) throws IOException {
    byte[] content = resource(name);
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("some.mat: offset ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits-v7.mat", "digits-v6-one.mat"})
  void aFileCutAnywhereIsRefusedWithAnOffset(String name) throws IOException {
    byte[] whole = resource(name);
    for (int bytes = 0; bytes < whole.length; bytes++) {
      byte[] cut = Arrays.copyOf(whole, bytes);
      assertThatThrownBy(() -> read(cut))
          .as("%s cut at %d", name, bytes)
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("some.mat: offset ");
    }
  }

  /** A changed byte is refused, or it is a pixel, a label or a byte without meaning. */
  @ParameterizedTest
  @ValueSource(strings = {"digits-v7.mat", "digits-v6-one.mat"})
  void aChangedByteIsRefusedOrHarmless(String name) throws IOException {
    byte[] whole = resource(name);
    int count = read(whole).count();
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      for (int change : new int[] {1, 0x80, 0xFF}) {
        byte[] changed = whole.clone();
        changed[at] ^= (byte) change;
        try {
          assertThat(read(changed).count()).isEqualTo(count);
        } catch (DataException e) {
          assertThat(e).hasMessageStartingWith("some.mat: offset ");
          refused++;
        } catch (RuntimeException e) {
          fail("byte %d ^ %d: %s".formatted(at, change, e), e);
        }
      }
    }
    assertThat(refused).isGreaterThan(60);
  }

  @Test
  void everyChangeOfCompressedDataIsFound() throws IOException {
    byte[] whole = resource("digits-v7.mat");
    int bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER + 4);
    for (int at = HEADER + 8; at < HEADER + 8 + bytes; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x10;
      assertThatThrownBy(() -> read(changed)).as("byte %d", at).isInstanceOf(DataException.class);
    }
  }

  @Test
  void sizesThatTheFileCannotHoldTakeNoMemory() throws IOException {
    byte[] whole = resource("digits-v6-one.mat");
    ByteBuffer huge = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
    huge.putInt(HEADER + 4, -16);
    refused(huge.array(), "offset 132: an element of 4294967280 bytes, 3184 are left");
    huge = ByteBuffer.wrap(resource("digits-v6-double.mat")).order(ByteOrder.LITTLE_ENDIAN);
    huge.putInt(HEADER + 44, Integer.MAX_VALUE); // the number of images
    refused(huge.array(), "15360 bytes of pixels, expected 6597069763584 for 2147483647 images");
  }

  private static void refused(byte[] content, String message) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("some.mat: offset ")
        .hasMessageContaining(message);
  }

  /** 10,000 black images, 31 MB, in a file of 30 kB. */
  @Test
  void whatUnpacksTooFarIsRefusedBeforeAnyMemoryIsTaken() throws IOException {
    int images = 10_000;
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(14).putInt(56 + images * IMAGE).putInt(6).putInt(8).putInt(9).putInt(0);
    head.putInt(5).putInt(16).putInt(32).putInt(32).putInt(3).putInt(images);
    head.putInt(1 << 16 | 1).putInt('X').putInt(2).putInt(images * IMAGE);
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(head.array());
      for (int n = 0; n < images; n++) out.write(new byte[IMAGE]);
    }
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(resource("digits-v7.mat"), 0, HEADER);
    ByteBuffer tag = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bomb.write(tag.putInt(15).putInt(packed.size()).array());
    packed.writeTo(bomb);
    assertThat(bomb.size()).isLessThan(40_000);
    refused(
        bomb.toByteArray(), "of what is unpacked from offset 136: an element of 30720056 bytes");
  }

  @Test
  void whatFollowsTheZlibDataIsRefused() throws IOException {
    byte[] whole = resource("digits-v7.mat");
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int packed = bytes.getInt(HEADER + 4);
    int after = HEADER + 8 + packed;
    byte[] longer = new byte[whole.length + 3];
    System.arraycopy(whole, 0, longer, 0, after);
    System.arraycopy(whole, after, longer, after + 3, whole.length - after);
    ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN).putInt(HEADER + 4, packed + 3);
    refused(longer, "3 bytes after the zlib data");
  }

  @Test
  void otherFormatsAreNamed() throws IOException {
    byte[] hdf5 = resource("digits-v7.mat");
    hdf5[7] = '7';
    hdf5[9] = '3';
    refused(hdf5, "a MATLAB 7.3 (HDF5) file");
    byte[] big = resource("digits-v7.mat");
    big[126] = 'M';
    big[127] = 'I';
    refused(big, "no header of a little-endian MATLAB 5.0 file");
  }
}
