// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.JsonFields;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a checkpoint says of itself: a text in its metadata, with a SHA-256 for everything that has
 * to be as it was.
 *
 * @param files of the first {@link Position#lengths} bytes of the files that grow, by name
 * @param tensors of the elements, by name
 */
record Manifest(
    Identity identity, Position position, Map<String, String> files, Map<String, String> tensors) {
  String toJson() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    identity.write(root.putObject("identity"));
    position.write(root.putObject("position"));
    put(root.putObject("files"), files);
    put(root.putObject("tensors"), tensors);
    return root.toString();
  }

  /** The program that wrote it: another one may have written other fields. */
  static String program(JsonFields root) {
    return root.object("identity").text("program");
  }

  /**
   * @param root written by this program
   */
  static Manifest of(JsonFields root) {
    return new Manifest(
        Identity.read(root.object("identity")),
        Position.read(root.object("position")),
        root.object("files").texts(),
        root.object("tensors").texts());
  }

  private static void put(ObjectNode into, Map<String, String> hashes) {
    new TreeMap<>(hashes).forEach(into::put);
  }
}
