// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import java.util.Locale;
import java.util.StringJoiner;

/** Writes SVG, byte for byte the same each time. */
public final class SvgCanvas implements Canvas {
  private static final String FAMILY = "DejaVu Sans,Verdana,sans-serif";

  private final StringBuilder svg = new StringBuilder();

  private SvgCanvas(String attributes, double width, double height, String label) {
    svg.append("<svg")
        .append(attributes)
        .append(" viewBox=\"0 0 ")
        .append(n(width))
        .append(' ')
        .append(n(height))
        .append("\" role=\"img\" aria-label=\"")
        .append(escape(label))
        .append("\" font-family=\"")
        .append(FAMILY)
        .append("\">\n");
  }

  /** A figure as part of an HTML page. */
  public static String draw(Drawable figure) {
    return draw(figure, "");
  }

  /** A figure as the content of a file, of its size in pixels. */
  public static String file(Drawable figure) {
    return draw(
        figure,
        " xmlns=\"http://www.w3.org/2000/svg\" width=\""
            + n(figure.width())
            + "\" height=\""
            + n(figure.height())
            + '"');
  }

  private static String draw(Drawable figure, String attributes) {
    SvgCanvas canvas = new SvgCanvas(attributes, figure.width(), figure.height(), figure.title());
    figure.draw(canvas);
    return canvas.svg.append("</svg>\n").toString();
  }

  @Override
  public void fill(double x, double y, double width, double height, int rgb) {
    rectangle(x, y, width, height).append(" fill=\"").append(colour(rgb)).append("\"/>\n");
  }

  private StringBuilder rectangle(double x, double y, double width, double height) {
    svg.append("<rect");
    attribute("x", x);
    attribute("y", y);
    attribute("width", width);
    return attribute("height", height);
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Look look) {
    path(new double[] {x1, x2}, new double[] {y1, y2}, look);
  }

  @Override
  public void path(double[] x, double[] y, Look look) {
    svg.append("<path d=\"").append(points(x, y)).append("\" fill=\"none\" stroke=\"");
    svg.append(colour(look.rgb())).append("\" stroke-linejoin=\"round\"");
    attribute("stroke-width", look.width());
    if (!look.dashes().isEmpty()) {
      StringJoiner dashes = new StringJoiner(" ", " stroke-dasharray=\"", "\"");
      look.dashes().forEach(d -> dashes.add(n(d)));
      svg.append(dashes);
    }
    svg.append("/>\n");
  }

  @Override
  public void area(double[] x, double[] y, int rgb, double opacity) {
    svg.append("<path d=\"").append(points(x, y)).append("z\" fill=\"").append(colour(rgb));
    svg.append('"');
    attribute("fill-opacity", opacity).append("/>\n");
  }

  private static String points(double[] x, double[] y) {
    StringBuilder d = new StringBuilder();
    for (int i = 0; i < x.length; i++) {
      d.append(i == 0 ? 'M' : 'L').append(n(x[i])).append(' ').append(n(y[i]));
    }
    return d.toString();
  }

  @Override
  public void dot(double x, double y, double radius, int rgb) {
    svg.append("<circle");
    attribute("cx", x);
    attribute("cy", y);
    attribute("r", radius).append(" fill=\"").append(colour(rgb)).append("\"/>\n");
  }

  @Override
  public void text(double x, double y, String text, Type type, Anchor anchor) {
    svg.append("<text");
    attribute("x", x);
    attribute("y", y);
    if (anchor != Anchor.START) {
      svg.append(" text-anchor=\"").append(anchor.name().toLowerCase(Locale.ROOT)).append('"');
    }
    words(text, type);
  }

  @Override
  public void upwards(double x, double y, String text, Type type) {
    svg.append("<text text-anchor=\"middle\" transform=\"translate(")
        .append(n(x))
        .append(' ')
        .append(n(y))
        .append(") rotate(-90)\"");
    words(text, type);
  }

  private void words(String text, Type type) {
    attribute("font-size", type.size());
    if (type.bold()) svg.append(" font-weight=\"bold\"");
    svg.append(" fill=\"").append(colour(type.rgb())).append("\">");
    svg.append(escape(text)).append("</text>\n");
  }

  @Override
  public void hover(double x, double y, double width, double height, String text) {
    rectangle(x, y, width, height).append(" fill=\"transparent\"><title>");
    svg.append(escape(text)).append("</title></rect>\n");
  }

  private StringBuilder attribute(String name, double value) {
    return svg.append(' ').append(name).append("=\"").append(n(value)).append('"');
  }

  private static String colour(int rgb) {
    return String.format(Locale.ROOT, "#%06x", rgb);
  }

  /** Two places at most. */
  private static String n(double value) {
    long hundredths = Math.round(value * 100);
    String text = Long.toString(hundredths / 100);
    long rest = Math.abs(hundredths % 100);
    if (hundredths < 0 && hundredths / 100 == 0) text = "-" + text;
    if (rest == 0) return text;
    return text + (rest % 10 == 0 ? "." + rest / 10 : rest < 10 ? ".0" + rest : "." + rest);
  }

  /** A text as XML and HTML want it, in attributes too. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
