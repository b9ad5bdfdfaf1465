// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SvhnWriterTest {
  @TempDir Path folder;

  /** Odd numbers of images need padding. */
  @ParameterizedTest
  @ValueSource(ints = {8, 11, 13})
  void whatIsWrittenIsReadAgain(int images) {
    ImageSet set = MadeImages.generate(1, images, images + 2, MadeImages.Difficulty.STANDARD);
    new SvhnWriter().write(set, folder);
    ImageSet found = SvhnReader.read(folder, false);
    assertThat(found.dataHash()).isEqualTo(set.dataHash());
    assertThat(found.train().labels()).isEqualTo(set.train().labels());
    assertThat(found.test().pixels()).isEqualTo(set.test().pixels());
  }

  @Test
  void otherSizesAreRefused() {
    Images grey = new Images(32, 32, 1, new byte[1024], new int[1]);
    ImageSet set = new ImageSet("grey", java.util.List.of("a", "b"), grey, grey, "", false);
    assertThatThrownBy(() -> new SvhnWriter().requireFit(set))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("in 10 classes, found 32 x 32 with 1 channels in 2");
  }
}
