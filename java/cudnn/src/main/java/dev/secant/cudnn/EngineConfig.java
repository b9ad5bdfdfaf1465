// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An engine configuration for a graph: offered by cuDNN's heuristics, or rebuilt from a recorded
 * {@link EngineChoice}. Closing is idempotent.
 */
final class EngineConfig implements AutoCloseable {
  /** More than cuDNN has; newer versions may add some. */
  private static final int MOST_NOTES = 64;

  /** More kinds of knobs than cuDNN has; each occurs once. */
  private static final int MOST_KNOBS = 64;

  private final Descriptor config;
  private final List<Descriptor> owned = new ArrayList<>();
  private final EngineChoice choice;
  private final Set<NumericalNote> notes;

  /** Takes ownership of a finalised configuration. */
  EngineConfig(Descriptor config) {
    this.config = config;
    owned.add(config);
    try (Descriptor engine = config.getDescriptor(Attribute.CONFIG_ENGINE, DescriptorKind.ENGINE)) {
      this.choice = new EngineChoice(engine.getLong(Attribute.ENGINE_INDEX), knobs(config));
      this.notes = NumericalNote.of(engine.getEnums(Attribute.ENGINE_NOTES, MOST_NOTES));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static SortedMap<Integer, Long> knobs(Descriptor config) {
    SortedMap<Integer, Long> knobs = new TreeMap<>();
    List<Descriptor> choices =
        config.getDescriptors(Attribute.CONFIG_KNOBS, DescriptorKind.KNOB_CHOICE, MOST_KNOBS);
    try {
      for (Descriptor k : choices)
        knobs.put(k.getEnum(Attribute.KNOB_TYPE), k.getLong(Attribute.KNOB_VALUE));
    } finally {
      Descriptor.closeAll(choices);
    }
    return knobs;
  }

  /**
   * Builds the configuration that a choice describes.
   *
   * @throws CudnnException when this cuDNN has no such engine or knob for the graph
   */
  static EngineConfig rebuilt(ConvGraph graph, Target target, EngineChoice choice) {
    String purpose = graph.key().text() + ", " + choice;
    List<Descriptor> parts = new ArrayList<>();
    try {
      Descriptor engine = part(parts, DescriptorKind.ENGINE, purpose);
      target
          .onEngine(engine)
          .set(Attribute.ENGINE_GRAPH, graph.descriptor())
          .set(Attribute.ENGINE_INDEX, choice.engine())
          .finalised();
      List<Descriptor> knobs = new ArrayList<>();
      choice
          .knobs()
          .forEach(
              (type, value) ->
                  knobs.add(
                      part(parts, DescriptorKind.KNOB_CHOICE, purpose)
                          .setEnum(Attribute.KNOB_TYPE, type)
                          .set(Attribute.KNOB_VALUE, value)
                          .finalised()));
      Descriptor config = new Descriptor(DescriptorKind.ENGINE_CONFIG, purpose);
      parts.add(config);
      config.set(Attribute.CONFIG_ENGINE, engine);
      if (!knobs.isEmpty()) config.set(Attribute.CONFIG_KNOBS, knobs);
      parts.remove(config.finalised());
      EngineConfig rebuilt = new EngineConfig(config);
      rebuilt.owned.addAll(parts);
      return rebuilt;
    } catch (RuntimeException e) {
      Descriptor.closeAll(parts);
      throw e;
    }
  }

  private static Descriptor part(List<Descriptor> parts, DescriptorKind kind, String purpose) {
    Descriptor d = new Descriptor(kind, purpose);
    parts.add(d);
    return d;
  }

  Descriptor descriptor() {
    return config;
  }

  EngineChoice choice() {
    return choice;
  }

  Set<NumericalNote> notes() {
    return notes;
  }

  @Override
  public void close() {
    Descriptor.closeAll(owned);
  }
}
