// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Adam;
import dev.secant.backend.Consistency;
import dev.secant.backend.Draws;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.Recipe;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNet.Batch;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNet.Weights;
import dev.secant.nn.WideResNetSpec;
import dev.secant.random.Philox;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The whole network in double precision: its gradient against central differences, and a short
 * training.
 */
class WideResNetOnReferenceTest {
  private static final int CLASSES = 4;
  private static final double BN_EPS = WideResNetSpec.BN_EPS;
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Plan plan = backend.newPlan();

  @AfterEach
  void close() {
    backend.close();
  }

  /**
   * Labelled rows, mixed rows and the rows they mix are segments of one batch, as under gradients
   * through both.
   */
  private final class TwoLosses {
    static final int ROWS = 2;
    static final double WEIGHT = 3;
    final Params parameters;
    final Params gradients;
    final Tensor supervised = plan.real(1);
    final Tensor unsupervised = plan.real(1);
    final WideResNet net;
    final List<Op> losses = new ArrayList<>();

    TwoLosses(WideResNetSpec spec) {
      ParamLayout layout = spec.parameters();
      parameters = new Params(plan, layout);
      gradients = new Params(plan, layout);
      Initialiser.initialise(parameters, 3);
      Tensor input =
          CentralDifferences.uniform(plan, -1, 1, 3 * ROWS, spec.height(), spec.imageWidth(), 3);
      Batch batch = new Batch(Pass.TRAINING, 3, 0);
      net =
          new WideResNet(plan, spec, batch, new Weights(parameters, null, null, gradients), input);
      Tensor targets = plan.real(ROWS, CLASSES);
      targets.set(1, 0, 0, 0, 0, 0, 0.5, 0.5);
      Tensor logits = net.logits();
      Tensor dL = net.dL_dlogits();
      losses.add(plan.crossEntropy(logits.rows(0, ROWS), targets, supervised, dL.rows(0, ROWS)));
      losses.add(consistency(logits, dL));
    }

    private Op consistency(Tensor logits, Tensor dL) {
      Tensor rows = plan.tensor(DType.I32, ROWS, 2);
      rows.set(new int[] {0, 1, 1, 0});
      Tensor lambda = plan.tensor(DType.F32, ROWS, 2);
      lambda.set(new float[] {0.25f, 0.75f, 0.5f, 0.5f});
      Tensor weight = plan.real(1);
      weight.set(WEIGHT);
      Consistency spec = new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN);
      return plan.consistency(
          spec,
          new Consistency.Tensors(
              logits.rows(ROWS, 2 * ROWS),
              logits.rows(2 * ROWS, 3 * ROWS),
              rows,
              lambda,
              weight,
              unsupervised,
              dL.rows(ROWS, 2 * ROWS),
              dL.rows(2 * ROWS, 3 * ROWS)));
    }

