// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Every entry once in a round, those of a problem one behind the other, so that they see the same
 * machine; then again.
 */
public final class Rounds {
  /** A process that was thrown away. */
  public record Rejected(Entry entry, String why) {}

  /**
   * @param noisy entries of which some round had disturbed processes only; the last one was kept
   * @param failed processes that ended without a result; those entries are not tried again
   */
  public record Outcome(
      Map<Entry, List<Measured>> measured,
      List<Rejected> rejected,
      List<Entry> noisy,
      List<Rejected> failed) {}

  private final Function<Entry, Measured> fork;
  private final int tries;
  private final Runnable quiet;
  private final Consumer<String> say;
  private final Noise noise = new Noise();
  private final Map<Entry, List<Measured>> measured = new LinkedHashMap<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private final List<Entry> noisy = new ArrayList<>();
  private final List<Rejected> failed = new ArrayList<>();
  private Consumer<Outcome> kept = outcome -> {};

  /**
   * @param fork runs an entry in a process of its own
   * @param tries processes of an entry in a round at most
   * @param quiet called before each process: waits, or gives up with an exception
   */
  public Rounds(Function<Entry, Measured> fork, int tries, Runnable quiet, Consumer<String> say) {
    this.fork = fork;
    this.tries = tries;
    this.quiet = quiet;
    this.say = say;
  }

  /** Takes what is measured so far, again and again: a run may end before its end. */
  public Rounds keeping(Consumer<Outcome> kept) {
    this.kept = kept;
    return this;
  }

  public Outcome run(List<Entry> entries, int rounds) {
    for (int round = 1; round <= rounds; round++) {
      int number = 0;
      for (Entry entry : entries) {
        number++;
        if (failed.stream().anyMatch(f -> f.entry().equals(entry))) continue;
        String place =
            "round %d of %d, %d of %d: ".formatted(round, rounds, number, entries.size());
        try {
          Measured m = measure(entry);
          measured.computeIfAbsent(entry, e -> new ArrayList<>()).add(m);
          say.accept(place + entry + " " + Time.text(m.median()));
        } catch (Fork.FailedException e) {
          failed.add(new Rejected(entry, e.getMessage()));
          say.accept(place + entry + " failed: " + e.getMessage());
        }
        kept.accept(outcome());
      }
    }
    return outcome();
  }

  private Outcome outcome() {
    return new Outcome(measured, rejected, noisy, failed);
  }

  private Measured measure(Entry entry) {
    Measured last = null;
    for (int attempt = 0; attempt < tries; attempt++) {
      quiet.run();
      last = fork.apply(entry);
      Optional<String> why = noise.of(last);
      if (why.isEmpty()) return last;
      rejected.add(new Rejected(entry, why.get()));
      say.accept("rejected " + entry + ": " + why.get());
    }
    if (!noisy.contains(entry)) noisy.add(entry);
    return last;
  }
}
