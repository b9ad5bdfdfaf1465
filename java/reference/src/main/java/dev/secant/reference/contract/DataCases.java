// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Draws;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Recipe;
import dev.secant.backend.Recipe.LambdaScope;
import dev.secant.backend.Recipe.Partners;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Mixing by recipe and by index: K from 1 to 5, both kinds of partners, crops and flips, steps over
 * several passes.
 */
final class DataCases {
  private static final int CLASSES = 7;

  private record Image(int count, int height, int width, int channels) {}

  private static final Image COLOUR = new Image(23, 8, 8, 3);
  private static final Image ODD = new Image(17, 9, 7, 1);

  private record Options(
      Image image,
      int batch,
      int ways,
      Partners partners,
      LambdaScope scope,
      boolean flip,
      int pad,
      long step) {
    String text() {
      String draw =
          "B "
              + batch
              + " K "
              + ways
              + " "
              + partners
              + " "
              + scope
              + (flip ? " flip" : "")
              + " pad "
              + pad;
      return image.height + "x" + image.width + "x" + image.channels + " " + draw + " step " + step;
    }
  }

  private DataCases() {}

  static List<Case> all() {
    List<Options> options = new ArrayList<>();
    options.add(new Options(COLOUR, 6, 1, Partners.SHIFT, LambdaScope.SAMPLE, true, 2, 0));
    options.add(new Options(COLOUR, 6, 2, Partners.SHIFT, LambdaScope.SAMPLE, true, 2, 5));
    options.add(new Options(COLOUR, 8, 3, Partners.SHIFT, LambdaScope.BATCH, false, 4, 12_345));
    options.add(new Options(ODD, 5, 5, Partners.SHIFT, LambdaScope.SAMPLE, true, 3, 77));
    options.add(new Options(ODD, 4, 4, Partners.INDEPENDENT, LambdaScope.SAMPLE, true, 6, 3));
    options.add(
        new Options(
            COLOUR, 3, 2, Partners.INDEPENDENT, LambdaScope.BATCH, false, 0, (1L << 32) - 1));
    options.add(new Options(COLOUR, 30, 3, Partners.SHIFT, LambdaScope.SAMPLE, false, 0, 2));
    List<Case> cases = new ArrayList<>();
    for (Options o : options) cases.add(new Case("mix", o.text(), stage -> mix(stage, o)));
    cases.add(new Case("mix", "draws only", DataCases::drawsOnly));
    for (int ways = 0; ways <= 5; ways++) {
      int k = ways;
      String name = k == 0 ? "without rows" : "K " + k;
      cases.add(new Case("gather", name, stage -> gather(stage, k)));
    }
    return cases;
  }

  private static ImagePool pool(Stage stage, Image image) {
    Tensor pixels =
        stage.plan().tensor(DType.U8, image.count, image.height, image.width, image.channels);
    int[] drawn = stage.integers((int) pixels.count(), 256);
    byte[] bytes = new byte[drawn.length];
    for (int i = 0; i < drawn.length; i++) bytes[i] = (byte) drawn[i];
    pixels.set(bytes);
    return new ImagePool(
        pixels, stage.ints(stage.integers(image.count, CLASSES), image.count), CLASSES);
  }

  private static Normalisation normalisation(int channels) {
    if (channels == 1) return Normalisation.unit(1);
    return Normalisation.meanStd(new double[] {0.49, 0.48, 0.45}, new double[] {0.25, 0.24, 0.26});
  }

  /** Largest value of a normalised pixel. */
  private static double size(Normalisation normalisation) {
    double size = 0;
    for (int f = 0; f < normalisation.scale().length; f++) {
      size = Math.max(size, 255 * normalisation.scale()[f] + Math.abs(normalisation.shift()[f]));
    }
    return size;
  }

  private static Recipe recipe(Stage stage, Options o) {
    double[] alpha = new double[o.ways];
    for (int k = 0; k < o.ways; k++) alpha[k] = 0.5 + 0.3 * k;
    int[] members = IntStream.range(0, o.image.count - 4).map(i -> i + 2).toArray();
    Tensor memberTensor = stage.ints(members, members.length);
    return new Recipe(
        0x0123_4567_89AB_CDEFL,
        1,
        o.batch,
        o.ways,
        o.partners,
        o.scope,
        o.flip,
        o.pad,
        alpha,
        memberTensor);
  }

  private static void mix(Stage stage, Options o) {
    ImagePool pool = pool(stage, o.image);
    Normalisation normalisation = normalisation(o.image.channels);
    Recipe recipe = recipe(stage, o);
    int t = recipe.sources();
    Draws draws = Draws.of(stage.plan(), recipe);
    Tensor clean = stage.mapOutput(t, o.image.height, o.image.width, o.image.channels);
    Tensor mixed = stage.mapOutput(o.batch, o.image.height, o.image.width, o.image.channels);
    MixOutputs outputs =
        new MixOutputs(clean, mixed, stage.output(t, CLASSES), stage.output(o.batch, CLASSES));
    stage.plan().mix(pool, normalisation, recipe, stage.step(o.step), draws, outputs).run();
    compareDraws(stage, draws);
    double size = size(normalisation);
    stage.compareMap("clean", clean, stage.tolerance().chain(size));
    stage.compareMap("mixed", mixed, stage.tolerance().sum(o.ways, size));
    stage.same("cleanTargets", outputs.cleanTargets());
    stage.compare("mixedTargets", outputs.mixedTargets(), stage.tolerance().sum(o.ways, 1));
  }

  private static void drawsOnly(Stage stage) {
    Options o = new Options(COLOUR, 16, 2, Partners.SHIFT, LambdaScope.SAMPLE, true, 4, 9);
    Recipe recipe = recipe(stage, o);
    Draws draws = Draws.of(stage.plan(), recipe);
    MixOutputs nothing = new MixOutputs(null, null, null, null);
    stage
        .plan()
        .mix(pool(stage, COLOUR), normalisation(3), recipe, stage.step(o.step), draws, nothing)
        .run();
    compareDraws(stage, draws);
  }

  private static void compareDraws(Stage stage, Draws draws) {
    stage.same("indices", draws.indices());
    stage.same("crops", draws.crops());
    stage.same("rows", draws.rows());
    stage.same("lambda", draws.lambda());
  }

  private static void gather(Stage stage, int ways) {
    ImagePool pool = pool(stage, COLOUR);
    Normalisation normalisation = normalisation(3);
    int sources = 9;
    int batch = ways == 0 ? sources : 6;
    Tensor indices = stage.ints(stage.integers(sources, COLOUR.count), sources);
    Tensor rows = ways == 0 ? null : stage.ints(stage.integers(batch * ways, sources), batch, ways);
    Tensor lambda = ways == 0 ? null : stage.lambda(batch, ways);
    Tensor out = stage.mapOutput(batch, COLOUR.height, COLOUR.width, COLOUR.channels);
    stage.plan().gather(pool, normalisation, indices, rows, lambda, out).run();
    stage.compareMap("out", out, stage.tolerance().sum(ways, size(normalisation)));
  }
}
