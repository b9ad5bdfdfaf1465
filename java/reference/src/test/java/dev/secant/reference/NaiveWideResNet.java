// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The table of the method's section 2 once more, from its text alone: plain loops over nested
 * arrays [row][y][x][channel], none of the project's ops, nothing shared with {@code
 * dev.secant.nn}. Slow and obvious on purpose.
 */
final class NaiveWideResNet {
  private static final double SLOPE = 0.1;

  /** What conv1 of the first units of groups 2 and 3 reads. */
  enum FirstConv {
    ACTIVATED,
    /** As most PyTorch ports have it; wrong here. */
    RAW
  }

  /** An activation [row][y][x][channel]. */
  private record Volume(double[][][][] at) {
    static Volume zeros(int rows, int height, int width, int channels) {
      return new Volume(new double[rows][height][width][channels]);
    }

    int rows() {
      return at.length;
    }

    int height() {
      return at[0].length;
    }

    int width() {
      return at[0][0].length;
    }

    int channels() {
      return at[0][0][0].length;
    }

    double[] flat() {
      double[] out = new double[rows() * height() * width() * channels()];
      int i = 0;
      for (double[][][] row : at)
        for (double[][] line : row) for (double[] pixel : line) for (double v : pixel) out[i++] = v;
      return out;
    }
  }

  /** Activations of L0 … L5, flat, and on which side of the kink each activation lay. */
  record Result(List<double[]> layers, long sides) {
    double[] logits() {
      return layers.get(5);
    }
  }

  private final int depth;
  private final int width;
  private final double eps;
  private final Map<String, double[]> weights;
  private final Map<String, double[]> running;
  private final int segments;
  private final FirstConv firstConv;
  private long sides;

  /**
   * @param weights by name, kernels OHWI; biases may be missing
   * @param running means and variances by name; null: those of each of the segments of the batch
   */
  NaiveWideResNet(
      int depth,
      int width,
      double eps,
      Map<String, double[]> weights,
      Map<String, double[]> running,
      int segments,
      FirstConv firstConv) {
    this.depth = depth;
    this.width = width;
    this.eps = eps;
    this.weights = weights;
    this.running = running;
    this.segments = segments;
    this.firstConv = firstConv;
  }

  /** Layers of a batch of RGB images, NHWC. */
  Result forward(double[] images, int rows, int height, int imageWidth) {
    sides = 0;
    List<double[]> layers = new ArrayList<>();
    Volume x = conv("stem", 3, 1, 16, volume(images, rows, height, imageWidth));
    layers.add(x.flat());
    for (int group = 1; group <= 3; group++) {
      for (int unit = 1; unit <= (depth - 4) / 6; unit++) x = unit(group, unit, x);
      layers.add(x.flat());
    }
    Volume last = leaky(batchNorm("norm", x));
    double[][] pooled = new double[rows][last.channels()];
    for (int b = 0; b < rows; b++)
      for (int c = 0; c < last.channels(); c++) {
        double sum = 0;
        for (int y = 0; y < last.height(); y++)
          for (int i = 0; i < last.width(); i++) sum += last.at[b][y][i][c];
        pooled[b][c] = sum / (last.height() * last.width());
      }
    layers.add(new Volume(new double[][][][] {{pooled}}).flat());
    layers.add(dense(pooled));
    return new Result(layers, sides);
  }

  private Volume unit(int group, int unit, Volume x) {
    String name = "group" + group + "/unit" + unit;
    int channels = 16 * width << (group - 1);
    int stride = group > 1 && unit == 1 ? 2 : 1;
    Volume activated = leaky(batchNorm(name + "/norm1", x));
    boolean portOfOthers = firstConv == FirstConv.RAW && group > 1 && unit == 1;
    Volume h = conv(name + "/conv1", 3, stride, channels, portOfOthers ? x : activated);
    h = conv(name + "/conv2", 3, 1, channels, leaky(batchNorm(name + "/norm2", h)));
    Volume shortcut = group == 1 && unit == 1 ? activated : x;
    if (x.channels() != channels)
      shortcut = conv(name + "/shortcut", 1, stride, channels, shortcut);
    Volume sum = Volume.zeros(h.rows(), h.height(), h.width(), channels);
    for (int b = 0; b < h.rows(); b++)
      for (int y = 0; y < h.height(); y++)
        for (int i = 0; i < h.width(); i++)
          for (int c = 0; c < channels; c++)
            sum.at[b][y][i][c] = h.at[b][y][i][c] + shortcut.at[b][y][i][c];
    return sum;
  }

