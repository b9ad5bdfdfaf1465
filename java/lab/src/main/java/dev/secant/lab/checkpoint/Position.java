// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * How far a run is: everything of it that is neither a tensor nor follows from the step. Nothing
 * that is measured at the step has been written yet.
 *
 * @param step updates made
 * @param lengths bytes of the files that grow, by name
 * @param clock time spent so far
 * @param spread of the logits at the last evaluation; NaN before the first
 * @param notes what the summary will have to say because of an earlier resumption
 */
public record Position(
    long step, Map<String, Long> lengths, Clock clock, double spread, List<String> notes) {
  /**
   * @param seconds since the start of training, without the time between two parts of a run
   * @param trainingNanos in updates alone
   * @param steps updates in that time
   * @param windowNanos of them since the last line on the training loss
   * @param windowSteps updates in that time
   * @param joules used in {@code seconds}; NaN: not known
   */
  public record Clock(
      double seconds,
      long trainingNanos,
      long steps,
      long windowNanos,
      long windowSteps,
      double joules) {
    /** Of a run that starts. */
    public static final Clock ZERO = new Clock(0, 0, 0, 0, 0, 0);
  }

  void write(ObjectNode into) {
    into.put("step", step);
    ObjectNode files = into.putObject("lengths");
    new TreeMap<>(lengths).forEach(files::put);
    into.putObject("clock")
        .put("seconds", clock.seconds())
        .put("training_nanos", clock.trainingNanos())
        .put("steps", clock.steps())
        .put("window_nanos", clock.windowNanos())
        .put("window_steps", clock.windowSteps())
        .put("joules", Double.toString(clock.joules()));
    into.put("spread", Double.toString(spread));
    notes.forEach(into.putArray("notes")::add);
  }

  static Position read(JsonNode from) {
    Map<String, Long> lengths = new TreeMap<>();
    from.get("lengths")
        .fields()
        .forEachRemaining(f -> lengths.put(f.getKey(), f.getValue().asLong()));
    JsonNode clock = from.get("clock");
    return new Position(
        from.get("step").asLong(),
        lengths,
        new Clock(
            clock.get("seconds").asDouble(),
            clock.get("training_nanos").asLong(),
            clock.get("steps").asLong(),
            clock.get("window_nanos").asLong(),
            clock.get("window_steps").asLong(),
            Double.parseDouble(clock.get("joules").asText())),
        Double.parseDouble(from.get("spread").asText()),
        StreamSupport.stream(from.get("notes").spliterator(), false)
            .map(JsonNode::asText)
            .toList());
  }
}
