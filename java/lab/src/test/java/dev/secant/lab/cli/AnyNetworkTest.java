// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.random.Philox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code secant nonlin} on files, beside the formula in plain loops; and files it must refuse. */
@Tag("native")
class AnyNetworkTest {
  @TempDir Path folder;

  private final Calls secant = new Calls();

  private static double[] values(int count, int seed) {
    double[] v = new double[count];
    for (int i = 0; i < count; i++)
      v[i] = (float) (2 * Philox.uniform(Philox.block(seed, 0, 0, 0, i)[0]) - 1);
    return v;
  }

  private Path write(String name, String descr, String order, String shape, double[] values)
      throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }".formatted(descr, order, shape);
    header = header + " ".repeat(64 - (header.length() + 11) % 64) + "\n";
    int bytes = descr.equals("<f8") ? 8 : 4;
    ByteBuffer b =
        ByteBuffer.allocate(10 + header.length() + values.length * bytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    b.putShort((short) header.length()).put(header.getBytes(StandardCharsets.ISO_8859_1));
    for (double v : values) {
      if (bytes == 8) b.putDouble(v);
      else b.putFloat((float) v);
    }
    return Files.write(folder.resolve(name), b.array());
  }

  private static double norm(double[] v) {
    return Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
  }

  private static double[] unit(double[] v) {
    double n = norm(v);
    return Arrays.stream(v).map(x -> x / n).toArray();
  }

  private static double distance(double[] a, double[] b) {
    double[] d = new double[a.length];
    for (int i = 0; i < d.length; i++) d[i] = a[i] - b[i];
    return norm(d);
  }

  private static double[] mixture(double[][] rows, double[] lambda) {
    double[] m = new double[rows[0].length];
    for (int k = 0; k < rows.length; k++)
      for (int i = 0; i < m.length; i++) m[i] += lambda[k] * rows[k][i];
    return m;
  }

  @Test
  void agreesWithTheFormula() throws IOException {
    int n = 7;
    int d = 30;
    int k = 3;
    double[] lambda = new double[n * k];
    for (int b = 0; b < n; b++) {
      lambda[b * k] = (float) 0.5;
      lambda[b * k + 1] = (float) 0.375;
      lambda[b * k + 2] = (float) 0.125;
    }
    List<String> words = new ArrayList<>(List.of("nonlin", "--points"));
    double[][] points = new double[k][];
    for (int p = 0; p < k; p++) {
      points[p] = values(n * d, 10 + p);
      words.add(
          write("p" + p + ".npy", p == 1 ? "<f8" : "<f4", "False", "7, 5, 6", points[p])
              .toString());
    }
    double[] mixed = values(n * d, 99);
    words.addAll(List.of("--mixed", write("m.npy", "<f4", "False", "7, 5, 6", mixed).toString()));
    words.addAll(List.of("--lambda", write("l.npy", "<f4", "False", "7, 3", lambda).toString()));
    words.add("--json");
    assertThat(secant.run(words.toArray(String[]::new))).as(secant.err()).isZero();
    JsonNode found = new ObjectMapper().readTree(secant.out());

    double nonlin = 0;
    double floor = 0;
    double relative = 0;
    for (int b = 0; b < n; b++) {
      double[][] rows = new double[k][];
      double[][] units = new double[k][];
      for (int p = 0; p < k; p++) {
        rows[p] = Arrays.copyOfRange(points[p], b * d, (b + 1) * d);
        units[p] = unit(rows[p]);
      }
      double[] l = Arrays.copyOfRange(lambda, b * k, (b + 1) * k);
      double[] output = Arrays.copyOfRange(mixed, b * d, (b + 1) * d);
      double[] straight = mixture(rows, l);
      nonlin += distance(unit(output), mixture(units, l)) / n;
      floor += distance(unit(straight), mixture(units, l)) / n;
      relative += distance(output, straight) / norm(straight) / n;
    }
    assertThat(found.path("pairs").intValue()).isEqualTo(n);
    assertThat(found.path("nonlin").doubleValue()).isCloseTo(nonlin, within(1e-6));
    assertThat(found.path("floor").doubleValue()).isCloseTo(floor, within(1e-6));
    assertThat(found.path("relative").doubleValue()).isCloseTo(relative, within(1e-5));
  }

  @Test
  void oneWeightForAllAndALinearLayerAreExact() throws IOException {
    double[] a = values(40, 1);
    double[] b = values(40, 2);
    double[] m = new double[40];
    for (int i = 0; i < 40; i++) m[i] = 0.25 * a[i] + 0.75 * b[i];
    int code =
        secant.run(
            "nonlin",
            "--points",
            write("a.npy", "<f8", "False", "4, 10", a).toString(),
            "--points",
            write("b.npy", "<f8", "False", "4, 10", b).toString(),
            "--mixed",
            write("m.npy", "<f8", "False", "4, 10", m).toString(),
            "--lambda",
            write("l.npy", "<f8", "False", "2,", new double[] {0.25, 0.75}).toString(),
            "--json");
    assertThat(code).as(secant.err()).isZero();
    JsonNode found = new ObjectMapper().readTree(secant.out());
    assertThat(found.path("relative").doubleValue()).isCloseTo(0, within(1e-6));
    assertThat(found.path("nonlin").doubleValue())
        .isCloseTo(found.path("floor").doubleValue(), within(1e-6));
  }

  private void refused(int code, String message, Path... files) {
    String[] words = {
      "nonlin",
      "--points",
      files[0].toString(),
      files[1].toString(),
      "--mixed",
      files[2].toString(),
      "--lambda",
      files[3].toString()
    };
    assertThat(secant.run(words)).isEqualTo(code);
    assertThat(secant.err()).contains(message).doesNotContain("\tat ");
    assertThat(secant.err().lines()).hasSize(1);
  }

  @Test
  void filesThatDoNotServeAreRefusedWithOffsetExpectedAndFound() throws IOException {
    double[] v = values(20, 3);
    Path good = write("g.npy", "<f4", "False", "4, 5", v);
    Path lambda = write("l.npy", "<f4", "False", "2,", new double[] {0.5, 0.5});
    Path absent = folder.resolve("absent.npy");
    refused(3, "absent.npy: no such file", absent, good, good, lambda);
    Path text = Files.writeString(folder.resolve("t.npy"), "not an array at all");
    refused(3, "t.npy, offset 0: expected the signature of a .npy file", good, text, good, lambda);
    Path halves = write("h.npy", "<f2", "False", "4, 5", v);
    refused(
        3, "expected float32 or float64 ('<f4', '<f8'), found '<f2'", halves, good, good, lambda);
    Path swapped = write("b.npy", ">f4", "False", "4, 5", v);
    refused(3, "b.npy, offset 10: expected float32 or float64", swapped, good, good, lambda);
    Path columns = write("c.npy", "<f4", "True", "4, 5", v);
    refused(3, "expected C order, found Fortran order", columns, good, good, lambda);
    Path other = write("o.npy", "<f4", "False", "5, 4", v);
    refused(3, "o.npy: expected the shape of", good, other, good, lambda);
    byte[] whole = Files.readAllBytes(good);
    Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 1));
    refused(3, "cut.npy, offset 207: expected 208 bytes in all", cut, good, good, lambda);
    Path huge = write("huge.npy", "<f4", "False", "2147483647, 2147483647", v);
    refused(3, "bytes in all for shape", huge, good, good, lambda);
    Path weights = write("w.npy", "<f4", "False", "3,", new double[] {0.5, 0.25, 0.25});
    refused(3, "w.npy: expected shape [4, 2]", good, good, good, weights);
    Path sum = write("s.npy", "<f4", "False", "2,", new double[] {0.5, 0.25});
    refused(3, "weights of mixture 0 that sum to 1, found 0.75", good, good, good, sum);
    double[] nan = v.clone();
    nan[7] = Double.NaN;
    Path broken = write("n.npy", "<f4", "False", "4, 5", nan);
    refused(
        3, "n.npy, offset 156: expected a finite number, found NaN", broken, good, good, lambda);
    assertThat(secant.run("nonlin", "--points", good.toString())).isEqualTo(2);
    assertThat(secant.err()).contains("--points with 2 to 16 files, got 1");
  }

  @Test
  void configShowTellsWhereValuesComeFrom() {
    assertThat(
            secant.run(
                "config", "show", "--origin", "--backend", "cpu", "--k", "3", "-o", "seed=4"))
        .isZero();
    assertThat(secant.out())
        .containsPattern("k: 3 +# --k\\R")
        .containsPattern("seed: 4 +# -o seed\\R")
        .containsPattern("ict.target: teacher +# reading paper\\R")
        .containsPattern("labels: 250 +# default\\R")
        .containsPattern("ema.warmup: off +# auto, from steps 8192\\R");
    assertThat(secant.run("config", "show", "--backend", "cpu")).isZero();
    assertThat(secant.out()).startsWith("format: 1").contains("labels: 250").doesNotContain("#");
    assertThat(secant.run("config")).isEqualTo(2);
    assertThat(secant.err()).contains("config: expected show, as in secant config show");
    assertThat(secant.run("config", "hide")).isEqualTo(2);
    assertThat(secant.err()).contains("config: expected show, got \"hide\"");
  }
}
