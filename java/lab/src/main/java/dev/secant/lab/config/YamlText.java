// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * YAML as dotted keys and texts. {@code ict: {space: prob}} and {@code ict.space: prob} are the
 * same; scalars keep the text they were written with.
 */
public final class YamlText {
  /**
   * What a key was given.
   *
   * @param items one text, or those of a list
   * @param line that it stands on
   */
  public record Value(List<String> items, int line) {}

  /** Of a file. */
  public static final int MOST_BYTES = 2 << 20;

  /** Those of plain texts, maps and lists; any other asks for something that is not done here. */
  private static final Set<Tag> TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ);

  /**
   * The parser copies what it has of a word each time it reads on, and reads so many characters.
   */
  private static final int BUFFER = 1 << 17;

  private final String name;
  private final String blocksKey;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final List<Map<String, Value>> blocks = new ArrayList<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private YamlText(String name, String blocksKey) {
    this.name = name;
    this.blocksKey = blocksKey;
  }

  /**
   * The text of a file.
   *
   * @param what the file should be, for the error where there is none
   */
  public static String read(Path file, String what) {
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES)
        throw new UsageException(
            "%s: %d bytes, expected a %s of at most %d".formatted(file, bytes, what, MOST_BYTES));
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such " + what);
    } catch (MalformedInputException e) {
      throw new UsageException(file + ": not a text file in UTF-8");
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  /**
   * @param name of the text in errors
   */
  public static YamlText parse(String name, String text) {
    return parse(name, text, null);
  }

  /**
   * @param blocksKey the key of the whole whose value is a list of mappings; null: none is
   */
  public static YamlText parse(String name, String text, String blocksKey) {
    YamlText yaml = new YamlText(name, blocksKey);
    yaml.compose(text).ifPresent(node -> yaml.flatten("", node, yaml.values));
    return yaml;
  }

  /** By key, in the order of the text. */
  public Map<String, Value> values() {
    return Collections.unmodifiableMap(values);
  }

  /** The mappings below the key of blocks, each as {@link #values}. */
  public List<Map<String, Value>> blocks() {
    return Collections.unmodifiableList(blocks);
  }

  private Optional<Node> compose(String text) {
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(name).setUseMarks(true).setBufferSize(BUFFER).build();
      return new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(m -> name + " line " + (m.getLine() + 1)).orElse(name);
      throw new UsageException(where + ": not YAML: " + e.getProblem(), e);
    } catch (StackOverflowError e) {
      throw new UsageException(name + ": nested too deeply", e);
    } catch (YamlEngineException e) {
      throw new UsageException(name + ": not YAML: " + firstLine(e.getMessage()), e);
    }
  }

  private void flatten(String key, Node node, Map<String, Value> into) {
    requirePlain(node);
    if (key.equals(blocksKey) && into == values) {
      blocks(node);
    } else if (node instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue())
        flatten(join(key, tuple.getKeyNode()), tuple.getValueNode(), into);
    } else if (key.isEmpty()) {
      throw new UsageException(at(node) + ": expected lines of \"key: value\"");
    } else if (into.put(key, new Value(items(key, node), line(node))) != null) {
      throw new UsageException(at(node) + ": " + key + " is given twice");
    }
  }

  /** Aliases multiply: a text of some bytes could stand for any number of them. */
  private void requirePlain(Node node) {
    if (!seen.add(node))
      throw new UsageException(at(node) + ": an alias of this is of no use here and refused");
    if (!TAGS.contains(node.getTag()))
      throw new UsageException(
          at(node) + ": the tag " + node.getTag() + " is of no use here and refused");
  }

  private void blocks(Node node) {
    if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) throw noBlocks(node);
    list.getValue().forEach(this::block);
  }

  private UsageException noBlocks(Node node) {
    return new UsageException(at(node) + ": " + blocksKey + " must be a list of mappings");
  }

  private void block(Node node) {
    if (!(node instanceof MappingNode)) throw noBlocks(node);
    Map<String, Value> block = new LinkedHashMap<>();
    flatten("", node, block);
    blocks.add(block);
  }

  private String join(String prefix, Node key) {
    if (!(key instanceof ScalarNode scalar)) {
      throw new UsageException(at(key) + ": a key must be a word");
    }
    requirePlain(key);
    return prefix.isEmpty() ? scalar.getValue() : prefix + "." + scalar.getValue();
  }

  private List<String> items(String key, Node node) {
    if (node instanceof ScalarNode scalar) {
      return List.of(scalar.getValue());
    }
    List<String> parts = new ArrayList<>();
    for (Node item : ((SequenceNode) node).getValue()) {
      if (!(item instanceof ScalarNode scalar)) {
        throw new UsageException(
            at(item) + ": " + key + " must be a plain value or a list of them");
      }
      requirePlain(item);
      parts.add(scalar.getValue());
    }
    return List.copyOf(parts);
  }

  private String at(Node node) {
    return name + " line " + line(node);
  }

  private static int line(Node node) {
    return node.getStartMark().map(m -> m.getLine() + 1).orElse(0);
  }

  private static String firstLine(String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }
}
