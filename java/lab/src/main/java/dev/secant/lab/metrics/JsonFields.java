// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of a JSON object. What is missing, of another type or out of range is refused with a
 * {@link DataException} that says where, expected and found.
 *
 * @param where file and line, or file and place in it
 */
public record JsonFields(String where, JsonNode node) {
  private static final int SHOWN = 100;

  public JsonFields {
    if (!node.isObject()) {
      throw new DataException(where + ": expected a JSON object, found " + kind(node));
    }
  }

  public static JsonFields parse(String where, String text) {
    try {
      return new JsonFields(where, Json.MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      throw new DataException(where + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String kind(JsonNode node) {
    return node.isMissingNode() ? "nothing" : node.getNodeType().toString();
  }

  public DataException wrong(String name, String expected) {
    String found = node.has(name) ? node.get(name).toString() : "nothing";
    if (found.length() > SHOWN) found = found.substring(0, SHOWN) + "...";
    return new DataException(
        "%s: %s: expected %s, found %s".formatted(where, name, expected, found));
  }

  public boolean isNull(String name) {
    return node.path(name).isNull();
  }

  public String text(String name) {
    if (!node.path(name).isTextual()) throw wrong(name, "a string");
    return node.get(name).textValue();
  }

  /** From 0 on. */
  public long count(String name) {
    return whole(name, Long.MAX_VALUE);
  }

  /** From 0 on. */
  public int smallCount(String name) {
    return (int) whole(name, Integer.MAX_VALUE);
  }

  private long whole(String name, long most) {
    JsonNode value = node.path(name);
    if (!value.isIntegralNumber()) throw wrong(name, "an integer");
    boolean inside =
        value.canConvertToLong() && value.longValue() >= 0 && value.longValue() <= most;
    if (!inside) throw wrong(name, "an integer from 0 to " + most);
    return value.longValue();
  }

  /** Also NaN and infinities, by their words. */
  public double real(String name) {
    JsonNode value = node.path(name);
    if (value.isNumber()) return value.doubleValue();
    return switch (value.isTextual() ? value.textValue() : "") {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw wrong(name, "a number");
    };
  }

  /** From 0 to the most, or NaN. */
  public double real(String name, double most) {
    double value = real(name);
    if (value < 0 || value > most) throw wrong(name, "a number from 0 to " + most + ", or NaN");
    return value;
  }

  public JsonFields object(String name) {
    return new JsonFields(where + ": " + name, node.path(name));
  }

  public List<JsonFields> objects(String name) {
    List<JsonFields> all = new ArrayList<>();
    for (JsonNode element : array(name)) all.add(new JsonFields(where + ": " + name, element));
    return all;
  }

  public List<String> texts(String name) {
    List<String> all = new ArrayList<>();
    for (JsonNode element : array(name)) {
      if (!element.isTextual()) throw wrong(name, "strings");
      all.add(element.textValue());
    }
    return all;
  }

  private JsonNode array(String name) {
    if (!node.path(name).isArray()) throw wrong(name, "an array");
    return node.get(name);
  }

  /** Every field, by name. */
  public Map<String, String> texts() {
    Map<String, String> all = new TreeMap<>();
    node.fieldNames().forEachRemaining(name -> all.put(name, text(name)));
    return all;
  }

  /** Every field, by name; from 0 on. */
  public Map<String, Long> counts() {
    Map<String, Long> all = new TreeMap<>();
    node.fieldNames().forEachRemaining(name -> all.put(name, count(name)));
    return all;
  }
}
