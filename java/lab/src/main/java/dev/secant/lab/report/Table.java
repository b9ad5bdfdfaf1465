// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Rows of values: a CSV file with every digit, or a table of a page with few.
 *
 * @param name of the file without ending
 * @param rows a value of each column; null and NaN are empty cells
 */
record Table(String name, List<Column> columns, List<List<Object>> rows) {

  /** How a page writes a value. */
  enum Format {
    TEXT,
    NUMBER,
    /** Of a share from 0 to 1. */
    PERCENT,
    WHOLE
  }

  /**
   * @param key in the CSV file
   * @param heading on a page
   */
  record Column(String key, String heading, Format format) {
    static Column text(String key, String heading) {
      return new Column(key, heading, Format.TEXT);
    }

    static Column number(String key, String heading) {
      return new Column(key, heading, Format.NUMBER);
    }

    static Column percent(String key, String heading) {
      return new Column(key, heading, Format.PERCENT);
    }

    static Column whole(String key, String heading) {
      return new Column(key, heading, Format.WHOLE);
    }

    String show(Object value) {
      if (value == null) return "";
      if (!(value instanceof Number number)) return value.toString();
      double v = number.doubleValue();
      if (!Double.isFinite(v)) return "";
      return switch (format) {
        case TEXT -> value.toString();
        case NUMBER -> String.format(Locale.ROOT, "%.3f", v);
        case PERCENT -> String.format(Locale.ROOT, "%.1f %%", 100 * v);
        case WHOLE -> String.format(Locale.ROOT, "%.0f", v);
      };
    }
  }

  String csv() {
    StringWriter text = new StringWriter();
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setRecordSeparator("\n")
            .setHeader(columns.stream().map(Column::key).toArray(String[]::new))
            .get();
    try (CSVPrinter printer = new CSVPrinter(text, format)) {
      for (List<Object> row : rows) printer.printRecord(row.stream().map(Table::plain).toList());
    } catch (IOException e) {
      throw new IoFailureException("cannot write table " + name + ": " + e.getMessage(), e);
    }
    return text.toString();
  }

  private static Object plain(Object value) {
    return value instanceof Double d && !Double.isFinite(d) ? null : value;
  }

  /** What a page shows. */
  List<List<String>> shown() {
    List<List<String>> all = new ArrayList<>();
    for (List<Object> row : rows) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) cells.add(columns.get(i).show(row.get(i)));
      all.add(cells);
    }
    return all;
  }
}
