// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Recipe;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Scanner;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The vectors that the C++ tests are held against, bit for bit. Maven runs tests in the module's
 * folder.
 */
@Tag("native")
class NativeVectorsTest {
  private static final Path VECTORS = Path.of("../../native/tests/vectors");

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(VECTORS.resolve(file)).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  @Test
  void dirichlet() throws IOException {
    List<String> lines = lines("dirichlet.txt");
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      String[] sides = line.split(":");
      float[] expected = floats(sides[1].trim().split(" "));
      Scanner in = new Scanner(sides[0]);
      long seed = Long.parseUnsignedLong(in.next());
      int stream = in.nextInt();
      long step = in.nextLong();
      int sample = Integer.parseUnsignedInt(in.next());
      double[] alpha = new double[in.nextInt()];
      for (int k = 0; k < alpha.length; k++) alpha[k] = Double.parseDouble(in.next());
      assertThat(new Dirichlet(alpha).draw(seed, stream, step, sample))
          .as(line)
          .containsExactly(expected);
    }
  }

  /** The floats as C writes them with %a: 0x0p+0 and the like are Java's too. */
  private static float[] floats(String[] words) {
    float[] out = new float[words.length];
    for (int i = 0; i < words.length; i++) out[i] = Float.parseFloat(words[i]);
    return out;
  }

  @Test
  void draws() throws IOException {
    List<String> lines = lines("draws.txt");
    assertThat(lines).isNotEmpty();
    for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
      String recipe = each.next();
      requireDraws(
          recipe,
          ints(each.next(), "indices"),
          ints(each.next(), "crops"),
          ints(each.next(), "shifts"));
    }
  }

  private static int[] ints(String line, String name) {
    assertThat(line).startsWith(name + " ");
    return Arrays.stream(line.substring(name.length() + 1).trim().split(" "))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /**
   * The line is: recipe seed stream B K partners lambda_scope flip pad M step; members are 0..M−1,
   * α is 0.5.
   */
  private static void requireDraws(String line, int[] indices, int[] crops, int[] shifts) {
    String[] words = line.split(" ");
    assertThat(words).hasSize(11).startsWith("recipe");
    int ways = Integer.parseInt(words[4]);
    boolean shifted = words[5].equals("0");
    double[] alpha = new double[ways];
    Arrays.fill(alpha, 0.5);
    try (Arena arena = new Arena(new HostMemory())) {
      int count = Integer.parseInt(words[9]);
      Tensor members = arena.tensor(DType.I32, count);
      members.set(IntStream.range(0, count).toArray());
      Recipe recipe =
          new Recipe(
              Long.parseUnsignedLong(words[1]),
              Integer.parseInt(words[2]),
              Integer.parseInt(words[3]),
              ways,
              shifted ? Recipe.Partners.SHIFT : Recipe.Partners.INDEPENDENT,
              words[6].equals("0") ? Recipe.LambdaScope.SAMPLE : Recipe.LambdaScope.BATCH,
              words[7].equals("1"),
              Integer.parseInt(words[8]),
              alpha,
              members);
      DrawExpander.Expanded drawn = new DrawExpander(recipe).at(Long.parseLong(words[10]));
      assertThat(drawn.indices()).as(line).containsExactly(indices);
      assertThat(drawn.crops()).as(line).containsExactly(crops);
      assertThat(Arrays.copyOf(drawn.rows(), ways)).as(line).containsExactly(shifts);
    }
  }
}
