// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images: what is read, byte by byte, and everything that is refused. */
class FolderReaderTest {
  @TempDir Path folder;

  /** Two classes, three training images and two test images of 8 x 4 pixels. */
  @BeforeEach
  void write() throws IOException {
    save("train/cat/b.png", image(8, 4, 1));
    save("train/cat/a.png", image(8, 4, 2));
    save("train/ape/0.png", image(8, 4, 3));
    save("test/cat/x.png", image(8, 4, 4));
    save("test/ape/y.png", image(8, 4, 5));
  }

  private static BufferedImage image(int width, int height, int seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) image.setRGB(x, y, rgb(x, y, seed));
    }
    return image;
  }

  private static int rgb(int x, int y, int seed) {
    return (seed * 40 << 16) | (x * 30 << 8) | (y * 60 + seed);
  }

  private Path save(String name, BufferedImage image) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.endsWith(".png") ? "png" : "jpg";
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> FolderReader.read(folder))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void classesAndImagesAreInTheOrderOfTheirNames() throws IOException {
    Files.writeString(folder.resolve("train/.DS_Store"), "passed over");
    ImageSet set = FolderReader.read(folder);
    assertThat(set.classNames()).containsExactly("ape", "cat");
    assertThat(set.train().labels()).containsExactly(0, 1, 1);
    assertThat(set.test().labels()).containsExactly(0, 1);
    assertThat(set.train().height()).isEqualTo(4);
    assertThat(set.train().width()).isEqualTo(8);
    assertThat(set.lossy()).isFalse();
    int[] seeds = {3, 2, 1};
    byte[] pixels = set.train().pixels();
    for (int i = 0, at = 0; i < 3; i++) {
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 8; x++) {
          int rgb = rgb(x, y, seeds[i]);
          assertThat(pixels[at++]).isEqualTo((byte) (rgb >> 16));
          assertThat(pixels[at++]).isEqualTo((byte) (rgb >> 8));
          assertThat(pixels[at++]).isEqualTo((byte) rgb);
        }
      }
    }
  }

  /** Else --test-limit would measure on the first classes alone. */
  @Test
  void everyBeginningHoldsAllClasses() throws IOException {
    for (int i = 0; i < 4; i++) {
      save("test/ape/a" + i + ".png", image(8, 4, 10 + i));
      save("test/cat/a" + i + ".png", image(8, 4, 20 + i));
    }
    save("train/ape/z.png", image(8, 4, 7));
    ImageSet set = FolderReader.read(folder);
    assertThat(set.test().labels()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
    assertThat(set.train().labels()).containsExactly(0, 1, 0, 1);
    assertThat(set.test().first(2).pixels()[0]).isEqualTo((byte) (10 * 40));
    assertThat(set.test().first(2).pixels()[8 * 4 * 3]).isEqualTo((byte) (20 * 40));
  }

  @Test
  void greyImagesKeepTheirValues() throws IOException {
    for (String name :
        new String[] {"train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png"}) {
      BufferedImage grey = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < 16; p++) grey.getRaster().setSample(p % 4, p / 4, 0, 16 * p);
      Path file = folder.resolve("grey").resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(grey, "png", file.toFile());
    }
    ImageSet set = FolderReader.read(folder.resolve("grey"));
    assertThat(set.train().channels()).isEqualTo(1);
    for (int p = 0; p < 16; p++) assertThat(set.train().pixels()[p]).isEqualTo((byte) (16 * p));
  }

  @Test
  void aJpegMakesTheSetLossy() throws IOException {
    save("train/ape/1.jpg", image(8, 4, 6));
    ImageSet set = FolderReader.read(folder);
    assertThat(set.lossy()).isTrue();
    assertThat(set.train().count()).isEqualTo(4);
  }

  @Test
  void foldersThatAreMissingEmptyOrUnknownAreRefused() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("train/dog"));
    refused(folder.resolve("test/dog").toString(), "missing");
    Files.createDirectories(folder.resolve("test/dog"));
    refused(empty.toString(), "empty class");
    Files.delete(empty);
    refused(folder.resolve("test/dog").toString(), "unknown class");
    Files.delete(folder.resolve("test/dog"));
    Path stray = Files.writeString(folder.resolve("train/readme.txt"), "x");
    refused(stray.toString(), "expected a folder of images");
    Files.delete(stray);
    Path text = Files.writeString(folder.resolve("train/cat/c.txt"), "x");
    refused(text.toString(), "expected a file named .png");
    assertThatThrownBy(() -> FolderReader.read(folder.resolve("none")))
        .hasMessageContaining("no such directory; expected train/CLASS/FILE.png");
  }

  @Test
  void sizesThatDifferOrCannotBeHalvedAreRefused() throws IOException {
    Path other = save("test/cat/z.png", image(4, 4, 1));
    refused(other.toString(), "4x4 colour; expected 8x4 colour");
    Files.delete(other);
    Path odd = save("train/ape/0.png", image(6, 4, 1));
    refused(odd.toString(), "6 x 4 pixels; expected multiples of 4");
    Path large = save("train/ape/0.png", image(516, 4, 1));
    refused(large.toString(), "expected 4 to 512 pixels a side, found 516 x 4");
  }

  @Test
  void damagedAndDisguisedFilesAreRefused() throws IOException {
    Path file = folder.resolve("train/cat/b.png");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      refused(file.toString());
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 0x55;
      Files.write(file, flipped);
      refused(file.toString());
    }
    Path jpeg = save("train/ape/0.jpg", image(8, 4, 1));
    byte[] photo = Files.readAllBytes(jpeg);
    Files.write(file, whole);
    Files.write(jpeg, java.util.Arrays.copyOf(photo, photo.length - 30));
    refused(jpeg.toString(), "damaged image");
    Files.delete(jpeg);
    Files.writeString(file, "not an image at all");
    refused(file.toString(), "neither PNG nor JPEG");
    ImageIO.write(image(8, 4, 1), "gif", file.toFile());
    refused(file.toString(), "expected PNG or JPEG, found gif");
  }

  /** A header that claims 60,000 x 60,000 pixels: refused before memory is asked for. */
  @Test
  void aBombIsRefusedByItsHeader() throws IOException {
    Path file = folder.resolve("train/cat/b.png");
    byte[] bytes = Files.readAllBytes(file);
    java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(bytes);
    header.putInt(16, 60_000).putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(bytes, 12, 17);
    header.putInt(29, (int) crc.getValue());
    Files.write(file, bytes);
    refused(file.toString(), "found 60000 x 60000");
  }

  /** The same in the frame header of a JPEG: marker, length, bits, then height and width. */
  @Test
  void aJpegBombIsRefusedByItsHeader() throws IOException {
    Path file = save("train/ape/0.jpg", image(8, 4, 1));
    byte[] bytes = Files.readAllBytes(file);
    int frame = 2;
    while ((bytes[frame + 1] & 0xff) != 0xc0) {
      frame += 2 + ((bytes[frame + 2] & 0xff) << 8 | bytes[frame + 3] & 0xff);
    }
    java.nio.ByteBuffer.wrap(bytes).putShort(frame + 5, (short) 60_000);
    java.nio.ByteBuffer.wrap(bytes).putShort(frame + 7, (short) 60_000);
    Files.write(file, bytes);
    refused(file.toString(), "found 60000 x 60000");
  }

  /** Each with its reason, not only the first. */
  @Test
  void everyUnreadableFileIsNamed() throws IOException {
    Files.writeString(folder.resolve("train/ape/0.png"), "damaged before any size is known");
    Path other = save("train/cat/b.png", image(4, 4, 1));
    Path empty = Files.writeString(folder.resolve("test/cat/x.png"), "");
    assertThat(FolderReader.unreadable(folder))
        .hasSize(3)
        .anySatisfy(reason -> assertThat(reason).contains("ape/0.png: neither PNG nor JPEG"))
        .anySatisfy(reason -> assertThat(reason).contains(other + ": 4x4 colour; expected 8x4"))
        .anySatisfy(reason -> assertThat(reason).contains(empty.toString()));
  }

  @Test
  void transparencyAndDeepColourAreRefused() throws IOException {
    BufferedImage clear = new BufferedImage(8, 4, BufferedImage.TYPE_INT_ARGB);
    Path file = save("train/cat/b.png", clear);
    refused(file.toString(), "transparent at x 0, y 0");
    save("train/cat/b.png", new BufferedImage(8, 4, BufferedImage.TYPE_USHORT_GRAY));
    refused(file.toString(), "expected 8 bits a channel, found 16");
    BufferedImage opaque = new BufferedImage(8, 4, BufferedImage.TYPE_INT_ARGB);
    opaque.setRGB(
        0,
        0,
        8,
        4,
        java.util.stream.IntStream.range(0, 32).map(p -> 0xFF000000 | p).toArray(),
        0,
        8);
    save("train/cat/b.png", opaque);
    assertThat(FolderReader.read(folder).train().channels()).isEqualTo(3);
  }
}
