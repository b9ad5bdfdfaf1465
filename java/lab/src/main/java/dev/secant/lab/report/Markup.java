// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.plot.Drawable;
import dev.secant.lab.plot.Look;
import dev.secant.lab.plot.SvgCanvas;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Builds a page that stands alone: no script, no link, pictures inside. */
final class Markup {
  /** What NonLin is, in short. */
  static final String NONLIN =
      "NonLin is the distance between what a layer makes of a mix of two images and the mix of what it makes of each,"
          + " outputs scaled to length one. Zero is perfectly linear. The first layer is an affine map: what it shows there"
          + " comes from the scaling alone.";

  private static final String STYLE =
      """
      *{box-sizing:border-box}
      body{font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#222;background:#fff;margin:2rem auto;
        max-width:1180px;padding:0 1rem}
      h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem}h2{font-size:1.3rem;margin:2.4rem 0 .5rem}
      h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
      p,li{max-width:52rem}.note{background:#fff6e0;border-left:4px solid #e69f00;padding:.6rem 1rem}
      .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:.4rem;
        border:1px solid #ddd;padding:.4rem}
      .panels svg{width:100%;height:auto;display:block}
      .panels.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}
      .panels.one{max-width:680px}
      .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:.4rem 0}
      .scroll{overflow-x:auto}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
      th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #ddd;vertical-align:top}
      th:first-child,td:first-child,.t{text-align:left}thead th{border-bottom:2px solid #888;vertical-align:bottom}
      td.t{min-width:6rem}td.whole{white-space:nowrap}
      .key{margin-right:.5rem;vertical-align:middle}
      .small{color:#555;font-size:.85rem;overflow-wrap:anywhere}
      .holds{color:#00664a;font-weight:600}.fails{color:#a33b00;font-weight:600}.undecided,.indicative{color:#555}
      details{margin:.3rem 0}summary{cursor:pointer}code{overflow-wrap:anywhere}
      figure{margin:1rem 0 2rem}figcaption{max-width:52rem;margin-top:.4rem}
      @media print{details{display:block}.panels{break-inside:avoid}}
      """;

  private final StringBuilder html = new StringBuilder();

  Markup(String title, String heading) {
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width\">\n")
        .append("<title>")
        .append(SvgCanvas.escape(title))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(SvgCanvas.escape(heading))
        .append("</h1>\n");
  }

  String finish() {
    return html.append("</body></html>\n").toString();
  }

  Markup heading(String text) {
    return element("h2", "", text);
  }

  Markup subheading(String text) {
    return element("h3", "", text);
  }

  Markup paragraph(String text) {
    return element("p", "", text);
  }

  Markup note(String text) {
    return element("p", "note", text);
  }

  Markup small(String text) {
    return element("p", "small", text);
  }

  private Markup element(String name, String style, String text) {
    html.append('<').append(name);
    if (!style.isEmpty()) html.append(" class=\"").append(style).append('"');
    html.append('>').append(SvgCanvas.escape(text)).append("</").append(name).append(">\n");
    return this;
  }

  Markup list(List<String> items) {
    html.append("<ul>\n");
    items.forEach(item -> element("li", "", item));
    html.append("</ul>\n");
    return this;
  }

  /** Commands, as they are typed. */
  Markup commands(List<String> lines) {
    for (String line : lines)
      html.append("<p><code>").append(SvgCanvas.escape(line)).append("</code></p>\n");
    return this;
  }

  /** What is shown on request only. */
  Markup details(String summary, Runnable content) {
    html.append("<details><summary>").append(SvgCanvas.escape(summary)).append("</summary>\n");
    content.run();
    html.append("</details>\n");
    return this;
  }

  /** Pictures that flow into as many columns as there is room for, and a legend. */
  Markup figure(NamedFigure figure) {
    int columns = figure.figure().columns();
    String style = columns == 1 ? "panels one" : columns == 2 ? "panels wide" : "panels";
    html.append("<figure>\n<div class=\"").append(style).append("\">\n");
    for (Drawable card : figure.cards()) html.append(SvgCanvas.draw(card));
    html.append("</div>\n<div class=\"legend\">");
    figure
        .figure()
        .legend()
        .forEach(
            (label, look) ->
                html.append("<span>")
                    .append(key(look))
                    .append(SvgCanvas.escape(label))
                    .append("</span>"));
    html.append("</div>\n");
    element("figcaption", "", figure.caption());
    html.append("</figure>\n");
    return this;
  }

  /** A sample of a line, as the figures have it. */
  static String key(Look look) {
    StringJoiner dashes = new StringJoiner(" ");
    look.dashes().forEach(d -> dashes.add(d.toString()));
    return String.format(
        Locale.ROOT,
        "<svg class=\"key\" width=\"52\" height=\"6\"><path d=\"M0 3h52\" stroke=\"#%06x\" stroke-width=\"%s\""
            + " stroke-dasharray=\"%s\"/></svg>",
        look.rgb(),
        look.width(),
        dashes.length() == 0 ? "none" : dashes);
  }

  /** The name of a method behind its line. */
  static Cell method(Method method) {
    return new Cell(method.label(), "t", key(method.look()));
  }

  /** Without the columns that are empty in every row. */
  Markup table(Table table) {
    List<List<String>> shown = table.shown();
    List<Cell> heads = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      int column = i;
      if (shown.stream().allMatch(row -> row.get(column).isEmpty())) continue;
      Table.Column c = table.columns().get(i);
      heads.add(new Cell(c.heading(), c.format() == Table.Format.TEXT ? "t" : ""));
      kept.add(i);
    }
    List<List<Cell>> rows = new ArrayList<>();
    for (List<String> row : shown) {
      List<Cell> cells = new ArrayList<>();
      for (int i = 0; i < kept.size(); i++)
        cells.add(new Cell(row.get(kept.get(i)), heads.get(i).style()));
      rows.add(cells);
    }
    return table(heads, rows);
  }

  /**
   * A cell of a table.
   *
   * @param style classes, or empty
   * @param before markup in front of the text
   */
  record Cell(String text, String style, String before) {
    Cell(String text, String style) {
      this(text, style, "");
    }

    static Cell of(String text) {
      return new Cell(text, "");
    }

    static Cell left(String text) {
      return new Cell(text, "t");
    }
  }

  Markup table(List<Cell> heads, List<List<Cell>> rows) {
    html.append("<div class=\"scroll\"><table><thead><tr>");
    heads.forEach(cell -> cell("th", cell));
    html.append("</tr></thead><tbody>\n");
    for (List<Cell> row : rows) {
      html.append("<tr>");
      row.forEach(cell -> cell("td", cell));
      html.append("</tr>\n");
    }
    html.append("</tbody></table></div>\n");
    return this;
  }

  private void cell(String name, Cell cell) {
    html.append('<').append(name);
    if (!cell.style.isEmpty()) html.append(" class=\"").append(cell.style).append('"');
    html.append('>').append(cell.before).append(SvgCanvas.escape(cell.text));
    html.append("</").append(name).append('>');
  }
}
