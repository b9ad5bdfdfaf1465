// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.HostArrays.bytes;
import static dev.secant.kernels.HostArrays.content;
import static dev.secant.kernels.HostArrays.doubles;
import static dev.secant.kernels.HostArrays.floats;
import static dev.secant.kernels.HostArrays.ints;
import static dev.secant.kernels.HostArrays.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.secant.backend.Consistency;
import dev.secant.backend.Normalisation;
import dev.secant.tensor.DType;
import java.lang.management.ManagementFactory;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernels bound to their arguments once and run often. */
@Tag("native")
class BoundCallTest {
  private static final int WARM_UP = 20_000;
  private static final int RUNS = 10_000;
  private static final int PASSES = 5;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Consistency SUM =
      new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.SUM);

  private final KernelContext context = new KernelContext(1, 0);
  private final FloatBuffer source = floats(1, 2, 3, 4, 5, 6);
  private final IntBuffer rows = ints(0, 1, 1, 2);
  private final FloatBuffer lambda = floats(.5, .5, .25, .75);
  private final FloatBuffer out = room(4);

  @AfterEach
  void close() {
    context.close();
  }

  // ---- constructions ----------------------------------------------------------------------------

  private BoundMixing values() {
    return new Mixing(context)
        .bindValues(
            NativeArray.of(source),
            2,
            NativeArray.of(rows),
            NativeArray.of(lambda),
            2,
            NativeArray.of(out));
  }

  private BoundMixing images(FloatBuffer mixed) {
    return new Mixing(context)
        .bindImages(
            NativeArray.of(bytes(0, 51, 102, 255)),
            new Mixing.ImageSize(1, 2, 1),
            Normalisation.unit(1),
            NativeArray.of(ints(1, 0, 1)),
            NativeArray.of(rows),
            NativeArray.of(lambda),
            2,
            NativeArray.of(mixed));
  }

  private BoundConsistency consistency(FloatBuffer student, FloatBuffer gradient) {
    return new ConsistencyLoss(context, SUM)
        .bind(
            NativeArray.of(student),
            NativeArray.of(source),
            2,
            NativeArray.of(rows),
            NativeArray.of(lambda),
            NativeArray.of(gradient),
            null);
  }

  private BoundNonLin nonlin(FloatBuffer mixed, DoubleBuffer results) {
    return new NonLin(context)
        .bind(
            List.of(new NonLin.Layer(source, mixed)),
            NativeArray.of(rows),
            NativeArray.of(lambda),
            2,
            3,
            NativeArray.of(results));
  }

  private BoundDirichlet dirichlet(FloatBuffer drawn) {
    return new Dirichlet(context, .5, .5).bind(7, 1, NativeArray.of(drawn));
  }

  // ---- results ----------------------------------------------------------------------------------

  @Test
  void aRunTakesWhatTheInputsHoldThen() {
    try (BoundMixing bound = values()) {
      bound.run();
      assertThat(content(out)).containsExactly(2, 3, 4.5f, 5.5f);
      source.put(0, 11);
      lambda.put(2, 1).put(3, 0);
      rows.put(2, 2);
      bound.run();
      assertThat(content(out)).containsExactly(7, 3, 5, 6);
    }
  }

  @Test
  void boundAndSingleCallsGiveTheSame() {
    FloatBuffer mixed = room(4);
    images(mixed).run();
    FloatBuffer again = room(4);
    new Mixing(context)
        .images(
            bytes(0, 51, 102, 255),
            new Mixing.ImageSize(1, 2, 1),
            Normalisation.unit(1),
            ints(1, 0, 1),
            rows,
            lambda,
            2,
            again);
    assertThat(content(mixed)).containsExactly(content(again));

    FloatBuffer student = floats(2, 3, 4.5, 6.5);
    FloatBuffer gradient = room(4);
    float loss = consistency(student, gradient).run(3);
    FloatBuffer other = room(4);
    float once =
        new ConsistencyLoss(context, SUM)
            .evaluate(student, source, 2, rows, lambda, 3, other, null);
    assertThat(loss).isEqualTo(.5f).isEqualTo(once);
    assertThat(content(gradient)).containsExactly(0, 0, 0, 3).containsExactly(content(other));

    DoubleBuffer results = doubles(8);
    nonlin(student, results).run();
    List<List<NonLin.Pair>> pairs =
        new NonLin(context).measure(List.of(new NonLin.Layer(source, student)), rows, lambda, 2, 3);
    for (int b = 0; b < 2; b++) {
      NonLin.Pair pair = pairs.get(0).get(b);
      assertThat(results.get(4 * b)).isEqualTo(pair.distance());
      assertThat(results.get(4 * b + 1)).isEqualTo(pair.floor());
      assertThat(results.get(4 * b + 2)).isEqualTo(pair.relative());
      assertThat(results.get(4 * b + 3)).isEqualTo(pair.oneMinusCos());
    }

    FloatBuffer drawn = room(6);
    FloatBuffer drawnOnce = room(6);
    BoundDirichlet draws = dirichlet(drawn);
    for (long step : new long[] {0, 5, (1L << 32) - 1}) {
      draws.run(step);
      new Dirichlet(context, .5, .5).draw(7, 1, step, drawnOnce);
      assertThat(content(drawn)).containsExactly(content(drawnOnce));
    }
  }

  // ---- allocation -------------------------------------------------------------------------------

  /**
   * Bytes that this thread allocates in its runs once they are warm: the least of a few passes, for
   * the JVM allocates some hundred bytes on it whenever it compiles what runs here anew.
   */
  private static long allocated(Runnable run) {
    count(run, WARM_UP);
    long least = Long.MAX_VALUE;
    for (int pass = 0; pass < PASSES; pass++) least = Math.min(least, count(run, RUNS));
    return least;
  }

  private static long count(Runnable run, int runs) {
    long me = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(me);
    for (int i = 0; i < runs; i++) run.run();
    return THREADS.getThreadAllocatedBytes(me) - before;
  }

  @Test
  void mixingOfImagesAllocatesNothing() {
    assertThat(allocated(images(out)::run)).isZero();
  }

  @Test
  void mixingOfValuesAllocatesNothing() {
    assertThat(allocated(values()::run)).isZero();
  }

  @Test
  void theConsistencyLossAllocatesNothing() {
    BoundConsistency bound = consistency(floats(1, 2, 3, 4), out);
    assertThat(allocated(() -> bound.run(2))).isZero();
  }

  @Test
  void nonLinAllocatesNothing() {
    assertThat(allocated(nonlin(floats(1, 2, 3, 4), doubles(8))::run)).isZero();
  }

  @Test
  void dirichletAllocatesNothing() {
    BoundDirichlet bound = dirichlet(out);
    assertThat(allocated(() -> bound.run(3))).isZero();
  }

  // ---- what is checked when ---------------------------------------------------------------------

  @Test
  void everyRunLooksAtTheData() {
    BoundMixing bound = values();
    lambda.put(3, .8f);
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lambda must have rows that sum to 1, got 1.050000011920929 in row 1");
    lambda.put(3, .75f);
    rows.put(3, 3);
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows[3] must be in [0, T=3), got 3");
    rows.put(3, -1);
    assertThatThrownBy(bound::run).hasMessageContaining("got -1");
    assertThat(content(out)).as("nothing was written").containsOnly(0);
    rows.put(3, 2);
    bound.run();
    assertThat(content(out)).containsExactly(2, 3, 4.5f, 5.5f);
  }

  /** More rows than are looked at in one piece. */
  @Test
  void everyRowOfWeightsIsLookedAt() {
    int batch = 5000;
    FloatBuffer many = room(3 * batch);
    IntBuffer zeros = HostArrays.direct(12 * batch).asIntBuffer();
    for (int i = 0; i < 3 * batch; i++) many.put(i, i % 3 == 2 ? .5f : .25f);
    BoundMixing bound =
        new Mixing(context)
            .bindValues(
                NativeArray.of(source),
                6,
                NativeArray.of(zeros),
                NativeArray.of(many),
                3,
                NativeArray.of(room(6 * batch)));
    bound.run();
    for (int row : new int[] {0, 340, 341, 4999}) {
      many.put(3 * row + 2, .6f);
      assertThatThrownBy(bound::run).hasMessageContaining("in row " + row);
      many.put(3 * row + 2, .5f);
    }
    bound.run();
  }

  @Test
  void anOutputMayBeNoLayer() {
    DoubleBuffer results = doubles(8);
    NativeArray inside = NativeArray.at(NativeArray.of(results).address() + 60, 4, DType.F32);
    assertThatThrownBy(
            () ->
                new NonLin(context)
                    .bind(
                        List.of(new NonLin.Layer(NativeArray.of(source), inside)),
                        NativeArray.of(rows),
                        NativeArray.of(lambda),
                        2,
                        3,
                        NativeArray.of(results)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("out must share no memory with mixed of layer 0, got two that overlap");
  }

  @Test
  void theTypeOfActivationsMustStay() {
    BoundMixing bound = values();
    context.activations(DType.BF16);
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the context's type of activations was changed: expected F32 as at the binding, got BF16");
    assertThatThrownBy(this::values)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("source must be BF16 (T, D=2), got F32");
    context.activations(DType.F32);
    bound.run();
  }

  // ---- lifetimes --------------------------------------------------------------------------------

  @Test
  void aRunAfterCloseIsRefused() {
    BoundMixing bound = values();
    bound.close();
    bound.close();
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the bound mixing was closed");
  }

  @Test
  void theContextClosesWhatWasBoundOnIt() {
    BoundConsistency bound = consistency(floats(1, 2, 3, 4), out);
    context.close();
    assertThatThrownBy(() -> bound.run(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the bound consistency loss was closed");
    bound.close();
  }

  @Test
  void aRunAfterItsMemoryWasClosedIsRefused() {
    FloatPointer closing = new FloatPointer(6);
    BoundMixing bound =
        new Mixing(context)
            .bindValues(
                NativeArray.of(closing.fill(0)),
                2,
                NativeArray.of(rows),
                NativeArray.of(lambda),
                2,
                NativeArray.of(out));
    bound.run();
    closing.close();
    assertThatThrownBy(bound::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the memory of source was closed");
  }

  @Test
  void anotherThreadIsRefusedMeanwhile() throws Exception {
    BoundMixing bound = values();
    Throwable[] found = new Throwable[1];
    try (dev.secant.tensor.Turn.Use use = context.use()) {
      Thread other =
          new Thread(
              () -> {
                try {
                  bound.run();
                } catch (Throwable t) {
                  found[0] = t;
                }
              });
      other.start();
      other.join();
    }
    assertThat(found[0])
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("serves one thread at a time");
  }
}
