// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The plans chosen for one device and one version of cuDNN, as JSON text. Equal choices give equal
 * bytes: entries are sorted and nothing but the choice is recorded. Immutable; thread-safe.
 *
 * <pre>
 * {
 *   "format" : "secant-cudnn-plans-1",
 *   "cudnn" : "9.24.0",
 *   "device" : "NVIDIA H200",
 *   "capability" : "9.0",
 *   "plans" : [ {
 *     "op" : "forward bf16 n128 h32 w32 i16 o32 k3 s1",
 *     "engine" : 30, "knobs" : { "14" : 3 }, "workspace" : 0
 *   } ]
 * }
 * </pre>
 */
public final class PlanFile {
  private static final String FORMAT = "secant-cudnn-plans-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One op's plan.
   *
   * @param op {@link OpKey#text()}
   * @param workspaceBytes what the plan asked for when it was chosen
   */
  record Entry(String op, EngineChoice choice, long workspaceBytes) {}

  private final String cudnn;
  private final String device;
  private final String capability;
  private final SortedMap<String, Entry> entries;

  PlanFile(String cudnn, DeviceProperties device, Collection<Entry> entries) {
    this(cudnn, device.name(), device.capability(), sorted(entries));
  }

  private PlanFile(
      String cudnn, String device, String capability, SortedMap<String, Entry> entries) {
    this.cudnn = cudnn;
    this.device = device;
    this.capability = capability;
    this.entries = entries;
  }

  private static SortedMap<String, Entry> sorted(Collection<Entry> entries) {
    SortedMap<String, Entry> sorted = new TreeMap<>();
    for (Entry e : entries)
      if (sorted.put(e.op(), e) != null)
        throw new PlanFileException("an op occurs twice", "each op once", e.op());
    return sorted;
  }

  /** Version of cuDNN that the plans are for, such as {@code 9.24.0}. */
  public String cudnn() {
    return cudnn;
  }

  /** Name of the device that the plans are for. */
  public String device() {
    return device;
  }

  /** Number of ops. */
  public int size() {
    return entries.size();
  }

  /**
   * Refuses to serve another device or another cuDNN.
   *
   * @throws PlanFileException with what was expected and found
   */
  PlanFile require(String cudnnVersion, DeviceProperties present) {
    same("device", present.name(), device);
    same("compute capability", present.capability(), capability);
    same("cuDNN version", cudnnVersion, cudnn);
    return this;
  }

  private static void same(String what, String expected, String found) {
    if (!expected.equals(found)) throw new PlanFileException(what, expected, found);
  }

  /**
   * The plan of an op.
   *
   * @throws PlanFileException when it has none
   */
  Entry entry(OpKey key) {
    Entry entry = entries.get(key.text());
    if (entry != null) return entry;
    throw new PlanFileException(
        "an op is missing", key.text(), entries.size() + " other ops for " + device);
  }

  Collection<Entry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  // ---- text ------------------------------------------------------------------------------------

  /** The file's text; ends with a line feed. */
  public String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("cudnn", cudnn).put("device", device);
    root.put("capability", capability);
    ArrayNode plans = root.putArray("plans");
    for (Entry e : entries.values()) write(e, plans.addObject());
    return root.toPrettyString() + "\n";
  }

  private static void write(Entry entry, ObjectNode node) {
    node.put("op", entry.op()).put("engine", entry.choice().engine());
    ObjectNode knobs = node.putObject("knobs");
    entry.choice().knobs().forEach((type, value) -> knobs.put(Integer.toString(type), value));
    node.put("workspace", entry.workspaceBytes());
  }

  /** SHA-256 of the text's UTF-8 bytes, in hexadecimal. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads what {@link #text()} wrote.
   *
   * @throws PlanFileException for anything else
   */
  public static PlanFile parse(String text) {
    JsonNode root = root(text);
    same("format", FORMAT, word(root, "format"));
    JsonNode plans = root.path("plans");
    if (!plans.isArray()) throw damaged("plans", "an array", plans);
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (JsonNode node : plans) {
      Entry e = entry(node);
      if (entries.put(e.op(), e) != null)
        throw new PlanFileException("an op occurs twice", "each op once", e.op());
    }
    return new PlanFile(
        word(root, "cudnn"), word(root, "device"), word(root, "capability"), entries);
  }

  private static JsonNode root(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      if (root.isObject()) return root;
      throw damaged("content", "a JSON object", root);
    } catch (JsonProcessingException e) {
      throw new PlanFileException("content", "JSON", e.getOriginalMessage());
    }
  }

  private static Entry entry(JsonNode node) {
    SortedMap<Integer, Long> knobs = new TreeMap<>();
    JsonNode object = node.path("knobs");
    if (!object.isObject()) throw damaged("knobs", "an object", object);
    for (Iterator<Map.Entry<String, JsonNode>> i = object.fields(); i.hasNext(); ) {
      Map.Entry<String, JsonNode> knob = i.next();
      knobs.put(knobType(knob.getKey()), whole("knobs/" + knob.getKey(), knob.getValue()));
    }
    EngineChoice choice = new EngineChoice(whole("engine", node.path("engine")), knobs);
    return new Entry(word(node, "op"), choice, whole("workspace", node.path("workspace")));
  }

  private static int knobType(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new PlanFileException("knobs", "numbers as keys", text);
    }
  }

  private static String word(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (value.isTextual()) return value.textValue();
    throw damaged(key, "text", value);
  }

  private static long whole(String key, JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0)
      return value.longValue();
    throw damaged(key, "a whole number >= 0", value);
  }

  private static PlanFileException damaged(String key, String expected, JsonNode found) {
    return new PlanFileException(
        key, expected, found.isMissingNode() ? "nothing" : found.toString());
  }
}
