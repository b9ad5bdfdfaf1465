// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import dev.secant.lab.error.IoFailureException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Draws pixels. */
public final class PngCanvas implements Canvas {
  private final Graphics2D g;

  private PngCanvas(Graphics2D g) {
    this.g = g;
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
  }

  /**
   * A figure as the content of a PNG file.
   *
   * @throws IoFailureException where Java finds no fonts
   */
  public static byte[] draw(Drawable figure) {
    try {
      System.setProperty("java.awt.headless", "true");
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.setUseCache(false);
      ImageIO.write(paint(figure), "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IoFailureException("cannot encode a figure: " + e.getMessage(), e);
    } catch (LinkageError | InternalError e) {
      throw new IoFailureException(
          "cannot draw a figure: Java finds no fonts here; install fontconfig and fonts-dejavu-core",
          e);
    }
  }

  private static BufferedImage paint(Drawable figure) {
    BufferedImage image =
        new BufferedImage((int) figure.width(), (int) figure.height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      figure.draw(new PngCanvas(g));
    } finally {
      g.dispose();
    }
    return image;
  }

  @Override
  public void fill(double x, double y, double width, double height, int rgb) {
    g.setColor(new Color(rgb));
    g.fill(new Rectangle2D.Double(x, y, width, height));
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Look look) {
    path(new double[] {x1, x2}, new double[] {y1, y2}, look);
  }

  @Override
  public void path(double[] x, double[] y, Look look) {
    g.setColor(new Color(look.rgb()));
    g.setStroke(stroke(look));
    g.draw(outline(x, y));
  }

  private static BasicStroke stroke(Look look) {
    float[] dashes = new float[look.dashes().size()];
    for (int i = 0; i < dashes.length; i++) dashes[i] = look.dashes().get(i).floatValue();
    return new BasicStroke(
        (float) look.width(),
        BasicStroke.CAP_BUTT,
        BasicStroke.JOIN_ROUND,
        10f,
        dashes.length == 0 ? null : dashes,
        0f);
  }

  @Override
  public void area(double[] x, double[] y, int rgb, double opacity) {
    Path2D outline = outline(x, y);
    outline.closePath();
    g.setColor(new Color(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, (int) (255 * opacity)));
    g.fill(outline);
  }

  private static Path2D outline(double[] x, double[] y) {
    Path2D path = new Path2D.Double();
    path.moveTo(x[0], y[0]);
    for (int i = 1; i < x.length; i++) path.lineTo(x[i], y[i]);
    return path;
  }

  @Override
  public void dot(double x, double y, double radius, int rgb) {
    g.setColor(new Color(rgb));
    g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  @Override
  public void text(double x, double y, String text, Type type, Anchor anchor) {
    FontMetrics metrics = set(type);
    double width = metrics.getStringBounds(text, g).getWidth();
    double from =
        switch (anchor) {
          case START -> x;
          case MIDDLE -> x - width / 2;
          case END -> x - width;
        };
    g.drawString(text, (float) from, (float) y);
  }

  @Override
  public void upwards(double x, double y, String text, Type type) {
    AffineTransform before = g.getTransform();
    g.translate(x, y);
    g.rotate(-Math.PI / 2);
    text(0, 0, text, type, Anchor.MIDDLE);
    g.setTransform(before);
  }

  private FontMetrics set(Type type) {
    g.setFont(new Font(Font.SANS_SERIF, type.bold() ? Font.BOLD : Font.PLAIN, type.size()));
    g.setColor(new Color(type.rgb()));
    return g.getFontMetrics();
  }

  @Override
  public void hover(double x, double y, double width, double height, String text) {
    // Paper has no pointer.
  }
}
