// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

/**
 * One image while it is drawn: colours in 0..1 per pixel, edges smoothed by 4 × 4 samples a pixel.
 */
final class MadeCanvas {
  static final int SIDE = 32;
  private static final int SAMPLES = 4;
  private static final int TEXTURE_CELLS = 5;

  private final float[] colours = new float[SIDE * SIDE * 3];

  /**
   * Where a shape lies, in pixels: the point (u, v) of the shape is drawn at centre + rotation ·
   * (radius · stretch · u, radius / stretch · v).
   */
  record Pose(double x, double y, double radius, double stretch, double cos, double sin) {
    static Pose of(double x, double y, double radius, double stretch, double turn) {
      double angle = 2 * Math.PI * turn;
      return new Pose(x, y, radius, stretch, StrictMath.cos(angle), StrictMath.sin(angle));
    }

    /** The pixel lies outside the shape's ellipse, and so do its samples, by a margin. */
    boolean misses(int x, int y) {
      double dx = x + 0.5 - this.x;
      double dy = y + 0.5 - this.y;
      double u = (dx * cos + dy * sin) / (radius * stretch);
      double v = (dy * cos - dx * sin) * stretch / radius;
      double beyond = 1 + Math.max(1 / stretch, stretch) / radius; // samples are within 0.54 pixels
      return u * u + v * v > beyond * beyond;
    }

    /** No covered point is farther from the centre. */
    double reach() {
      return radius * Math.max(stretch, 1 / stretch);
    }
  }

  /** A colour that varies smoothly over the image: a grid of random offsets, interpolated. */
  static final class Paint {
    private final double[] colour;
    private final double[] offsets = new double[(TEXTURE_CELLS + 1) * (TEXTURE_CELLS + 1)];
    private final double slopeX;
    private final double slopeY;

    /**
     * @param gradient largest change of brightness across the image
     */
    Paint(double[] colour, double texture, double gradient, DrawSequence draws) {
      this.colour = colour;
      for (int i = 0; i < offsets.length; i++) offsets[i] = draws.uniform(-texture, texture);
      slopeX = draws.uniform(-gradient, gradient) / SIDE;
      slopeY = draws.uniform(-gradient, gradient) / SIDE;
    }

    double at(int x, int y, int channel, double texture) {
      return colour[channel] + texture + slopeX * (x - SIDE / 2) + slopeY * (y - SIDE / 2);
    }

    private double texture(int x, int y) {
      double gx = (double) x * TEXTURE_CELLS / SIDE;
      double gy = (double) y * TEXTURE_CELLS / SIDE;
      int i = (int) gx;
      int j = (int) gy;
      int at = j * (TEXTURE_CELLS + 1) + i;
      double fx = gx - i;
      double fy = gy - j;
      double top = offsets[at] * (1 - fx) + offsets[at + 1] * fx;
      double bottom =
          offsets[at + TEXTURE_CELLS + 1] * (1 - fx) + offsets[at + TEXTURE_CELLS + 2] * fx;
      return top * (1 - fy) + bottom * fy;
    }
  }

  void fill(Paint paint) {
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) blend(paint, x, y, 1);
    }
  }

  void draw(MadeShape shape, Pose pose, Paint paint) {
    int fromX = clampPixel(pose.x - pose.reach());
    int toX = clampPixel(pose.x + pose.reach());
    int fromY = clampPixel(pose.y - pose.reach());
    int toY = clampPixel(pose.y + pose.reach());
    for (int y = fromY; y <= toY; y++) {
      for (int x = fromX; x <= toX; x++) {
        if (pose.misses(x, y)) continue;
        int covered = covered(shape, pose, x, y);
        if (covered > 0) blend(paint, x, y, covered / (double) (SAMPLES * SAMPLES));
      }
    }
  }

  private static int covered(MadeShape shape, Pose pose, int x, int y) {
    int covered = 0;
    double scaleU = 1 / (pose.radius * pose.stretch);
    double scaleV = pose.stretch / pose.radius;
    for (int row = 0; row < SAMPLES; row++) {
      double dy = y + (row + 0.5) / SAMPLES - pose.y;
      double alongU = dy * pose.sin;
      double alongV = dy * pose.cos;
      for (int column = 0; column < SAMPLES; column++) {
        double dx = x + (column + 0.5) / SAMPLES - pose.x;
        double u = (dx * pose.cos + alongU) * scaleU;
        double v = (alongV - dx * pose.sin) * scaleV;
        if (shape.covers(u, v)) covered++;
      }
    }
    return covered;
  }

  private static int clampPixel(double position) {
    return Math.max(0, Math.min(SIDE - 1, (int) Math.floor(position)));
  }

  private void blend(Paint paint, int x, int y, double share) {
    int at = (y * SIDE + x) * 3;
    double texture = paint.texture(x, y);
    for (int f = 0; f < 3; f++) {
      double colour = paint.at(x, y, f, texture);
      colours[at + f] = (float) (colours[at + f] * (1 - share) + colour * share);
    }
  }

  /**
   * Contrast about mid-grey and brightness, then noise; rounded to bytes (H, W, F) at an offset.
   */
  void write(
      double contrast,
      double brightness,
      double noise,
      DrawSequence draws,
      byte[] pixels,
      int offset) {
    for (int i = 0; i < colours.length; i++) {
      double value = 0.5 + contrast * (colours[i] - 0.5) + brightness + noise * draws.bell();
      pixels[offset + i] = (byte) (int) (Math.max(0, Math.min(1, value)) * 255 + 0.5);
    }
  }
}
