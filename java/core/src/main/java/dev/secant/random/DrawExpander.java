// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import dev.secant.backend.Recipe;
import dev.secant.tensor.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;

/**
 * Expands a recipe at a step into order, crops, partners and λ: {@code secant_draw} of secant.h as
 * Java arrays, equal bit for bit. Passes enter the counters as their low 32 bits. Confined to one
 * thread at a time.
 */
public final class DrawExpander {
  /**
   * The draws of one step.
   *
   * @param indices (T) image of each source row
   * @param crops (T, 3) dy, dx, flip
   * @param rows (B, K) source row of each mixed point
   * @param lambda (B, K)
   */
  public record Expanded(int[] indices, int[] crops, int[] rows, float[] lambda) {}

  private final Recipe recipe;
  private final int[] members;
  private final Feistel[] orders;
  private final Dirichlet dirichlet;

  /** Reads the recipe's members once. */
  public DrawExpander(Recipe recipe) {
    this.recipe = recipe;
    this.members = recipe.members().toInts();
    this.dirichlet = new Dirichlet(recipe.alpha());
    this.orders = new Feistel[recipe.sources() / recipe.batch()];
    for (int way = 0; way < orders.length; way++) {
      orders[way] =
          new Feistel(recipe.seed(), Purpose.ORDER.word(recipe.stream(), way), members.length);
    }
  }

  /** The draws of a step in [0, 2^32). */
  public Expanded at(long step) {
    if (step < 0 || step > 0xFFFF_FFFFL) {
      throw new InvalidArgumentException("step must be in 0.." + 0xFFFF_FFFFL + ", got " + step);
    }
    return new Expanded(indices(step), crops(step), rows(step), lambda(step));
  }

  /** Batch t takes positions tB .. tB+B−1 of its way's endless sequence. */
  private int[] indices(long step) {
    int batch = recipe.batch();
    int[] indices = new int[recipe.sources()];
    for (int t = 0; t < indices.length; t++) {
      indices[t] = members[orders[t / batch].at(step * batch + t % batch)];
    }
    return indices;
  }

  private int[] crops(long step) {
    int span = 2 * recipe.pad() + 1;
    int[] crops = new int[3 * recipe.sources()];
    for (int t = 0; t < recipe.sources(); t++) {
      int purpose = Purpose.AUGMENT.word(recipe.stream(), t / recipe.batch());
      int[] words = Philox.block(recipe.seed(), purpose, (int) step, t % recipe.batch(), 0);
      crops[3 * t] = Philox.below(words[1], span);
      crops[3 * t + 1] = Philox.below(words[2], span);
      crops[3 * t + 2] = recipe.flip() ? words[0] >>> 31 : 0;
    }
    return crops;
  }

  private int[] rows(long step) {
    boolean shifted = recipe.partners() == Recipe.Partners.SHIFT;
    int[] shifts = shifted ? shifts(step) : null;
    int[] rows = new int[recipe.batch() * recipe.ways()];
    for (int b = 0; b < recipe.batch(); b++) {
      for (int k = 0; k < recipe.ways(); k++) {
        int row = shifted ? (b + shifts[k]) % recipe.batch() : k * recipe.batch() + b;
        rows[b * recipe.ways() + k] = row;
      }
    }
    return rows;
  }

  /**
   * 0, then K−1 distinct values of 1..B−1, each drawn among those that remain, in ascending order.
   */
  private int[] shifts(long step) {
    List<Integer> remaining = new ArrayList<>();
    for (int shift = 1; shift < recipe.batch(); shift++) remaining.add(shift);
    int purpose = Purpose.PARTNER.word(recipe.stream(), 0);
    int[] shifts = new int[recipe.ways()];
    for (int j = 0; j < recipe.ways() - 1; j++) {
      int word = Philox.block(recipe.seed(), purpose, (int) step, 0, j)[0];
      shifts[j + 1] = remaining.remove(Philox.below(word, remaining.size()));
    }
    return shifts;
  }

  private float[] lambda(long step) {
    int ways = recipe.ways();
    boolean perSample = recipe.lambdaScope() == Recipe.LambdaScope.SAMPLE;
    float[] lambda = new float[recipe.batch() * ways];
    float[] first = dirichlet.draw(recipe.seed(), recipe.stream(), step, 0);
    for (int b = 0; b < recipe.batch(); b++) {
      float[] drawn =
          perSample && b > 0 ? dirichlet.draw(recipe.seed(), recipe.stream(), step, b) : first;
      System.arraycopy(drawn, 0, lambda, b * ways, ways);
    }
    return lambda;
  }
}
