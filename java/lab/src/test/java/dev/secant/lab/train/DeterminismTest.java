// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.cli.ChildProgram;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.Metric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.nn.ParamLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What gives the same bits, and what does not. That each kernel of our own gives the same bits with
 * any number of threads is held by the native tests.
 */
class DeterminismTest {
  private static final int[] THREADS = {1, 2, 4};
  private static final long PATIENCE_SECONDS = 120;

  @TempDir static Path shared;
  private static Path images;

  @TempDir Path folder;

  @BeforeAll
  static void drawImages() {
    images = SmallRuns.images(shared.resolve("images"));
  }

  private Path run(String name, String words, String... more) {
    Path out = folder.resolve(name);
    List<String> options = new ArrayList<>(List.of(words.split(" ")));
    Collections.addAll(options, more);
    RunConfig config = SmallRuns.config(images, out, options.toArray(String[]::new));
    Trainer.run(config, new TrainListener() {});
    return out;
  }

  /** Everything of the model but its metadata, where the configuration stands. */
  private static Map<String, float[]> tensors(Path run) {
    Map<String, float[]> all = new TreeMap<>();
    try (SafetensorsReader reader = new SafetensorsReader(new RunDirectory(run).model())) {
      for (String name : reader.names()) all.put(name, reader.floats(name));
    }
    return all;
  }

  private static boolean sameModel(Path a, Path b) {
    Map<String, float[]> first = tensors(a);
    Map<String, float[]> second = tensors(b);
    return first.keySet().equals(second.keySet())
        && first.keySet().stream().allMatch(n -> Arrays.equals(first.get(n), second.get(n)));
  }

