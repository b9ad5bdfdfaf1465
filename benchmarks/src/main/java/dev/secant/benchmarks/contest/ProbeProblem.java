// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Locale;

/**
 * NonLin of all six layers of a Wide ResNet over test images, pairs mixed, running statistics:
 * forward passes and measures. Result: the mean distance of each layer.
 */
public record ProbeProblem(int images, int depth, int width, String precision) implements Problem {
  static ProbeProblem of(Words words) {
    return new ProbeProblem(
        words.number("images", 512),
        words.number("depth", 28),
        words.number("width", 2),
        words.oneOf("precision", "fp32", "bf16"));
  }

  public boolean bf16() {
    return precision.equals("bf16");
  }

  @Override
  public String text() {
    return "probe images=%d depth=%d width=%d precision=%s"
        .formatted(images, depth, width, precision);
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT, "probe, WRN-%d-%d, %,d images, %s", depth, width, images, precision);
  }

  @Override
  public long bytes() {
    return 0;
  }

  /** The images and their mixtures, once each. */
  @Override
  public double flop() {
    return 2.0 * Networks.spec(depth, width).multiplyAdds() * images * 2;
  }

  @Override
  public long things() {
    return images;
  }

  @Override
  public String unit() {
    return "images";
  }
}
