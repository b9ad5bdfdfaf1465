// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.probe.Evaluation;
import dev.secant.nn.Params;
import dev.secant.reference.ReferenceBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose logits are the same for every image says so in its summary. */
class CollapseNoteTest {
  private static final ImageSet SET = TinyTraining.images(8);

  /** Everything is finite here. */
  private static final Supplier<String> WHERE = () -> "";

  private static final String NOTE = "the logits collapsed: they are the same for every test image";

  @TempDir Path folder;

  /** Notes of a run of these evaluations. */
  private List<String> notes(BiConsumer<RunLog, Session> evaluations) {
    RunConfig config = TinyTraining.config("method=erm", "test-limit=0", "backend=cpu");
    RunDirectory directory = RunDirectory.create(folder.resolve("run"), true);
    try (Session session =
            Session.open(config, new ReferenceBackend(), () -> Trainer.split(config, SET));
        RunLog log = RunLog.open(config, directory, new TrainListener() {})) {
      evaluations.accept(log, session);
      return log.summary(session).notes();
    }
  }

  private List<String> notesOfSpreads(double... spreads) {
    return notes(
        (log, session) -> {
          for (double spread : spreads)
            log.evaluation(0, "ema", new Evaluation(0.1, 2, spread), WHERE);
        });
  }

  @Test
  void theBoundIsAThousandth() {
    assertThat(notesOfSpreads(0)).containsExactly(NOTE);
    assertThat(notesOfSpreads(0.000999)).containsExactly(NOTE);
    assertThat(notesOfSpreads(0.001)).isEmpty();
    assertThat(notesOfSpreads(2.5)).isEmpty();
  }

  @Test
  void theLastEvaluationDecides() {
    assertThat(notesOfSpreads(2.5, 0)).containsExactly(NOTE);
    assertThat(notesOfSpreads(0, 2.5)).isEmpty();
    assertThat(notesOfSpreads()).isEmpty();
  }

  @Test
  void rawWeightsHaveNoSayInIt() {
    assertThat(notes((log, s) -> log.evaluation(0, "raw", new Evaluation(0.1, 2, 0), WHERE)))
        .isEmpty();
  }

  /** From the network itself: without a dense kernel the bias alone answers. */
  @Test
  void aNetworkThatAnswersTheSameCollapses() {
    assertThat(notes(CollapseNoteTest::evaluate)).isEmpty();
    List<String> collapsed =
        notes(
            (log, session) -> {
              Params ema = session.model().ema();
              ema.get("dense/kernel").set(new double[ema.get("dense/kernel").toDoubles().length]);
              ema.get("dense/bias").set(new double[] {3, -1, 0.5});
              evaluate(log, session);
            });
    assertThat(collapsed).containsExactly(NOTE);
  }

  private static void evaluate(RunLog log, Session session) {
    Session.Measured ema = session.measured().get(0);
    log.evaluation(0, ema.weights(), ema.evaluate(() -> {}), WHERE);
  }
}
