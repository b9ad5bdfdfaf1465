// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.Word;
import dev.secant.nn.WideResNetSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long cells take. What a cell computes is counted in multiply-adds; the seconds that finished
 * cells took for theirs, on the same backend, turn that into time.
 */
public final class Cost {
  /** How an estimate came about. */
  public enum Basis {
    /** A finished cell of the same method, K, network, batch and precision. */
    MEASURED,
    /** Other finished cells, by multiply-adds. */
    SCALED,
    /** {@link #PER_CORE}. */
    ASSUMED,
    /** Nothing is known of this backend's time. */
    UNKNOWN
  }

  /**
   * @param seconds NaN: unknown
   */
  public record Estimate(double seconds, Basis basis) {}

  /**
   * Multiply-adds a second that a core makes of a WRN-28-2's training step in fp32: 82.3e9 in 0.70
   * s on two (benchmarks/results/cpu-step.md). Small networks make less of it.
   */
  private static final double PER_CORE = 60e9;

  /** Of one image: forward is one, the two gradients are two more. */
  private static final double TRAINED = 3;

  private static final double FORWARD = 1;
  private static final int SIDE = 32;
  private static final int EVALUATIONS = 101;
  private static final int PROBES = 51;
  private static final long MOST_TEST_IMAGES = 10_000;

  private record Sum(double work, double seconds) {
    Sum plus(double moreWork, double moreSeconds) {
      return new Sum(work + moreWork, seconds + moreSeconds);
    }

    double rate() {
      return work / seconds;
    }
  }

  private final Map<String, Sum> alike = new HashMap<>();
  private final Map<String, Sum> byBackend = new HashMap<>();
  private final int threads;

  /**
   * @param states of the cells, in the same order; those that are done count
   * @param threads of this machine
   */
  public Cost(List<Cell> cells, List<CellState> states, int threads) {
    this.threads = threads;
    for (int i = 0; i < cells.size(); i++) {
      JsonNode summary = states.get(i).summaryOrNull();
      double seconds = summary == null ? 0 : summary.path("seconds").asDouble();
      if (!(seconds > 0)) continue;
      RunConfig config = cells.get(i).config();
      add(alike, likeness(config), work(config), seconds);
      add(byBackend, config.run().backend(), work(config), seconds);
    }
  }

  private static void add(Map<String, Sum> sums, String key, double work, double seconds) {
    sums.put(key, sums.getOrDefault(key, new Sum(0, 0)).plus(work, seconds));
  }

  public Estimate of(RunConfig config) {
    Sum same = alike.get(likeness(config));
    if (same != null) return new Estimate(work(config) / same.rate(), Basis.MEASURED);
    Sum other = byBackend.get(config.run().backend());
    if (other != null) return new Estimate(work(config) / other.rate(), Basis.SCALED);
    if (!config.run().backend().equals("cpu")) return new Estimate(Double.NaN, Basis.UNKNOWN);
    return new Estimate(work(config) / (PER_CORE * threads), Basis.ASSUMED);
  }

  private static String likeness(RunConfig c) {
    return String.join(
        " ",
        c.run().backend(),
        Word.of(c.method().kind()),
        Integer.toString(c.method().k()),
        Integer.toString(c.net().depth()),
        Integer.toString(c.net().width()),
        Integer.toString(c.optim().batch()),
        Word.of(c.run().device().arithmetic()));
  }

  /** Multiply-adds of a whole run, on images of 32 x 32. */
  public static double work(RunConfig c) {
    WideResNetSpec spec =
        new WideResNetSpec(
            c.net().depth(), c.net().width(), SIDE, SIDE, 3, 10, c.net().convBias(), c.bn().eps());
    double trained = (double) c.run().steps() * c.optim().batch() * passes(c);
    return spec.multiplyAdds() * (trained + measured(c));
  }

  /**
   * Of a step, a labelled image: ERM and mixup train on it alone; ICT of any K trains on a mixed
   * unlabelled one besides and passes a clean one through its target.
   */
  private static double passes(RunConfig c) {
    if (c.method().kind() != Kind.ICT) return TRAINED;
    return TRAINED + TRAINED + (c.ict().gradientBoth() ? TRAINED : FORWARD);
  }

  /** Images passed forward by evaluations and probes. */
  private static double measured(RunConfig c) {
    long limit = c.data().testLimit();
    long images = limit > 0 ? Math.min(limit, MOST_TEST_IMAGES) : MOST_TEST_IMAGES;
    long times =
        times(c.run().steps(), c.evaluation().every(), EVALUATIONS)
            + 2 * times(c.run().steps(), c.evaluation().probeEvery(), PROBES);
    return (double) images * times * (c.evaluation().rawToo() ? 2 : 1);
  }

  private static long times(long steps, long every, int fallback) {
    return every > 0 ? steps / every + 1 : Math.min(fallback, steps + 1);
  }
}
