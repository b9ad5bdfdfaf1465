// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.data.MadeCanvas.Paint;
import dev.secant.lab.data.MadeCanvas.Pose;
import dev.secant.random.Purpose;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A data set for machines without any: 32 × 32 colour images of ten drawn shapes with random
 * colours, pose, texture, clutter, contrast and noise. Image i of a split depends on nothing but
 * the seed, the split and i, and is the same on every machine; its class is i mod 10, so that every
 * split is balanced and so is any beginning of it.
 *
 * <p>{@link Difficulty#STANDARD} was chosen by measurement, so that ERM on 250 labels ends between
 * 40 and 75 % test accuracy with a WRN-10-1: 43 to 47 % (three seeds, 800 steps of 64 images;
 * {@code benchmarks/results/made-data.md}). Deeper networks pass that range: WRN-16-1 81 % after
 * 500 steps, WRN-16-2 86 % after 300 (one seed each, a replica in PyTorch).
 */
public final class MadeImages {
  public static final int TRAIN = 10_000;
  public static final int TEST = 2_000;

  /** The seed of the set that runs use; it has nothing to do with a run's seed. */
  public static final long SEED = 20221016413L;

  private static final int SCENE = 0;
  private static final int NOISE = 1;

  /**
   * @param noise standard deviation of the pixel noise, of 1
   * @param clutter largest number of small distracting shapes behind the shape
   * @param specks largest number of smaller ones in front of it
   * @param chroma how far a colour's channels stray from its brightness
   * @param inverted share of images whose shape is darker than the background instead of lighter
   * @param minContrast smallest difference of brightness between shape and background
   * @param minRadius of the shape, pixels
   * @param maxRadius of the shape, pixels
   * @param shift of the shape from the centre, at most so many pixels each way
   * @param stretch largest ratio of an axis to the radius
   * @param turn rotation, ± this part of a full turn
   * @param texture amplitude of the smooth variation of every colour
   */
  public record Difficulty(
      double noise,
      int clutter,
      int specks,
      double chroma,
      double inverted,
      double minContrast,
      double minRadius,
      double maxRadius,
      double shift,
      double stretch,
      double turn,
      double texture) {
    public static final Difficulty STANDARD =
        new Difficulty(0.05, 3, 1, 0.24, 0.22, 0.22, 9.2, 14, 3.8, 1.2, 0.08, 0.08);
  }

  private final long seed;
  private final Difficulty difficulty;

  private MadeImages(long seed, Difficulty difficulty) {
    this.seed = seed;
    this.difficulty = difficulty;
  }

  /** Drawing takes seconds: runs in one process share the images while there is memory for them. */
  private static SoftReference<ImageSet> drawn = new SoftReference<>(null);

  /** The set that runs use. */
  public static synchronized ImageSet standard() {
    ImageSet set = drawn.get();
    if (set != null) return set;
    set = generate(SEED, TRAIN, TEST, Difficulty.STANDARD);
    drawn = new SoftReference<>(set);
    return set;
  }

  public static ImageSet generate(long seed, int trainCount, int testCount, Difficulty difficulty) {
    MadeImages made = new MadeImages(seed, difficulty);
    Images train = made.images(0, trainCount);
    Images test = made.images(1, testCount);
    List<String> names =
        Arrays.stream(MadeShape.values()).map(s -> s.name().toLowerCase(Locale.ROOT)).toList();
    return new ImageSet("made", names, train, test, DataHash.of(train, test), false);
  }

  private Images images(int split, int count) {
    int bytes = MadeCanvas.SIDE * MadeCanvas.SIDE * 3;
    byte[] pixels = new byte[Math.multiplyExact(count, bytes)];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              labels[i] = i % MadeShape.values().length;
              draw(split, i, MadeShape.values()[labels[i]], pixels, i * bytes);
            });
    return new Images(MadeCanvas.SIDE, MadeCanvas.SIDE, 3, pixels, labels);
  }

  private void draw(int split, int image, MadeShape shape, byte[] pixels, int offset) {
    int purpose = Purpose.MADE.word(split, 0);
    DrawSequence draws = new DrawSequence(seed, purpose, image, SCENE);
    MadeCanvas canvas = new MadeCanvas();
    boolean darker = draws.uniform(0, 1) < difficulty.inverted;
    double ground = draws.uniform(0.1, 0.8 - difficulty.minContrast);
    double figure = draws.uniform(ground + difficulty.minContrast, 0.9);
    canvas.fill(paint(colour(darker ? figure : ground, draws), draws));
    scatter(canvas, draws.below(difficulty.clutter + 1), 1.5, 4.5, draws);
    canvas.draw(shape, pose(draws), paint(colour(darker ? ground : figure, draws), draws));
    scatter(canvas, draws.below(difficulty.specks + 1), 0.8, 2.2, draws);
    double contrast = draws.uniform(0.6, 1.1);
    double brightness = draws.uniform(-0.12, 0.12);
    DrawSequence noise = new DrawSequence(seed, purpose, image, NOISE);
    canvas.write(contrast, brightness, difficulty.noise, noise, pixels, offset);
  }

  private Pose pose(DrawSequence draws) {
    double radius = draws.uniform(difficulty.minRadius, difficulty.maxRadius);
    double x = MadeCanvas.SIDE / 2.0 + draws.uniform(-difficulty.shift, difficulty.shift);
    double y = MadeCanvas.SIDE / 2.0 + draws.uniform(-difficulty.shift, difficulty.shift);
    double stretch = draws.uniform(1 / difficulty.stretch, difficulty.stretch);
    return Pose.of(x, y, radius, stretch, draws.uniform(-difficulty.turn, difficulty.turn));
  }

  /** Small discs and bars of any colour. */
  private void scatter(MadeCanvas canvas, int count, double from, double to, DrawSequence draws) {
    for (int i = 0; i < count; i++) {
      MadeShape shape = draws.below(2) == 0 ? MadeShape.DISC : MadeShape.SQUARE;
      double x = draws.uniform(0, MadeCanvas.SIDE);
      double y = draws.uniform(0, MadeCanvas.SIDE);
      Pose pose =
          Pose.of(x, y, draws.uniform(from, to), draws.uniform(1, 2.5), draws.uniform(0, 1));
      canvas.draw(shape, pose, paint(colour(draws.uniform(0.1, 0.9), draws), draws));
    }
  }

  private Paint paint(double[] colour, DrawSequence draws) {
    return new Paint(colour, difficulty.texture, 2 * difficulty.texture, draws);
  }

  /** A colour of about a given brightness. */
  private double[] colour(double brightness, DrawSequence draws) {
    double[] colour = new double[3];
    for (int f = 0; f < 3; f++)
      colour[f] = brightness + draws.uniform(-difficulty.chroma, difficulty.chroma);
    return colour;
  }
}
