// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import dev.secant.lab.checkpoint.PowerLosses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Losses of power at drawn calls of saves, each leaving one of the states that are possible. */
public final class PowerPhase implements Phase {
  private static final String WHAT =
      "states of a disk without power, each with the old or the new checkpoint";
  private static final int MOST_FAILURES = 10;

  private final Path folder;
  private final long seed;

  public PowerPhase(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  @Override
  public String name() {
    return "power";
  }

  @Override
  public int share() {
    return 10;
  }

  @Override
  public List<Outcome> run(Budget budget) throws Exception {
    Files.createDirectories(folder);
    long states = 0;
    long losses = 0;
    int runs = 0;
    List<String> failures = new ArrayList<>();
    for (; !budget.isOver() && failures.size() < MOST_FAILURES; runs++) {
      Path place = folder.resolve("run-" + runs);
      PowerLosses.Result result = PowerLosses.of(seed, runs, place);
      states += result.states();
      losses += result.losses();
      for (String failure : result.failures())
        failures.add("run %d of seed %d, in %s: %s".formatted(runs, seed, place, failure));
    }
    String note = "%d losses in %d runs".formatted(losses, runs);
    if (!failures.isEmpty()) note = String.join("; ", failures) + "; " + note;
    Map<String, Number> figures = Map.of("runs", runs, "losses_of_power", losses);
    return List.of(
        new Outcome(name(), WHAT, states, budget.elapsed(), failures.size(), note, figures));
  }
}
