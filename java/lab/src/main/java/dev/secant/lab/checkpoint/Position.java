// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.JsonFields;
import dev.secant.lab.metrics.RunDirectory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
  private static final Set<String> FILES =
      new TreeSet<>(Set.of(RunDirectory.METRICS, RunDirectory.TIMING));

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

  static Position read(JsonFields from) {
    JsonFields clock = from.object("clock");
    return new Position(
        from.count("step"),
        lengths(from.object("lengths")),
        new Clock(
            seconds(clock),
            clock.count("training_nanos"),
            clock.count("steps"),
            clock.count("window_nanos"),
            clock.count("window_steps"),
            joules(clock)),
        number(from, "spread"),
        from.texts("notes"));
  }

  /** Of these files and no others: a name could lead out of the folder. */
  private static Map<String, Long> lengths(JsonFields from) {
    Map<String, Long> lengths = from.counts();
    if (FILES.containsAll(lengths.keySet())) return lengths;
    throw new DataException(
        from.where() + ": expected those of " + FILES + ", found " + lengths.keySet());
  }

  /**
   * Bytes of a file that grows.
   *
   * @throws DataException where the checkpoint does not say
   */
  public long length(String name) {
    Long length = lengths.get(name);
    if (length != null) return length;
    throw new DataException("the checkpoint at step " + step + " has no length of " + name);
  }

  private static double seconds(JsonFields clock) {
    double seconds = clock.real("seconds");
    if (seconds >= 0 && seconds <= Double.MAX_VALUE) return seconds;
    throw clock.wrong("seconds", "a finite number of at least 0");
  }

  private static double joules(JsonFields clock) {
    double joules = number(clock, "joules");
    if (joules < 0 || Double.isInfinite(joules))
      throw clock.wrong("joules", "a finite number of at least 0, or NaN");
    return joules;
  }

  private static double number(JsonFields from, String name) {
    try {
      return Double.parseDouble(from.text(name));
    } catch (NumberFormatException e) {
      throw from.wrong(name, "a number as text");
    }
  }
}
