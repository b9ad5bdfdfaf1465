// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.metrics.Summary;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The report as one file: no script, no link, the figure inside. */
final class HtmlPage {
  private static final String STYLE =
      """
      body{font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#222;background:#fff;margin:2rem auto;
        max-width:1100px;padding:0 1rem}
      h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}
      p{max-width:48rem}.note{background:#fff6e0;border-left:4px solid #e69f00;padding:.6rem 1rem}
      img{width:100%;height:auto;border:1px solid #ddd}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums}
      th,td{padding:.35rem .9rem;text-align:right;border-bottom:1px solid #ddd}
      th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #888;vertical-align:bottom}
      .key{margin-right:.6rem;vertical-align:middle}
      .small{color:#666;font-size:.85rem;overflow-wrap:anywhere}
      """;

  private final List<RunRecord> runs;
  private final Path place;
  private final Provenance provenance;
  private final StringBuilder html = new StringBuilder();

  /**
   * @param place folder of the page, from which the runs are named
   */
  HtmlPage(List<RunRecord> runs, Path place) {
    this.runs = runs;
    this.place = place.toAbsolutePath().normalize();
    this.provenance = new Provenance(runs);
  }

  String render(byte[] png) {
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width\">\n")
        .append("<title>Secant: linearity of layers</title>\n<style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>How linear is each layer?</h1>\n");
    paragraph("", provenance.caption());
    paragraph("note", provenance.data() + " " + provenance.weight());
    provenance.notes().forEach(note -> paragraph("note", note));
    heading("Linearity");
    html.append(
            "<img alt=\"NonLin of layers L0 to L5 against train time, a line per method\" src=\"data:image/png;base64,")
        .append(Base64.getEncoder().encodeToString(png))
        .append("\">\n");
    paragraph(
        "",
        "NonLin is the distance between what a layer makes of a mix of two images and the mix of what it"
            + " makes of each, outputs scaled to length one. Zero is perfectly linear. The first layer is an affine map:"
            + " what it shows there comes from the scaling alone.");
    nonlinTable();
    heading("Accuracy");
    accuracyTable();
    runsList();
    return html.append("</body></html>\n").toString();
  }

  private void nonlinTable() {
    int layers = runs.stream().mapToInt(RunRecord::layers).max().orElse(0);
    html.append("<table><thead><tr><th>NonLin at the end</th>");
    for (int l = 0; l < layers; l++) html.append("<th>L").append(l).append("</th>");
    html.append("</tr></thead><tbody>\n");
    for (RunRecord run : runs) {
      html.append("<tr>").append(method(run));
      for (int l = 0; l < layers; l++) cell(run.layers() > l ? number("%.3f", run.nonlin(l)) : "");
      html.append("</tr>\n");
    }
    html.append("</tbody></table>\n");
    paragraph("small", "Mean of the last " + Summary.LAST_PROBES + " probes.");
  }

  private void accuracyTable() {
    html.append(
            "<table><thead><tr><th>Method</th><th>Test accuracy</th><th>Labels</th><th>Steps</th>")
        .append("<th>Test images</th><th>Seed</th><th>Seconds</th></tr></thead><tbody>\n");
    for (RunRecord run : runs) {
      html.append("<tr>").append(method(run));
      cell(number("%.1f %%", 100 * run.accuracy()));
      cell(Integer.toString(run.config().data().labels()));
      cell(Long.toString(run.config().run().steps()));
      cell(run.config().data().testLimit() == 0 ? "all" : run.config().data().testLimit() + "");
      cell(Long.toString(run.config().run().seed()));
      cell(number("%.0f", run.seconds()));
      html.append("</tr>\n");
    }
    html.append("</tbody></table>\n");
    int count = runs.stream().mapToInt(RunRecord::finalEvaluations).min().orElse(0);
    paragraph(
        "small",
        "Mean of the last "
            + count
            + " evaluations of the averaged weights, never the best. "
            + provenance.chance());
  }

  private void runsList() {
    heading("Runs");
    for (RunRecord run : runs) {
      paragraph(
          "small",
          run.label()
              + ": "
              + place.relativize(run.folder().toAbsolutePath().normalize())
              + ", "
              + Provenance.network(run.config())
              + ", revision "
              + run.revision());
    }
  }

  private String method(RunRecord run) {
    int colour = Palette.colour(run.config().method()).getRGB() & 0xffffff;
    StringJoiner dashes = new StringJoiner(" ");
    for (float length : Palette.pattern(run.config().method())) dashes.add(Float.toString(length));
    String key =
        String.format(
            Locale.ROOT,
            "<svg class=\"key\" width=\"52\" height=\"6\"><path d=\"M0 3h52\" stroke=\"#%06x\" stroke-width=\"%s\""
                + " stroke-dasharray=\"%s\"/></svg>",
            colour,
            Palette.LINE,
            dashes.length() == 0 ? "none" : dashes);
    return "<td>" + key + escape(run.label()) + "</td>";
  }

  private void heading(String text) {
    html.append("<h2>").append(escape(text)).append("</h2>\n");
  }

  private void paragraph(String style, String text) {
    html.append(style.isEmpty() ? "<p>" : "<p class=\"" + style + "\">")
        .append(escape(text))
        .append("</p>\n");
  }

  private void cell(String text) {
    html.append("<td>").append(escape(text)).append("</td>");
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
