// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.InvalidArgumentException;
import java.util.List;

/**
 * A pre-activation Wide ResNet of method MixMatch: depth 6n + 4, three groups of n units with 16w,
 * 32w and 64w channels, strides 1, 2, 2.
 *
 * @param height of the images, a multiple of 4
 * @param imageWidth of the images, a multiple of 4
 * @param convBias biases on the convolutions (their gradients vanish under the batch norms that
 *     follow)
 */
public record WideResNetSpec(
    int depth,
    int width,
    int height,
    int imageWidth,
    int channels,
    int classes,
    boolean convBias,
    double bnEps) {
  public static final int STEM_CHANNELS = 16;
  public static final double SLOPE = 0.1;
  public static final double BN_EPS = 1e-3;

  /** Number of probed layers: L0 stem, L1–L3 groups, L4 pooled, L5 logits. */
  public static final int LAYERS = 6;

  public WideResNetSpec {
    if (depth < 10 || (depth - 4) % 6 != 0)
      throw new InvalidArgumentException("depth must be 6n + 4 >= 10, got " + depth);
    if (width < 1) throw new InvalidArgumentException("width must be >= 1, got " + width);
    if (height < 4 || height % 4 != 0 || imageWidth < 4 || imageWidth % 4 != 0) {
      throw new InvalidArgumentException(
          "images must measure multiples of 4, got " + height + "x" + imageWidth);
    }
    if (classes < 2) throw new InvalidArgumentException("classes must be >= 2, got " + classes);
  }

  public int unitsPerGroup() {
    return (depth - 4) / 6;
  }

  /**
   * One residual unit.
   *
   * @param name what the names of its tensors begin with
   * @param height of its input
   * @param width of its input
   * @param activatedShortcut the shortcut starts behind the first activation
   */
  public record Unit(
      String name, int in, int out, int stride, int height, int width, boolean activatedShortcut) {
    /** Whether the shortcut is a convolution. */
    public boolean projects() {
      return in != out;
    }
  }

  /** All units, input to output. */
  public List<Unit> units() {
    List<Unit> units = new java.util.ArrayList<>();
    int in = STEM_CHANNELS;
    int h = height;
    int w = imageWidth;
    for (int g = 1; g <= 3; g++) {
      int out = STEM_CHANNELS * width << (g - 1);
      for (int u = 1; u <= unitsPerGroup(); u++) {
        int stride = g > 1 && u == 1 ? 2 : 1;
        units.add(new Unit("group" + g + "/unit" + u, in, out, stride, h, w, g == 1 && u == 1));
        in = out;
        h /= stride;
        w /= stride;
      }
    }
    return units;
  }

  /** Every convolution in order, equal ones as often as they occur; {@code batch} rows. */
  public List<Conv2d.Spec> convolutions(int batch) {
    List<Conv2d.Spec> all = new java.util.ArrayList<>();
    all.add(new Conv2d.Spec(batch, height, imageWidth, channels, STEM_CHANNELS, 3, 1));
    for (Unit u : units()) {
      all.add(new Conv2d.Spec(batch, u.height(), u.width(), u.in(), u.out(), 3, u.stride()));
      if (u.projects())
        all.add(new Conv2d.Spec(batch, u.height(), u.width(), u.in(), u.out(), 1, u.stride()));
      int h = u.height() / u.stride();
      int w = u.width() / u.stride();
      all.add(new Conv2d.Spec(batch, h, w, u.out(), u.out(), 3, 1));
    }
    return all;
  }

  /** Channels of the final features. */
  public int features() {
    return STEM_CHANNELS * width * 4;
  }

  /** Trainable parameters. */
  public ParamLayout parameters() {
    ParamLayout.Builder b = new ParamLayout.Builder();
    conv(b, "stem", 3, channels, STEM_CHANNELS);
    for (Unit u : units()) {
      norm(b, u.name() + "/norm1", u.in());
      conv(b, u.name() + "/conv1", 3, u.in(), u.out());
      norm(b, u.name() + "/norm2", u.out());
      conv(b, u.name() + "/conv2", 3, u.out(), u.out());
      if (u.projects()) conv(b, u.name() + "/shortcut", 1, u.in(), u.out());
    }
    norm(b, "norm", features());
    b.kernel("dense/kernel", classes, features());
    b.other("dense/bias", classes);
    return b.build();
  }

  /** Running means and variances. */
  public ParamLayout statistics() {
    ParamLayout.Builder b = new ParamLayout.Builder();
    for (Unit u : units()) {
      statistics(b, u.name() + "/norm1", u.in());
      statistics(b, u.name() + "/norm2", u.out());
    }
    statistics(b, "norm", features());
    return b.build();
  }

  /** Multiply-adds of one image's forward pass, convolutions and dense layer. */
  public long multiplyAdds() {
    long sum = (long) height * imageWidth * 9 * channels * STEM_CHANNELS;
    for (Unit u : units()) {
      long pixels = (long) (u.height() / u.stride()) * (u.width() / u.stride());
      sum += pixels * 9 * u.out() * (u.in() + u.out());
      if (u.projects()) sum += pixels * u.in() * u.out();
    }
    return sum + (long) features() * classes;
  }

  private void conv(ParamLayout.Builder b, String name, int kernel, int in, int out) {
    b.kernel(name + "/kernel", out, kernel, kernel, in);
    if (convBias) b.other(name + "/bias", out);
  }

  private static void norm(ParamLayout.Builder b, String name, int channels) {
    b.other(name + "/gamma", channels);
    b.other(name + "/beta", channels);
  }

  private static void statistics(ParamLayout.Builder b, String name, int channels) {
    b.other(name + "/mean", channels);
    b.other(name + "/variance", channels);
  }
}
