// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

/**
 * One image while it is drawn: colours in 0..1 per pixel, edges smoothed by 4 × 4 samples a pixel.
 */
final class MadeCanvas {
  static final int SIDE = 32;
  private static final int SAMPLES = 4;

  /** No sample is farther from the centre of its pixel, in pixels: sqrt(2) · 3/8 is 0.5304. */
  private static final double SAMPLE_REACH = 0.54;

  private static final int TEXTURE_CELLS = 5;

  /** Of a column or row: the cell of the texture it lies in, and how far into it. */
  private static final int[] CELL = new int[SIDE];

  private static final double[] WITHIN = new double[SIDE];

  static {
    for (int at = 0; at < SIDE; at++) {
      double g = (double) at * TEXTURE_CELLS / SIDE;
      CELL[at] = (int) g;
      WITHIN[at] = g - CELL[at];
    }
  }

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
      int at = CELL[y] * (TEXTURE_CELLS + 1) + CELL[x];
      double fx = WITHIN[x];
      double fy = WITHIN[y];
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
        int covered = covered(shape, pose, x, y);
        if (covered > 0) blend(paint, x, y, covered / (double) (SAMPLES * SAMPLES));
      }
    }
  }

  private static int covered(MadeShape shape, Pose pose, int x, int y) {
    double scaleU = 1 / (pose.radius * pose.stretch);
    double scaleV = pose.stretch / pose.radius;
    double centreX = x + 0.5 - pose.x;
    double centreY = y + 0.5 - pose.y;
    double centreU = (centreX * pose.cos + centreY * pose.sin) * scaleU;
    double centreV = (centreY * pose.cos - centreX * pose.sin) * scaleV;
    // Most pixels are all covered, or not at all.
    if (shape.clearance(centreU, centreV) > SAMPLE_REACH * Math.max(scaleU, scaleV))
      return shape.covers(centreU, centreV) ? SAMPLES * SAMPLES : 0;
    int covered = 0;
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
      // Not Math.min and max, which look for NaN and the sign of 0: millions of pixels are drawn.
      double inRange = value < 0 ? 0 : value > 1 ? 1 : value;
      pixels[offset + i] = (byte) (int) (inRange * 255 + 0.5);
    }
  }
}
