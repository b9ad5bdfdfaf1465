// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import dev.secant.lab.Trees;
import dev.secant.lab.torture.KilledRun.Kill;
import dev.secant.lab.train.SmallRuns;
import dev.secant.random.Philox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * Runs that are killed at drawn times until they end, two at a time, and compared with one that
 * nobody killed.
 */
public final class KillPhase implements Phase {
  private static final String WHAT = "kills of runs that end with the bytes of one not killed";
  private static final int AT_ONCE = 2;

  private static final List<String[]> METHODS =
      List.of(
          new String[] {"method=erm"},
          new String[] {"method=mixup"},
          new String[] {"method=ict", "k=2"});

  private final Path folder;
  private final long seed;
  private final Extent extent;
  private final AtomicInteger started = new AtomicInteger();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, List<Kill>> kills = new TreeMap<>();
  private final AtomicInteger compared = new AtomicInteger();

  /**
   * How much of it.
   *
   * @param kills of all runs at most
   * @param killsOfARun at most; then it runs to its end and is compared
   * @param steps of a run
   * @param images to measure on
   * @param mostMillis until a kill
   * @param fromStartEvery of so many kills one is timed from the start of the process, the others
   *     from its first work; 0 for none
   */
  public record Extent(
      int kills, int killsOfARun, int steps, int images, int mostMillis, int fromStartEvery) {
    /** Times of up to three seconds. */
    public static Extent full(int kills) {
      return new Extent(kills, 12, 400, 100, 3000, 8);
    }

    /** Each kill interrupts work, soon after it has begun. */
    public static Extent quick(int kills) {
      return new Extent(kills, 8, 90, 60, 250, 0);
    }
  }

  public KillPhase(Path folder, long seed, Extent extent) {
    this.folder = folder;
    this.seed = seed;
    this.extent = extent;
  }

  @Override
  public String name() {
    return "kill";
  }

  @Override
  public int share() {
    return 50;
  }

  @Override
  public List<Outcome> run(Budget budget) throws Exception {
    Path images = SmallRuns.images(folder.resolve("images"), extent.images);
    AtomicInteger rounds = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<KilledRun> whole = whole(images, pool);
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++)
        workers.add(
            pool.submit(
                () -> {
                  while (!budget.isOver() && started.get() < extent.kills)
                    round(rounds.getAndIncrement(), images, whole, budget);
                  return null;
                }));
      for (Future<?> worker : workers) worker.get();
    } catch (ExecutionException e) {
      if (!budget.isStopped()) throw e;
    } finally {
      pool.shutdownNow();
    }
    return List.of(outcome(budget));
  }

  /** One run of each method that nobody kills. */
  private List<KilledRun> whole(Path images, ExecutorService pool) throws Exception {
    List<Future<KilledRun>> all = new ArrayList<>();
    for (String[] method : METHODS) {
      Path run = folder.resolve("whole-" + all.size());
      KilledRun one = new KilledRun(images, run, extent.steps, method);
      all.add(
          pool.submit(
              () -> {
                one.finish();
                return one;
              }));
    }
    List<KilledRun> whole = new ArrayList<>();
    for (Future<KilledRun> one : all) whole.add(one.get());
    return whole;
  }

  private void round(int round, Path images, List<KilledRun> whole, Budget budget)
      throws Exception {
    String[] method = METHODS.get(round % METHODS.size());
    Path run = folder.resolve("run-" + round);
    KilledRun killed = new KilledRun(images, run, extent.steps, method);
    int[] draws = {0};
    IntUnaryOperator below = n -> Philox.below(Philox.block(seed, round, draws[0]++, 1, 0)[0], n);
    try {
      boolean ended = false;
      for (int i = 0; !ended && i < extent.killsOfARun && !budget.isOver() && take(); i++) {
        int every = extent.fromStartEvery;
        boolean fromStart = every > 0 && below.applyAsInt(every) == 0;
        Kill kill = killed.killOnce(fromStart, below, extent.mostMillis);
        ended = kill == null;
        if (ended) started.decrementAndGet();
        else remember(method[0], kill);
      }
      if (budget.isStopped()) return;
      killed.finish();
      killed.requireEqual(whole.get(round % METHODS.size()));
      compared.incrementAndGet();
      Trees.delete(run);
      Files.deleteIfExists(run.resolveSibling(run.getFileName() + ".err"));
      budget.say().accept("%d kills, %d runs compared".formatted(killCount(), compared.get()));
    } catch (AssertionError | Exception e) {
      if (budget.isStopped()) return;
      String failure =
          "round %d (%s) of seed %d, in %s: %s"
              .formatted(round, method[0], seed, run, firstLines(e));
      failures.add(failure);
      budget.say().accept("FAILED: " + failure);
    }
  }

  private static String firstLines(Throwable e) {
    String text = e.getMessage() == null ? e.toString() : e.getMessage();
    return text.strip().lines().limit(6).reduce((a, b) -> a + " " + b.strip()).orElse("");
  }

  private boolean take() {
    if (started.incrementAndGet() <= extent.kills) return true;
    started.decrementAndGet();
    return false;
  }

  private synchronized void remember(String method, Kill kill) {
    kills.computeIfAbsent(method, m -> new ArrayList<>()).add(kill);
  }

  /** Those so far. */
  public synchronized List<Kill> kills() {
    return kills.values().stream().flatMap(List::stream).toList();
  }

  private synchronized long killCount() {
    return kills.values().stream().mapToLong(List::size).sum();
  }

  private synchronized Outcome outcome(Budget budget) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("runs_compared", compared.get());
    figures.put("runs_that_differ", failures.size());
    Map<Moment, Long> moments = new TreeMap<>();
    long saving = 0;
    long lost = 0;
    for (Map.Entry<String, List<Kill>> of : kills.entrySet()) {
      for (Moment moment : Moment.values()) {
        long count = of.getValue().stream().filter(k -> k.moment() == moment).count();
        figures.put(key(of.getKey() + " " + moment), count);
        moments.merge(moment, count, Long::sum);
      }
      saving += of.getValue().stream().filter(Kill::saving).count();
      for (Kill kill : of.getValue())
        if (kill.interruptedWork()) lost = Math.max(lost, kill.lostSteps());
    }
    figures.put("while_saving", saving);
    figures.put("most_steps_lost", lost);
    String note =
        "%d runs compared; while %s; %d while saving; %d steps lost at most"
            .formatted(compared.get(), list(moments), saving, lost);
    if (!failures.isEmpty()) note = String.join("; ", failures) + "; " + note;
    return new Outcome(name(), WHAT, killCount(), budget.elapsed(), failures.size(), note, figures);
  }

  private static String key(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replace("method_", "");
  }

  private static String list(Map<Moment, Long> moments) {
    return moments.entrySet().stream()
        .map(e -> e.getKey().name().toLowerCase(Locale.ROOT) + " " + e.getValue())
        .reduce((a, b) -> a + ", " + b)
        .orElse("nothing");
  }
}
