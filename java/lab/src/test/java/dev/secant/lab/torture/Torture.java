// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Runs the phases one after the other, each for its share of the time that is left. */
public final class Torture {
  private final List<Phase> phases;
  private final BooleanSupplier stopped;
  private final Consumer<String> say;

  /**
   * @param stopped whether somebody has asked to stop
   * @param say tells of progress
   */
  public Torture(List<Phase> phases, BooleanSupplier stopped, Consumer<String> say) {
    this.phases = phases;
    this.stopped = stopped;
    this.say = say;
  }

  /** What all phases found, also those that did not get their turn. */
  public List<Outcome> run(double seconds) {
    long start = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < phases.size(); i++) {
      double left = Math.max(1, seconds - (System.nanoTime() - start) / 1e9);
      int shares = phases.subList(i, phases.size()).stream().mapToInt(Phase::share).sum();
      outcomes.addAll(run(phases.get(i), left * phases.get(i).share() / shares));
    }
    return outcomes;
  }

  private List<Outcome> run(Phase phase, double seconds) {
    if (stopped.getAsBoolean()) return List.of(Outcome.notRun(phase.name(), "", "stopped before"));
    say.accept("%s: about %.0f s".formatted(phase.name(), seconds));
    Budget budget = Budget.of(seconds, stopped, text -> say.accept(phase.name() + ": " + text));
    try {
      return phase.run(budget);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(Outcome.notRun(phase.name(), "", "interrupted"));
    } catch (Exception | AssertionError e) {
      return List.of(
          new Outcome(phase.name(), "", 0, budget.elapsed(), 1, "broken: " + e, Map.of()));
    }
  }
}
