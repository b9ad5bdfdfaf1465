// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.cuda.global.cudnn;

/**
 * Finds plans for graphs: cuDNN's heuristic mode A, then its fallbacks; those whose arithmetic the
 * precision admits; deterministic ones unless asked otherwise; the first few that build within the
 * workspace limit. May be used by several threads at once. Closing stops its threads.
 */
final class PlanSearch implements AutoCloseable {
  /** cuDNN may run a compiler on the thread that builds a plan; Java's own stacks are small. */
  private static final long STACK_BYTES = 64L << 20;

  private final Target target;
  private final SearchOptions options;
  private final ExecutorService executor;

  PlanSearch(Target target, SearchOptions options) {
    this.target = target;
    this.options = options;
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newFixedThreadPool(
            options.threads(),
            task -> {
              String name = "cudnn-plan-" + number.incrementAndGet();
              Thread t = new Thread(null, task, name, STACK_BYTES);
              t.setDaemon(true);
              return t;
            });
  }

  Target target() {
    return target;
  }

  /**
   * Plans in heuristic order, at least one, at most {@link SearchOptions#candidates()}; the
   * caller's to close.
   *
   * @throws NoPlanException when nothing is left, with the counts
   */
  List<ConvPlan> candidates(ConvGraph graph) {
    List<EngineConfig> offered = offered(graph);
    List<EngineConfig> admitted =
        offered.stream().filter(c -> admits(graph.key(), c.notes())).toList();
    Tally tally = new Tally();
    List<ConvPlan> plans = List.of();
    try {
      plans =
          FirstBuilt.of(admitted, most(graph.key()), c -> build(graph.key(), c, tally), executor);
    } finally {
      Set<EngineConfig> kept = new HashSet<>();
      for (ConvPlan p : plans) kept.add(p.config());
      for (EngineConfig c : offered) if (!kept.contains(c)) c.close();
    }
    if (plans.isEmpty()) throw none(graph.key(), offered.size(), admitted.size(), tally);
    return plans;
  }

  /** Sums are bound by memory, and cuDNN compiles each of their plans for a second or more. */
  private int most(OpKey key) {
    return key.op().isConvolution() ? options.candidates() : 1;
  }

  /** Whether an engine with these notes may compute the op. */
  boolean admits(OpKey key, Set<NumericalNote> notes) {
    if (!options.fast() && notes.contains(NumericalNote.NONDETERMINISTIC)) return false;
    // cuDNN's one engine for sums says that it uses tensor cores, whatever it computes.
    if (!key.op().isConvolution()) return true;
    return notes.stream().noneMatch(key.precision().refused()::contains);
  }

  /**
   * The plan that a plan file records for a graph.
   *
   * @throws PlanFileException when it cannot be built, breaks the conditions or needs another
   *     workspace
   */
  ConvPlan recorded(ConvGraph graph, PlanFile.Entry entry) {
    ConvPlan plan = rebuild(graph, entry);
    if (!admits(graph.key(), plan.notes())) {
      Set<NumericalNote> notes = plan.notes();
      plan.close();
      throw new PlanFileException(
          entry.op(), "an engine that the options admit", entry.choice() + " with notes " + notes);
    }
    if (plan.workspaceBytes() != entry.workspaceBytes()) {
      long found = plan.workspaceBytes();
      plan.close();
      throw new PlanFileException(
          entry.op(), "a workspace of " + entry.workspaceBytes() + " bytes", found + " bytes");
    }
    return plan;
  }

  private ConvPlan rebuild(ConvGraph graph, PlanFile.Entry entry) {
    EngineConfig config = null;
    try {
      config = EngineConfig.rebuilt(graph, target, entry.choice());
      return ConvPlan.build(graph.key(), config, target);
    } catch (CudnnException e) {
      if (config != null) config.close();
      throw new PlanFileException(
          entry.op(), "a plan that this cuDNN builds", entry.choice() + ": " + e.getMessage());
    }
  }

  // ---- heuristics ------------------------------------------------------------------------------

  /** All configurations that cuDNN offers, best first, each once; the caller's to close. */
  List<EngineConfig> offered(ConvGraph graph) {
    List<EngineConfig> all = new ArrayList<>();
    Set<EngineChoice> seen = new HashSet<>();
    for (int mode : new int[] {cudnn.CUDNN_HEUR_MODE_A, cudnn.CUDNN_HEUR_MODE_FALLBACK}) {
      for (Descriptor d : results(graph, mode)) {
        EngineConfig config = new EngineConfig(d);
        if (seen.add(config.choice())) all.add(config);
        else config.close();
      }
    }
    return all;
  }

  private List<Descriptor> results(ConvGraph graph, int mode) {
    String purpose = graph.key().text();
    try (Descriptor heuristic = new Descriptor(DescriptorKind.HEURISTIC, purpose)) {
      target
          .onHeuristic(heuristic)
          .set(Attribute.HEURISTIC_GRAPH, graph.descriptor())
          .setEnum(Attribute.HEURISTIC_MODE, mode);
      // A mode without an answer for a graph is no error: the other mode may have one.
      int status = heuristic.tryFinalise();
      if (status / 1000 == cudnn.CUDNN_STATUS_NOT_SUPPORTED / 1000) return List.of();
      Status.check(status, "finalisation", DescriptorKind.HEURISTIC + " for " + purpose);
      return heuristic.getDescriptors(Attribute.HEURISTIC_RESULTS, DescriptorKind.ENGINE_CONFIG);
    }
  }

  // ---- building --------------------------------------------------------------------------------

  /** What became of the candidates that are not among the plans. */
  private static final class Tally {
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger large = new AtomicInteger();
    volatile String reason = "";
  }

  private Optional<ConvPlan> build(OpKey key, EngineConfig config, Tally tally) {
    ConvPlan plan;
    try {
      plan = ConvPlan.build(key, config, target);
    } catch (CudnnException e) {
      tally.refused.incrementAndGet();
      tally.reason = e.getMessage();
      return Optional.empty();
    }
    if (plan.workspaceBytes() <= options.workspaceBytes()) return Optional.of(plan);
    tally.large.incrementAndGet();
    plan.close();
    return Optional.empty();
  }

  private NoPlanException none(OpKey key, int offered, int admitted, Tally tally) {
    String rule = (options.fast() ? "" : "deterministic and ") + key.precision().text();
    return new NoPlanException(
        "%s on %s (%s): cuDNN offered %d engine configurations, %d of them %s, of which %d were refused and %d need more workspace than %d bytes%s"
            .formatted(
                key.text(),
                target.device().name(),
                target.device().capability(),
                offered,
                admitted,
                rule,
                tally.refused.get(),
                tally.large.get(),
                options.workspaceBytes(),
                tally.reason.isEmpty() ? "" : "; last refusal: " + tally.reason));
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
