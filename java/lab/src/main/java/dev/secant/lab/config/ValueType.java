// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What text an option accepts. Values stay text until they are bound to {@link RunConfig}. */
public sealed interface ValueType {
  /** Word for the value in help, such as {@code N} or {@code erm|mixup|ict}. */
  String placeholder();

  /** What is accepted, for error messages: {@code a whole number from 1 to 16}. */
  String expected();

  /**
   * Returns the text in its canonical form, so that equal values are equal texts; null when it is
   * not acceptable.
   */
  String canonical(String text);

  /** One of a few words. */
  record Choice(List<String> values) implements ValueType {
    public static Choice of(String... values) {
      return new Choice(List.of(values));
    }

    @Override
    public String placeholder() {
      return String.join("|", values);
    }

    @Override
    public String expected() {
      return values.size() == 2
          ? values.get(0) + " or " + values.get(1)
          : "one of " + String.join(", ", values);
    }

    @Override
    public String canonical(String text) {
      return values.contains(text) ? text : null;
    }
  }

  /**
   * A whole number.
   *
   * @param auto accepts the word {@code auto} too
   */
  record Whole(long min, long max, boolean auto) implements ValueType {
    @Override
    public String placeholder() {
      return "N";
    }

    @Override
    public String expected() {
      String range = max >= Integer.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
      return "a whole number " + range + (auto ? ", or auto" : "");
    }

    @Override
    public String canonical(String text) {
      if (auto && text.equals("auto")) return text;
      try {
        long value = Long.parseLong(text);
        return value < min || value > max ? null : Long.toString(value);
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }

  /**
   * Points mixed.
   *
   * @param max most of them
   */
  record Ways(int max) implements ValueType {
    private Whole whole() {
      return new Whole(1, max, true);
    }

    @Override
    public String placeholder() {
      return whole().placeholder();
    }

    /** One point is what methods without mixing have, and what their files say. */
    @Override
    public String expected() {
      return "a whole number from 2 to " + max + " (with erm 1), or auto";
    }

    @Override
    public String canonical(String text) {
      return whole().canonical(text);
    }
  }

  /**
   * A finite number in a range.
   *
   * @param minOpen the lower end is excluded
   * @param maxOpen the upper end is excluded
   */
  record Real(double min, boolean minOpen, double max, boolean maxOpen, boolean auto)
      implements ValueType {
    @Override
    public String placeholder() {
      return "X";
    }

    @Override
    public String expected() {
      String range =
          max == Double.MAX_VALUE
              ? (minOpen ? "a number above " : "a number of at least ") + plain(min)
              : "a number from "
                  + plain(min)
                  + (minOpen ? " (excluded)" : "")
                  + " to "
                  + plain(max)
                  + (maxOpen ? " (excluded)" : "");
      return range + (auto ? ", or auto" : "");
    }

    @Override
    public String canonical(String text) {
      if (auto && text.equals("auto")) return text;
      double value = parse(text);
      boolean inside =
          (minOpen ? value > min : value >= min) && (maxOpen ? value < max : value <= max);
      return inside ? plain(value) : null;
    }
  }

  /** One or more numbers in a closed range, separated by commas. */
  record Reals(double min, double max) implements ValueType {
    @Override
    public String placeholder() {
      return "A[,A...]";
    }

    @Override
    public String expected() {
      return "one or K numbers from "
          + plain(min)
          + " to "
          + plain(max)
          + ", separated by commas, or auto";
    }

    @Override
    public String canonical(String text) {
      if (text.equals("auto")) return text;
      List<String> values = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        double value = parse(part.strip());
        if (!(value >= min && value <= max)) return null;
        values.add(plain(value));
      }
      return String.join(",", values);
    }
  }

  /**
   * A path.
   *
   * @param what {@code FILE} or {@code DIR}
   * @param absent the word that stands for no path
   */
  record FilePath(String what, String absent) implements ValueType {
    @Override
    public String placeholder() {
      return what;
    }

    /** Java sees no file whose name the locale cannot express. */
    @Override
    public String expected() {
      Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
      return names.newEncoder().canEncode('ä')
          ? "a path"
          : "a path in the characters of this locale, "
              + names
              + " (with LC_ALL=C.UTF-8 any will do)";
    }

    @Override
    public String canonical(String text) {
      if (text.isBlank()) return null;
      try {
        Path.of(text);
        return text;
      } catch (InvalidPathException e) {
        return null;
      }
    }
  }

  private static double parse(String text) {
    if (!text.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?")) return Double.NaN;
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** The shortest text that reads back to the same number, without a needless {@code .0}. */
  static String plain(double value) {
    String text = Double.toString(value);
    if (text.endsWith(".0")) return text.substring(0, text.length() - 2);
    return text.replace(".0E", "e").replace('E', 'e');
  }
}
