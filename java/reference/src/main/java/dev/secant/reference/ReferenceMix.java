// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Draws;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.Recipe;
import dev.secant.random.DrawExpander;
import dev.secant.tensor.Tensor;

/**
 * recipe → draws; clean_t = normalise(augment(pool[indices_t])); mixed_b = Σ_k λ_bk clean[rows_bk];
 * targets likewise from one-hot labels.
 */
final class ReferenceMix implements Op {
  private final DrawExpander expander;
  private final SourceImages images;
  private final Recipe recipe;
  private final Tensor step;
  private final Draws draws;
  private final MixOutputs outputs;

  ReferenceMix(
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs) {
    this.expander = new DrawExpander(recipe);
    this.images = new SourceImages(pool, normalisation);
    this.recipe = recipe;
    this.step = step;
    this.draws = draws;
    this.outputs = outputs;
  }

  @Override
  public void run() {
    DrawExpander.Expanded drawn = expander.at(step.toLongs()[0]);
    draws.indices().set(drawn.indices());
    draws.crops().set(drawn.crops());
    draws.rows().set(drawn.rows());
    draws.lambda().set(drawn.lambda());
    if (outputs.clean() != null || outputs.mixed() != null) {
      double[] clean = images.batch(drawn.indices(), drawn.crops(), recipe.pad());
      write(drawn, clean, outputs.clean(), outputs.mixed());
    }
    if (outputs.cleanTargets() != null || outputs.mixedTargets() != null) {
      write(drawn, images.oneHot(drawn.indices()), outputs.cleanTargets(), outputs.mixedTargets());
    }
  }

  private void write(
      DrawExpander.Expanded drawn, double[] clean, Tensor cleanOut, Tensor mixedOut) {
    if (cleanOut != null) cleanOut.set(clean);
    if (mixedOut == null) return;
    Mixture mixture = new Mixture(drawn.rows(), drawn.lambda(), recipe.ways());
    mixedOut.set(mixture.of(clean, clean.length / recipe.sources()));
  }
}