  private Volume conv(String name, int k, int stride, int out, Volume x) {
    double[] w = weights.get(name + "/kernel");
    double[] bias = weights.get(name + "/bias");
    int in = x.channels();
    int pad = (k - 1) / 2;
    Volume y = Volume.zeros(x.rows(), x.height() / stride, x.width() / stride, out);
    for (int b = 0; b < y.rows(); b++)
      for (int r = 0; r < y.height(); r++)
        for (int s = 0; s < y.width(); s++)
          for (int o = 0; o < out; o++) {
            double sum = bias == null ? 0 : bias[o];
            for (int p = 0; p < k; p++) {
              int yy = r * stride + p - pad;
              if (yy < 0 || yy >= x.height()) continue;
              for (int q = 0; q < k; q++) {
                int xx = s * stride + q - pad;
                if (xx < 0 || xx >= x.width()) continue;
                double[] pixel = x.at[b][yy][xx];
                int at = ((o * k + p) * k + q) * in;
                for (int i = 0; i < in; i++) sum += w[at + i] * pixel[i];
              }
            }
            y.at[b][r][s][o] = sum;
          }
    return y;
  }

  private Volume batchNorm(String name, Volume x) {
    double[] gamma = weights.get(name + "/gamma");
    double[] beta = weights.get(name + "/beta");
    Volume y = Volume.zeros(x.rows(), x.height(), x.width(), x.channels());
    int rows = x.rows() / segments;
    for (int segment = 0; segment < segments; segment++) {
      for (int c = 0; c < x.channels(); c++) {
        double mean = running == null ? mean(x, segment * rows, rows, c) : running(name, "mean", c);
        double variance =
            running == null
                ? variance(x, segment * rows, rows, c, mean)
                : running(name, "variance", c);
        for (int b = segment * rows; b < (segment + 1) * rows; b++)
          for (int r = 0; r < x.height(); r++)
            for (int s = 0; s < x.width(); s++) {
              double unit = (x.at[b][r][s][c] - mean) / Math.sqrt(variance + eps);
              y.at[b][r][s][c] = gamma[c] * unit + beta[c];
            }
      }
    }
    return y;
  }

  private double running(String name, String what, int c) {
    return running.get(name + "/" + what)[c];
  }

  private static double mean(Volume x, int from, int rows, int c) {
    double sum = 0;
    for (int b = from; b < from + rows; b++)
      for (double[][] line : x.at[b]) for (double[] pixel : line) sum += pixel[c];
    return sum / (rows * x.height() * x.width());
  }

  private static double variance(Volume x, int from, int rows, int c, double mean) {
    double sum = 0;
    for (int b = from; b < from + rows; b++)
      for (double[][] line : x.at[b])
        for (double[] pixel : line) sum += (pixel[c] - mean) * (pixel[c] - mean);
    return sum / (rows * x.height() * x.width());
  }

  private Volume leaky(Volume x) {
    for (double[][][] row : x.at)
      for (double[][] line : row)
        for (double[] pixel : line)
          for (int c = 0; c < pixel.length; c++) {
            sides = sides * 31 + (pixel[c] > 0 ? 1 : 2);
            if (pixel[c] <= 0) pixel[c] *= SLOPE;
          }
    return x;
  }

  private double[] dense(double[][] x) {
    double[] w = weights.get("dense/kernel");
    double[] bias = weights.get("dense/bias");
    double[] logits = new double[x.length * bias.length];
    for (int b = 0; b < x.length; b++)
      for (int c = 0; c < bias.length; c++) {
        double sum = bias[c];
        for (int d = 0; d < x[b].length; d++) sum += w[c * x[b].length + d] * x[b][d];
        logits[b * bias.length + c] = sum;
      }
    return logits;
  }

  private static Volume volume(double[] values, int rows, int height, int width) {
    int channels = values.length / (rows * height * width);
    Volume v = Volume.zeros(rows, height, width, channels);
    int i = 0;
    for (double[][][] row : v.at)
      for (double[][] line : row)
        for (double[] pixel : line) for (int c = 0; c < channels; c++) pixel[c] = values[i++];
    return v;
  }
}
