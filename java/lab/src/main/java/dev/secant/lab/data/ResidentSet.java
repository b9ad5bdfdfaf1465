// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.backend.ImagePool;
import dev.secant.lab.error.UsageException;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.Arrays;

/**
 * A data set and its split as tensors, uploaded once and never moved. Whoever gave the tensors owns
 * them.
 *
 * @param train all training images
 * @param test the test images in use
 * @param labelled (L) I32 pool indices of the labelled images
 * @param unlabelledOrNull (U) I32 pool indices of the unlabelled images; null when there are none
 */
public record ResidentSet(
    ImagePool train, ImagePool test, Tensor labelled, Tensor unlabelledOrNull) {
  /** Rows per upload, so that no second copy of the images is ever in memory. */
  private static final int CHUNK = 4096;

  /** Where tensors come from: {@code arena::tensor} or {@code plan::tensor}. */
  @FunctionalInterface
  public interface Source {
    Tensor tensor(DType type, long... dims);
  }

  /**
   * @param testLimit first so many test images; 0 = all
   */
  public static ResidentSet upload(Source source, ImageSet set, Split split, int testLimit) {
    return new ResidentSet(
        pool(source, set.train(), set.classes()),
        pool(source, set.test().first(testLimit), set.classes()),
        indices(source, split.labelled()),
        split.unlabelled().length == 0 ? null : indices(source, split.unlabelled()));
  }

  /** The unlabelled members; without any there is nothing to be consistent on. */
  public Tensor unlabelled() {
    if (unlabelledOrNull == null) {
      throw new UsageException(
          "no unlabelled images are left: all "
              + train.count()
              + " are labelled; use fewer labels or "
              + "split.unlabelled=all");
    }
    return unlabelledOrNull;
  }

  /** Uploads one set of images. */
  public static ImagePool pool(Source source, Images images, int classes) {
    int n = images.count();
    Tensor pixels = source.tensor(DType.U8, n, images.height(), images.width(), images.channels());
    for (int from = 0; from < n; from += CHUNK) {
      int to = Math.min(n, from + CHUNK);
      int bytes = images.imageBytes();
      pixels.rows(from, to).set(Arrays.copyOfRange(images.pixels(), from * bytes, to * bytes));
    }
    return new ImagePool(pixels, indices(source, images.labels()), classes);
  }

  private static Tensor indices(Source source, int[] values) {
    Tensor tensor = source.tensor(DType.I32, values.length);
    tensor.set(values);
    return tensor;
  }
}
