// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

/**
 * The ten classes of the made data set, each as the set of points (u, v) it covers; all lie within
 * the unit circle, v points down.
 */
enum MadeShape {
  DISC {
    @Override
    boolean covers(double u, double v) {
      return u * u + v * v < 0.81;
    }

    @Override
    double clearance(double u, double v) {
      return Math.abs(Math.sqrt(u * u + v * v) - 0.9);
    }
  },
  RING {
    @Override
    boolean covers(double u, double v) {
      double r = u * u + v * v;
      return r < 0.9 && r > 0.3;
    }

    @Override
    double clearance(double u, double v) {
      double r = Math.sqrt(u * u + v * v);
      return Math.min(Math.abs(r - Math.sqrt(0.9)), Math.abs(r - Math.sqrt(0.3)));
    }
  },
  SQUARE {
    @Override
    boolean covers(double u, double v) {
      return Math.abs(u) < SIDE && Math.abs(v) < SIDE;
    }

    @Override
    double clearance(double u, double v) {
      return Math.abs(Math.max(Math.abs(u), Math.abs(v)) - SIDE);
    }
  },
  TRIANGLE {
    @Override
    boolean covers(double u, double v) {
      return inside(TRIANGLE_CORNERS, u, v);
    }

    @Override
    double clearance(double u, double v) {
      return nearestEdge(TRIANGLE_CORNERS, u, v);
    }
  },
  CROSS {
    @Override
    boolean covers(double u, double v) {
      double a = Math.abs(u);
      double b = Math.abs(v);
      return Math.min(a, b) < 0.27 && Math.max(a, b) < 0.95;
    }

    @Override
    double clearance(double u, double v) {
      double a = Math.abs(u);
      double b = Math.abs(v);
      double arms = Math.min(Math.abs(a - 0.27), Math.abs(b - 0.27));
      return Math.min(arms, Math.abs(Math.max(a, b) - 0.95));
    }
  },
  STAR {
    @Override
    boolean covers(double u, double v) {
      return inside(STAR_CORNERS, u, v);
    }

    @Override
    double clearance(double u, double v) {
      return nearestEdge(STAR_CORNERS, u, v);
    }
  },
  STRIPES {
    @Override
    boolean covers(double u, double v) {
      return SQUARE.covers(u, v) && (int) ((v + SIDE) / SIDE * 2.5) % 2 == 0;
    }

    @Override
    double clearance(double u, double v) {
      return Math.min(SQUARE.clearance(u, v), nearestLine(v, 2.5));
    }
  },
  CHECKER {
    @Override
    boolean covers(double u, double v) {
      return SQUARE.covers(u, v)
          && ((int) ((u + SIDE) / SIDE * 1.5) + (int) ((v + SIDE) / SIDE * 1.5)) % 2 == 0;
    }

    @Override
    double clearance(double u, double v) {
      double lines = Math.min(nearestLine(u, 1.5), nearestLine(v, 1.5));
      return Math.min(SQUARE.clearance(u, v), lines);
    }
  },
  CRESCENT {
    @Override
    boolean covers(double u, double v) {
      double w = u - 0.45;
      return u * u + v * v < 0.9 && w * w + v * v > 0.55;
    }

    @Override
    double clearance(double u, double v) {
      double w = u - 0.45;
      double whole = Math.abs(Math.sqrt(u * u + v * v) - Math.sqrt(0.9));
      return Math.min(whole, Math.abs(Math.sqrt(w * w + v * v) - Math.sqrt(0.55)));
    }
  },
  ARROW {
    @Override
    boolean covers(double u, double v) {
      return inside(ARROW_CORNERS, u, v);
    }

    @Override
    double clearance(double u, double v) {
      return nearestEdge(ARROW_CORNERS, u, v);
    }
  };

  /** Half the side of a square within the unit circle. */
  private static final double SIDE = 0.7;

  private static final double[] TRIANGLE_CORNERS = {0, -0.98, 0.85, 0.49, -0.85, 0.49};
  private static final double[] ARROW_CORNERS = {
    0.95, 0, 0.15, -0.7, 0.15, -0.25, -0.9, -0.25, -0.9, 0.25, 0.15, 0.25, 0.15, 0.7
  };
  private static final double[] STAR_CORNERS = star(5, 1, 0.42);

  abstract boolean covers(double u, double v);

  /** No point nearer than this differs from (u, v) in being covered. */
  abstract double clearance(double u, double v);

  private static double[] star(int points, double outer, double inner) {
    double[] corners = new double[4 * points];
    for (int i = 0; i < 2 * points; i++) {
      double angle = Math.PI * i / points;
      double radius = i % 2 == 0 ? outer : inner;
      corners[2 * i] = radius * StrictMath.sin(angle);
      corners[2 * i + 1] = -radius * StrictMath.cos(angle);
    }
    return corners;
  }

  /** How far a coordinate is from the nearest of the lines that cut the half side into so many. */
  private static double nearestLine(double coordinate, double lines) {
    double t = (coordinate + SIDE) / SIDE * lines;
    return Math.abs(t - Math.rint(t)) * SIDE / lines;
  }

  private static double nearestEdge(double[] corners, double u, double v) {
    double nearest = Double.POSITIVE_INFINITY;
    int n = corners.length;
    for (int i = 0, j = n - 2; i < n; j = i, i += 2) {
      double edgeU = corners[j] - corners[i];
      double edgeV = corners[j + 1] - corners[i + 1];
      double du = u - corners[i];
      double dv = v - corners[i + 1];
      double along = (du * edgeU + dv * edgeV) / (edgeU * edgeU + edgeV * edgeV);
      double within = along < 0 ? 0 : along > 1 ? 1 : along;
      du -= within * edgeU;
      dv -= within * edgeV;
      nearest = Math.min(nearest, du * du + dv * dv);
    }
    return Math.sqrt(nearest);
  }

  /** Even-odd rule; corners are u, v pairs. */
  private static boolean inside(double[] corners, double u, double v) {
    boolean in = false;
    int n = corners.length;
    for (int i = 0, j = n - 2; i < n; j = i, i += 2) {
      boolean crosses = corners[i + 1] > v != corners[j + 1] > v;
      if (crosses
          && u
              < corners[i]
                  + (v - corners[i + 1])
                      / (corners[j + 1] - corners[i + 1])
                      * (corners[j] - corners[i])) {
        in = !in;
      }
    }
    return in;
  }
}