  // ---- a run -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict k=2"})
  void theSameSeedGivesTheSameBytesWithAnyNumberOfThreads(String method) throws IOException {
    for (int threads : THREADS) {
      Path first = run("first" + threads, method, "threads=" + threads);
      Path second = run("second" + threads, method, "threads=" + threads);
      SmallRuns.requireEqual(second, first);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict k=2"})
  void measuringChangesNoWeight(String method) {
    Path often = run("often", method, "eval-every=1", "probe-every=1", "probe.weights=both");
    Path seldom = run("seldom", method, "eval-every=12", "probe-every=12");
    assertThat(sameModel(often, seldom)).isTrue();
    List<Metric> last = lastMeasured(seldom);
    assertThat(last).hasSize(2);
    assertThat(MetricsReader.read(new RunDirectory(often).metrics())).containsAll(last);
  }

  private static List<Metric> lastMeasured(Path run) {
    return MetricsReader.read(new RunDirectory(run).metrics()).stream()
        .filter(m -> m.step() == 12)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict k=2"})
  void anotherSeedGivesOtherBits(String method) {
    Path first = run("first", method, "seed=1");
    Path second = run("second", method, "seed=2");
    Map<String, float[]> a = tensors(first);
    Map<String, float[]> b = tensors(second);
    for (String name : a.keySet()) assertThat(a.get(name)).as(name).isNotEqualTo(b.get(name));
    assertThat(MetricsReader.read(new RunDirectory(first).metrics(), EvalMetric.class))
        .doesNotContainAnyElementsOf(
            MetricsReader.read(new RunDirectory(second).metrics(), EvalMetric.class));
  }

  // ---- numbers of threads ----------------------------------------------------------------------

  /**
   * Threads share out a convolution's sums, so that their terms may be added in another order. A
   * sum of n terms in one order is off by about √n u of its terms' size, u = 2⁻²⁴, where roundings
   * are independent (Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019), so that two orders differ
   * by twice that at most; those of the layers add up alike. Behind a gradient are the sums of 2 ·
   * depth layers, forward and back, of at most rows · height · width or 9 · channels terms.
   */
  @ParameterizedTest
  @CsvSource({"method=erm, 4", "method=mixup, 4", "method=ict k=2, 8"})
  void numbersOfThreadsDifferByRoundingsAtMost(String words, int rows) {
    int side = 8;
    int depth = 10;
    int terms = Math.max(rows * side * side, 9 * 64);
    double bound = 2 * Math.sqrt(terms * 2 * depth) * 0x1p-24;
    double[][] one = gradients(words, "threads=1");
    double largest = 0;
    for (int threads : THREADS)
      largest = Math.max(largest, distance(one, gradients(words, "threads=" + threads)));
    assertThat(largest).isLessThan(bound);
    System.out.printf(
        "%s: %.1e of at most %.1e between 1, 2 and 4 threads%n", words, largest, bound);
    assertThat(distance(one, gradients(words, "seed=5"))).as("can fail").isGreaterThan(bound);
  }

  /** Of every tensor after a step in the middle of the ramp. */
  private static double[][] gradients(String words, String more) {
    List<String> options = new ArrayList<>(List.of(words.split(" ")));
    options.addAll(List.of(more, "run.first-step=20"));
    RunConfig config = TinyTraining.config(options.toArray(String[]::new));
    ImageSet set = TinyTraining.images(8);
    try (Session session = Session.open(config, () -> Trainer.split(config, set))) {
      session.step().run();
      List<double[]> all = new ArrayList<>();
      for (ParamLayout.Entry e : session.model().gradients().layout().entries())
        all.add(session.model().gradients().get(e.name()).toDoubles());
      return all.toArray(double[][]::new);
    }
  }

  /** The largest ‖a − b‖ / ‖a‖ of a tensor. */
  private static double distance(double[][] a, double[][] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = 0;
      double norm = 0;
      for (int j = 0; j < a[i].length; j++) {
        difference += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
        norm += a[i][j] * a[i][j];
      }
      assertThat(norm).isPositive();
      largest = Math.max(largest, Math.sqrt(difference / norm));
    }
    return largest;
  }

  // ---- Java machines ---------------------------------------------------------------------------

  /** SECANT_JDK25 names one; else it is looked for where Linux keeps them. */
  private static Optional<Path> jdk25() throws IOException {
    String named = System.getenv("SECANT_JDK25");
    if (named != null && !named.isEmpty()) return Optional.of(Path.of(named));
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) return Optional.empty();
    try (Stream<Path> folders = Files.list(all)) {
      return folders
          .filter(f -> f.getFileName().toString().matches(".*\\b25\\b.*"))
          .filter(f -> Files.isExecutable(f.resolve("bin/java")))
          .findFirst();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict k=2"})
  void anotherJavaGivesTheSameBytesAndIsSilent(String method) throws Exception {
    Assumptions.assumeTrue(
        Runtime.version().feature() != 25, "skipped: these tests run on Java 25 themselves");
    Optional<Path> jdk = jdk25();
    Assumptions.assumeTrue(
        jdk.isPresent(), "skipped: no JDK 25 in SECANT_JDK25 or /usr/lib/jvm to compare with");
    Path here = run("here", method);
    Path there = folder.resolve("there");
    List<String> words = new ArrayList<>(List.of("train", "--quiet", "--out", there.toString()));
    for (String option : SmallRuns.options(images, method.split(" ")))
      words.addAll(List.of("-o", option));
    Path err = folder.resolve("err");
    ProcessBuilder child =
        new ProcessBuilder(ChildProgram.command(jdk.get(), words))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile());
    // What they name would be options of the child alone.
    child.environment().keySet().removeIf(name -> name.startsWith("SECANT_"));
    Process process = child.start();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(err)).isEmpty();
    assertThat(process.exitValue()).isZero();
    for (String name : List.of("model.safetensors", "metrics.jsonl", "split.json", "config.yaml")) {
      assertThat(withoutPlace(there, name)).as(name).isEqualTo(withoutPlace(here, name));
    }
  }

  /** As text of a character a byte. */
  private static String withoutPlace(Path run, String name) throws IOException {
    String all = Files.readString(run.resolve(name), StandardCharsets.ISO_8859_1);
    return name.equals("config.yaml") ? all.replaceAll("(?m)^out: .*$", "") : all;
  }
}
