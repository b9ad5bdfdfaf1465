// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.metrics.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DataHashTest {
  private static final Images TRAIN = TinySets.images(2, 3, 1, 2, 0);
  private static final Images TEST = TinySets.images(2, 1, 3);

  @Test
  void isWhatItsFormulaSays() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeBytes("secant data 1");
      for (int extent : new int[] {2, 2, 3}) out.writeInt(extent);
      for (Images images : new Images[] {TRAIN, TEST}) {
        out.writeLong(images.count());
        out.write(sum(images));
      }
    }
    String expected = HexFormat.of().formatHex(Sha256.digest().digest(bytes.toByteArray()));
    assertThat(DataHash.of(TRAIN, TEST)).isEqualTo(expected);
  }

  private static byte[] sum(Images images) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < images.count(); i++) {
      byte[] record = new byte[13];
      record[0] = (byte) images.labels()[i];
      for (int f = 0; f < 3; f++) {
        for (int p = 0; p < 4; p++) record[1 + 4 * f + p] = images.pixels()[12 * i + 3 * p + f];
      }
      sum = sum.add(new BigInteger(1, Sha256.digest().digest(record)));
    }
    byte[] padded = new byte[32];
    byte[] low = sum.mod(BigInteger.TWO.pow(256)).toByteArray();
    int count = Math.min(32, low.length);
    System.arraycopy(low, low.length - count, padded, 32 - count, count);
    return padded;
  }

  @Test
  void doesNotDependOnOrder() {
    assertThat(DataHash.of(swapped(TRAIN, 0, 3), TEST)).isEqualTo(DataHash.of(TRAIN, TEST));
  }

  @Test
  void dependsOnPixelsLabelsAndSplit() {
    String hash = DataHash.of(TRAIN, TEST);
    Images otherPixel = swapped(TRAIN, 0, 0);
    otherPixel.pixels()[5]++;
    Images otherLabel = swapped(TRAIN, 0, 0);
    otherLabel.labels()[1]++;
    assertThat(DataHash.of(otherPixel, TEST)).isNotEqualTo(hash);
    assertThat(DataHash.of(otherLabel, TEST)).isNotEqualTo(hash);
    assertThat(DataHash.of(TEST, TRAIN)).isNotEqualTo(hash);
  }

  private static Images swapped(Images images, int a, int b) {
    byte[] pixels = images.pixels().clone();
    int[] labels = images.labels().clone();
    int bytes = images.imageBytes();
    System.arraycopy(images.pixels(), a * bytes, pixels, b * bytes, bytes);
    System.arraycopy(images.pixels(), b * bytes, pixels, a * bytes, bytes);
    labels[a] = images.labels()[b];
    labels[b] = images.labels()[a];
    return new Images(images.height(), images.width(), images.channels(), pixels, labels);
  }

  @Test
  void imagesOfTheWrongSizeAreRefused() {
    assertThatThrownBy(() -> new Images(2, 2, 3, new byte[23], new int[2]))
        .hasMessage("pixels: expected 24 bytes for (N=2, H=2, W=2, F=3), got 23");
  }

  @Test
  void theFirstImagesKeepTheirOrder() {
    Images first = TRAIN.first(2);
    assertThat(first.labels()).containsExactly(3, 1);
    assertThat(first.pixels()).hasSize(24).startsWith(TRAIN.pixels()[0], TRAIN.pixels()[1]);
    assertThat(TRAIN.first(0)).isSameAs(TRAIN);
    assertThat(TRAIN.first(9)).isSameAs(TRAIN);
  }
}
