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
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML file as dotted keys and texts. {@code ict: {space: prob}} and {@code ict.space: prob} are
 * the same; scalars keep the text they were written with.
 */
final class ConfigFile {
  /** Version of the files that this program writes, and the newest it reads. */
  static final int FORMAT = 1;

  /** Key of the version; a file without it is of version 1. */
  static final String FORMAT_KEY = "format";

  /** A value as written, and the line it stands on. */
  record Entry(String text, int line) {}

  private final String name;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private ConfigFile(String name) {
    this.name = name;
  }

  static Map<String, Entry> read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such configuration file");
    } catch (MalformedInputException e) {
      throw new UsageException(file + ": not a text file in UTF-8");
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  static Map<String, Entry> parse(String name, String text) {
    ConfigFile file = new ConfigFile(name);
    Optional<Node> root = file.compose(text);
    root.ifPresent(file::requireFormat);
    root.ifPresent(node -> file.flatten("", node));
    file.entries.remove(FORMAT_KEY);
    return file.entries;
  }

  /** Looked at before anything else, which another version may have changed. */
  private void requireFormat(Node root) {
    if (!(root instanceof MappingNode map)) return;
    for (NodeTuple tuple : map.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || !key.getValue().equals(FORMAT_KEY))
        continue;
      Node value = tuple.getValueNode();
      String text = value instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!text.matches("[1-9][0-9]{0,8}"))
        throw new UsageException(at(key) + ": format must be a whole number of at least 1");
      if (Integer.parseInt(text) > FORMAT)
        throw new UsageException(
            at(key)
                + ": format "
                + text
                + " is that of a newer version of the program; this one reads format "
                + FORMAT);
    }
  }

  private Optional<Node> compose(String text) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(name).setUseMarks(true).build();
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

  private void flatten(String key, Node node) {
    if (node instanceof CollectionNode<?> && !seen.add(node))
      throw new UsageException(at(node) + ": an alias of this is of no use here and refused");
    if (node instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue())
        flatten(join(key, tuple.getKeyNode()), tuple.getValueNode());
    } else if (key.isEmpty()) {
      throw new UsageException(at(node) + ": expected lines of \"key: value\"");
    } else if (entries.put(key, new Entry(text(key, node), line(node))) != null) {
      throw new UsageException(at(node) + ": " + key + " is given twice");
    }
  }

  private String join(String prefix, Node key) {
    if (!(key instanceof ScalarNode scalar)) {
      throw new UsageException(at(key) + ": a key must be a word");
    }
    return prefix.isEmpty() ? scalar.getValue() : prefix + "." + scalar.getValue();
  }

  private String text(String key, Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    List<String> parts = new ArrayList<>();
    for (Node item : ((SequenceNode) node).getValue()) {
      if (!(item instanceof ScalarNode scalar)) {
        throw new UsageException(
            at(item) + ": " + key + " must be a plain value or a list of them");
      }
      parts.add(scalar.getValue());
    }
    return String.join(",", parts);
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
