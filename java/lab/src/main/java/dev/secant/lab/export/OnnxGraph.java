// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.export;

import dev.secant.lab.metrics.ProtoMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model under construction: operator set 17, so onnxruntime 1.12 or later. Values are
 * float32 and named; a node's only output has the name it is given. Field numbers are those of
 * onnx.proto. Confined to one thread.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPERATOR_SET = 17;
  private static final int FLOAT = 1;

  private final ProtoMessage graph = new ProtoMessage();

  /** An attribute of a node. */
  record Attribute(String name, ProtoMessage message) {
    static Attribute of(String name, float value) {
      return new Attribute(name, named(name).float32(2, value).integer(20, 1));
    }

    static Attribute of(String name, long value) {
      return new Attribute(name, named(name).integer(3, value).integer(20, 2));
    }

    static Attribute of(String name, long... values) {
      ProtoMessage message = named(name);
      for (long v : values) message.integer(8, v);
      return new Attribute(name, message.integer(20, 7));
    }

    private static ProtoMessage named(String name) {
      return new ProtoMessage().text(1, name);
    }
  }

  OnnxGraph(String name) {
    graph.text(2, name);
  }

  /** A constant. */
  String constant(String name, float[] values, long... shape) {
    ProtoMessage tensor = new ProtoMessage();
    for (long d : shape) tensor.integer(1, d);
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, raw.array()));
    return name;
  }

  /** A node and its output, of the same name. */
  String node(String operator, String output, List<String> inputs, Attribute... attributes) {
    ProtoMessage node = new ProtoMessage();
    for (String input : inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, operator);
    for (Attribute a : attributes) node.message(5, a.message());
    graph.message(1, node);
    return output;
  }

  /**
   * @param shape a number, or a name for what is free
   */
  String input(String name, Object... shape) {
    graph.message(11, value(name, shape));
    return name;
  }

  void output(String name, Object... shape) {
    graph.message(12, value(name, shape));
  }

  private static ProtoMessage value(String name, Object... shape) {
    ProtoMessage dims = new ProtoMessage();
    for (Object d : shape) dims.message(1, dim(d));
    ProtoMessage tensor = new ProtoMessage().integer(1, FLOAT).message(2, dims);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
  }

  private static ProtoMessage dim(Object d) {
    ProtoMessage dim = new ProtoMessage();
    return d instanceof Number n ? dim.integer(1, n.longValue()) : dim.text(2, d.toString());
  }

  /** The whole file. */
  byte[] model(String producer, String version, Map<String, String> metadata) {
    ProtoMessage operators = new ProtoMessage().text(1, "").integer(2, OPERATOR_SET);
    ProtoMessage model =
        new ProtoMessage()
            .integer(1, IR_VERSION)
            .text(2, producer)
            .text(3, version)
            .message(7, graph)
            .message(8, operators);
    metadata.forEach(
        (key, value) -> model.message(14, new ProtoMessage().text(1, key).text(2, value)));
    return model.toBytes();
  }
}