    double loss() {
      net.forward();
      for (Op op : losses) op.run();
      return supervised.toDoubles()[0] + WEIGHT * unsupervised.toDoubles()[0];
    }
  }

  @Test
  void theGradientOfBothLossesIsThatOfTheirCentralDifferences() {
    requireGradients(new TwoLosses(new WideResNetSpec(16, 1, 8, 4, 3, CLASSES, false, BN_EPS)));
  }

  @Test
  void theGradientIsRightWithProjectionsInEveryGroupAndBiases() {
    requireGradients(new TwoLosses(new WideResNetSpec(10, 2, 4, 8, 3, CLASSES, true, BN_EPS)));
  }

  /** Three elements of every parameter tensor. */
  private static void requireGradients(TwoLosses network) {
    network.loss();
    network.net.backward();
    double step = 1e-6;
    for (ParamLayout.Entry entry : network.parameters.layout().entries()) {
      Tensor parameter = network.parameters.get(entry.name());
      double[] values = parameter.toDoubles();
      double[] gradient = network.gradients.get(entry.name()).toDoubles();
      for (int i = 0; i < 3; i++) {
        int element =
            Philox.below(Philox.block(5, (int) entry.offset(), i, 0, 0)[0], values.length);
        double original = values[element];
        values[element] = original + step;
        parameter.set(values);
        double above = network.loss();
        values[element] = original - step;
        parameter.set(values);
        double below = network.loss();
        values[element] = original;
        parameter.set(values);
        double expected = (above - below) / (2 * step);
        assertThat(gradient[element])
            .as(entry.name() + " " + element)
            .isCloseTo(expected, within(1e-6 * (1 + Math.abs(expected))));
      }
    }
  }

  @Test
  void fiftyStepsOfMixupLearnMadeImages() {
    int size = 16;
    int batch = 8;
    WideResNetSpec spec = new WideResNetSpec(10, 1, size, size, 3, CLASSES, false, BN_EPS);
    Params parameters = new Params(plan, spec.parameters());
    Params gradients = new Params(plan, spec.parameters());
    Params statistics = new Params(plan, spec.statistics());
    Initialiser.initialise(parameters, 1);
    ImagePool pool = stripes(32, size);
    Tensor members = plan.tensor(DType.I32, 32);
    members.set(IntStream.range(0, 32).toArray());
    Recipe recipe =
        new Recipe(
            1,
            0,
            batch,
            2,
            Recipe.Partners.SHIFT,
            Recipe.LambdaScope.SAMPLE,
            false,
            2,
            new double[] {0.1, 0.1},
            members);
    Tensor step = plan.tensor(DType.I64, 1);
    Tensor input = plan.real(batch, size, size, 3);
    Tensor targets = plan.real(batch, CLASSES);
    Tensor loss = plan.real(1);
    Scalars scalars = Scalars.of(plan);
    WideResNet net =
        new WideResNet(
            plan,
            spec,
            new Batch(Pass.TRAINING, 1, 1),
            new Weights(parameters, statistics, scalars.bnRate(), gradients),
            input);
    long count = parameters.flat().count();
    Schedule schedule = new Schedule(50, 0.005, false, 0, 0, 0.999, true, 0.999, true);
    Adam adam = new Adam(0.9, 0.999, 1e-8, 0.02, parameters.layout().kernels());
    List<Op> ops =
        List.of(
            plan.schedule(schedule, step, scalars),
            plan.mix(
                pool,
                Normalisation.unit(3),
                recipe,
                step,
                Draws.of(plan, recipe),
                new MixOutputs(null, input, null, targets)),
            net::forward,
            plan.crossEntropy(net.logits(), targets, loss, net.dL_dlogits()),
            net::backward,
            plan.optimiser(
                adam,
                step,
                scalars,
                OptimTensors.of(
                    gradients.flat(),
                    parameters.flat(),
                    plan.real(count),
                    plan.real(count),
                    plan.real(count))),
            plan.advance(step));
    double first = 0;
    double last = 0;
    for (int t = 0; t < 50; t++) {
      for (Op op : ops) op.run();
      if (t < 10) first += loss.toDoubles()[0];
      if (t >= 40) last += loss.toDoubles()[0];
    }
    assertThat(step.toLongs()).containsExactly(50);
    assertThat(last).isLessThan(0.6 * first);
    assertThat(statistics.get("norm/mean").toDoubles()).doesNotContain(0);
  }

  /** Class c: stripes of period 2c + 2, along x or along y, on noise. */
  private ImagePool stripes(int count, int size) {
    Tensor pixels = plan.tensor(DType.U8, count, size, size, 3);
    Tensor labels = plan.tensor(DType.I32, count);
    byte[] bytes = new byte[(int) pixels.count()];
    int[] classes = new int[count];
    for (int i = 0; i < bytes.length; i++) {
      int image = i / (size * size * 3);
      int x = i / 3 % size;
      int y = i / (size * 3) % size;
      classes[image] = image % CLASSES;
      int along = classes[image] % 2 == 0 ? x : y;
      int bright = along / (classes[image] / 2 + 1) % 2 * 120;
      bytes[i] = (byte) (bright + Philox.below(Philox.block(9, 0, 0, 0, i)[0], 120));
    }
    pixels.set(bytes);
    labels.set(classes);
    return new ImagePool(pixels, labels, CLASSES);
  }
}
