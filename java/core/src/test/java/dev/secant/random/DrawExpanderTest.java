// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Recipe;
import dev.secant.backend.Recipe.LambdaScope;
import dev.secant.backend.Recipe.Partners;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class DrawExpanderTest {
  private static final int BATCH = 6;
  private static final int MEMBERS = 18;
  private final Arena arena = new Arena(new HostMemory());

  @AfterEach
  void close() {
    arena.close();
  }

  private Recipe recipe(int ways, Partners partners, LambdaScope scope, boolean flip, int pad) {
    Tensor members = arena.tensor(DType.I32, MEMBERS);
    int[] values = new int[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) values[i] = 100 + i;
    members.set(values);
    double[] alpha = new double[ways];
    Arrays.fill(alpha, 0.5);
    return new Recipe(9, 1, BATCH, ways, partners, scope, flip, pad, alpha, members);
  }

  @Test
  void onePassVisitsEveryMemberOnce() {
    DrawExpander expander =
        new DrawExpander(recipe(2, Partners.SHIFT, LambdaScope.SAMPLE, true, 4));
    Set<Integer> seen = new HashSet<>();
    for (int step = 0; step < MEMBERS / BATCH; step++) {
      for (int index : expander.at(step).indices()) seen.add(index);
    }
    assertThat(seen).hasSize(MEMBERS).allMatch(i -> i >= 100 && i < 100 + MEMBERS);
  }

  @Test
  void shiftsAreDistinctAndTheFirstIsZero() {
    DrawExpander expander =
        new DrawExpander(recipe(BATCH, Partners.SHIFT, LambdaScope.SAMPLE, false, 0));
    Set<String> drawn = new HashSet<>();
    for (int step = 0; step < 50; step++) {
      int[] rows = expander.at(step).rows();
      for (int b = 0; b < BATCH; b++) {
        int[] row = Arrays.copyOfRange(rows, b * BATCH, (b + 1) * BATCH);
        assertThat(row[0]).isEqualTo(b);
        assertThat(row).doesNotHaveDuplicates();
      }
      drawn.add(Arrays.toString(Arrays.copyOf(rows, BATCH)));
    }
    assertThat(drawn).hasSizeGreaterThan(20);
  }

  @Test
  void independentPartnersHaveTheirOwnOrderAndAugmentation() {
    DrawExpander expander =
        new DrawExpander(recipe(2, Partners.INDEPENDENT, LambdaScope.SAMPLE, true, 4));
    DrawExpander.Expanded drawn = expander.at(0);
    assertThat(drawn.indices()).hasSize(2 * BATCH);
    assertThat(Arrays.copyOf(drawn.indices(), BATCH))
        .isNotEqualTo(Arrays.copyOfRange(drawn.indices(), 6, 12));
    assertThat(Arrays.copyOf(drawn.crops(), 18))
        .isNotEqualTo(Arrays.copyOfRange(drawn.crops(), 18, 36));
    assertThat(drawn.rows()).startsWith(0, BATCH, 1, BATCH + 1);
  }

  @Test
  void cropsStayInTheirRangeAndReachItsEnds() {
    DrawExpander expander =
        new DrawExpander(recipe(1, Partners.SHIFT, LambdaScope.SAMPLE, true, 2));
    Set<Integer> offsets = new HashSet<>();
    Set<Integer> flips = new HashSet<>();
    for (int step = 0; step < 50; step++) {
      int[] crops = expander.at(step).crops();
      for (int t = 0; t < BATCH; t++) {
        offsets.add(crops[3 * t]);
        offsets.add(crops[3 * t + 1]);
        flips.add(crops[3 * t + 2]);
      }
    }
    assertThat(offsets).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    assertThat(flips).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void withoutAugmentationCropsAreZero() {
    DrawExpander expander =
        new DrawExpander(recipe(1, Partners.SHIFT, LambdaScope.SAMPLE, false, 0));
    assertThat(expander.at(3).crops()).containsOnly(0);
  }

  @Test
  void oneLambdaPerBatchIsThatOfTheFirstSample() {
    float[] perSample =
        new DrawExpander(recipe(3, Partners.SHIFT, LambdaScope.SAMPLE, false, 0)).at(5).lambda();
    float[] perBatch =
        new DrawExpander(recipe(3, Partners.SHIFT, LambdaScope.BATCH, false, 0)).at(5).lambda();
    assertThat(Arrays.copyOf(perBatch, 3)).isEqualTo(Arrays.copyOf(perSample, 3));
    for (int b = 1; b < BATCH; b++) {
      assertThat(Arrays.copyOfRange(perBatch, 3 * b, 3 * b + 3))
          .isEqualTo(Arrays.copyOf(perBatch, 3));
      assertThat(Arrays.copyOfRange(perSample, 3 * b, 3 * b + 3))
          .isNotEqualTo(Arrays.copyOf(perSample, 3));
    }
  }
}
