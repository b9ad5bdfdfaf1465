// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.nn.Params;
import dev.secant.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The golden curve: 50 steps of each method on the double-precision reference, from draws to EMA,
 * give the committed losses and end at the committed weights. Whoever changes the method on purpose
 * writes new curves with {@code mvn test -Dtest=GoldenCurveTest -Dsecant.golden=write} and says why
 * in the same commit.
 *
 * <p>Warm-ups are on, and the ramp ends at step 20, so that teacher and student part early. A
 * change of one weight in its last bit grows to less than 1e-13 of the losses over the 50 steps.
 */
class GoldenCurveTest {
  private static final int STEPS = 50;
  private static final double ALLOWED = 1e-9;
  private static final Path FOLDER = Path.of("src/test/resources/dev/secant/lab/train");

  @ParameterizedTest
  @CsvSource({"erm, 1", "mixup, 2", "ict, 3"})
  void fiftySteps(String method, int k) throws IOException {
    List<double[]> curve = train(method, k);
    Path file = FOLDER.resolve("golden-" + method + ".tsv");
    if ("write".equals(System.getProperty("secant.golden"))) write(file, curve);
    List<double[]> golden = read(file);
    assertThat(curve).hasSameSizeAs(golden);
    for (int i = 0; i < curve.size(); i++) {
      for (int column = 0; column < 4; column++) {
        double expected = golden.get(i)[column];
        assertThat(curve.get(i)[column])
            .as("%s, row %d, column %d", file.getFileName(), i, column)
            .isCloseTo(expected, within(ALLOWED * Math.abs(expected)));
      }
    }
  }

  /** Per step: step, supervised loss, consistency loss, weight; then the sizes of what is left. */
  private static List<double[]> train(String method, int k) {
    try (TinyTraining t =
        new TinyTraining(
            new ReferenceBackend(),
            TinyTraining.images(8),
            "method=" + method,
            "k=" + k,
            "batch=8",
            "ema.warmup=on",
            "bn.warmup=on")) {
      List<double[]> rows = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        t.step.run();
        rows.add(
            new double[] {
              i, t.step.supervisedLoss(), t.step.consistencyLoss(), t.step.weight(),
            });
      }
      rows.add(
          new double[] {
            STEPS, norm(t.model.raw()), norm(t.model.ema()), norm(t.model.statistics())
          });
      return rows;
    }
  }

  private static double norm(Params params) {
    return Math.sqrt(DoubleStream.of(params.flat().toDoubles()).map(v -> v * v).sum());
  }

  private static void write(Path file, List<double[]> curve) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# step, supervised loss, consistency loss, weight;");
    lines.add("# last: steps, norms of the weights, of their average, of the running statistics");
    for (double[] row : curve) {
      lines.add("%d\t%s\t%s\t%s".formatted((long) row[0], row[1], row[2], row[3]));
    }
    Files.createDirectories(file.getParent());
    Files.write(file, lines);
  }

  private static List<double[]> read(Path file) throws IOException {
    List<double[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("#")) continue;
      rows.add(DoubleStream.of(parse(line.split("\t"))).toArray());
    }
    return rows;
  }

  private static double[] parse(String[] cells) {
    double[] values = new double[cells.length];
    for (int i = 0; i < cells.length; i++) values[i] = Double.parseDouble(cells[i]);
    return values;
  }
}
