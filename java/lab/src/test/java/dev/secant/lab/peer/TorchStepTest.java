// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loss, logits, gradients and running statistics of one training pass on the CPU backend beside
 * PyTorch in double precision.
 *
 * <p>The tolerance of a tensor's rms error is derived from the same pass in PyTorch: {@link #SLACK}
 * times what PyTorch itself loses in single precision (or as many roundings of the tensor's rms,
 * where PyTorch is lucky), plus what changes when every activation whose sign single precision
 * cannot know takes the other slope of LeakyReLU: in a large network some always do. {@link
 * #COARSE} bounds what this can excuse.
 */
class TorchStepTest {
  private static final double SLACK = 8;
  private static final double COARSE = 3e-2;
  private static final double ROUNDING = 0x1p-24;
  private static final double RATE = 0.96875;

  @TempDir Path folder;

  @BeforeAll
  static void peer() {
    TorchPeer.assumeAvailable();
  }

  /**
   * Three segments, the first and the last of which move the running statistics; images higher than
   * wide.
   */
  @Test
  void smallNetworkWithSegments() {
    WideResNetSpec spec = new WideResNetSpec(10, 1, 16, 8, 3, 7, false, WideResNetSpec.BN_EPS);
    compare(spec, 12, new WideResNet.Batch(WideResNet.Pass.TRAINING, 3, 0b101), 1e-2);
  }

  @Test
  void networkOfThePaper() {
    WideResNetSpec spec = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    compare(spec, 16, new WideResNet.Batch(WideResNet.Pass.TRAINING, 1, 1), 5e-2);
  }

  /**
   * @param planted relative error that has to be found in each tensor when planted there
   */
  private void compare(WideResNetSpec spec, int rows, WideResNet.Batch batch, double planted) {
    Path question = folder.resolve("question.safetensors");
    Path answer = folder.resolve("answer.safetensors");
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(2))) {
      Pass pass = new Pass(backend.newPlan(), spec, rows, batch);
      pass.fill(new Random(7));
      pass.save(question);
      pass.run();
      TorchPeer.runOrFail("torch_step.py", question, answer);
      try (SafetensorsReader torch = new SafetensorsReader(answer)) {
        assertThat(pass.deviations(torch)).isEmpty();
        pass.requireSeen(torch, planted);
      }
    }
  }

  /** A planned pass and its tensors. */
  private static final class Pass {
    private final WideResNetSpec spec;
    private final WideResNet.Batch batch;
    private final Params parameters;
    private final Params statistics;
    private final Params gradients;
    private final Tensor rate;
    private final Tensor input;
    private final Tensor targets;
    private final Tensor loss;
    private final WideResNet net;
    private final Op crossEntropy;

    Pass(Plan plan, WideResNetSpec spec, int rows, WideResNet.Batch batch) {
      this.spec = spec;
      this.batch = batch;
      parameters = new Params(plan, spec.parameters());
      statistics = new Params(plan, spec.statistics());
      gradients = new Params(plan, spec.parameters());
      rate = plan.real(1);
      input = plan.real(rows, spec.height(), spec.imageWidth(), spec.channels());
      targets = plan.real(rows, spec.classes());
      loss = plan.real(1);
      net =
          new WideResNet(
              plan,
              spec,
              batch,
              new WideResNet.Weights(parameters, statistics, rate, gradients),
              input);
      crossEntropy = plan.crossEntropy(net.logits(), targets, loss, net.dL_dlogits());
    }

    /**
     * Initial weights, with batch norms and statistics moved away from where an error in them would
     * not show.
     */
    void fill(Random random) {
      Initialiser.initialise(parameters, 5);
      for (ParamLayout.Entry e : parameters.layout().entries()) {
        if (!e.kernel()) add(parameters.get(e.name()), random, 0.2);
      }
      for (ParamLayout.Entry e : statistics.layout().entries()) {
        boolean variance = e.name().endsWith("/variance");
        statistics
            .get(e.name())
            .set(random.doubles(e.shape().count(), variance ? 0.5 : -1, 2).toArray());
      }
      rate.set(RATE);
      input.set(random.doubles(input.count(), -1, 1).toArray());
      targets.set(distributions(random, (int) targets.dim(0), spec.classes()));
    }

    private static void add(Tensor to, Random random, double deviation) {
      double[] values = to.toDoubles();
      for (int i = 0; i < values.length; i++) values[i] += deviation * random.nextGaussian();
      to.set(values);
    }

    /** (rows, classes), each row summing to 1. */
    private static double[] distributions(Random random, int rows, int classes) {
      double[] out = random.doubles((long) rows * classes).toArray();
      for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < classes; c++) sum += out[r * classes + c];
        for (int c = 0; c < classes; c++) out[r * classes + c] /= sum;
      }
      return out;
    }

    void save(Path file) {
      SafetensorsWriter writer = new SafetensorsWriter();
      writer
          .metadata("depth", Integer.toString(spec.depth()))
          .metadata("width", Integer.toString(spec.width()));
      writer.metadata("channels", Integer.toString(spec.channels()));
      writer.metadata("classes", Integer.toString(spec.classes()));
      writer.metadata("conv_bias", Boolean.toString(spec.convBias()));
      writer.metadata("bn_eps", Double.toString(spec.bnEps()));
      writer.metadata("segments", Integer.toString(batch.segments()));
      writer
          .metadata("updates", Integer.toString(batch.updates()))
          .metadata("rate", Double.toString(RATE));
      writer.add("input", input).add("targets", targets);
      add(writer, "raw/", parameters);
      add(writer, "bn/", statistics);
      writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String prefix, Params params) {
      for (ParamLayout.Entry e : params.layout().entries())
        writer.add(prefix + e.name(), params.get(e.name()));
    }

    void run() {
      net.forward();
      crossEntropy.run();
      net.backward();
    }

    /** One line for every tensor that is beyond its tolerance. */
    List<String> deviations(SafetensorsReader torch) {
      List<String> out = new ArrayList<>();
      // The loss moves by no more than twice what the logits do, so theirs is its scale.
      deviation(out, torch, "loss", "logits", loss);
      deviation(out, torch, "logits", "logits", net.logits());
      deviations(out, torch, "gradient/", gradients);
      deviations(out, torch, "bn/", statistics);
      return out;
    }

    /** Each gradient and each statistic, scaled by a little, is named, and nothing else is. */
    void requireSeen(SafetensorsReader torch, double relative) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      for (ParamLayout.Entry e : gradients.layout().entries())
        all.put("gradient/" + e.name(), gradients.get(e.name()));
      for (ParamLayout.Entry e : statistics.layout().entries())
        all.put("bn/" + e.name(), statistics.get(e.name()));
      List<String> missed = new ArrayList<>();
      all.forEach(
          (name, tensor) -> {
            double[] right = tensor.toDoubles();
            tensor.set(Arrays.stream(right).map(v -> v * (1 + relative)).toArray());
            List<String> found = deviations(torch);
            tensor.set(right);
            if (found.size() != 1 || !found.get(0).startsWith(name + ":")) missed.add(name);
          });
      assertThat(missed).isEmpty();
    }

    private static void deviations(
        List<String> out, SafetensorsReader torch, String prefix, Params found) {
      for (ParamLayout.Entry e : found.layout().entries()) {
        String name = prefix + e.name();
        deviation(out, torch, name, name, found.get(e.name()));
      }
    }

    private static void deviation(
        List<String> out, SafetensorsReader torch, String name, String scaleOf, Tensor found) {
      double[] expected = torch.doubles(name);
      double[] difference = found.toDoubles();
      assertThat(difference).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) difference[i] -= expected[i];
      double size = rms(expected);
      double error = rms(difference);
      double theirs = torch.doubles("rounding/" + scaleOf)[0];
      double kink = torch.doubles("kink/" + name)[0];
      double bound = Math.min(COARSE * size, SLACK * Math.max(theirs, ROUNDING * size) + kink);
      if (error <= bound) return;
      out.add(
          "%s: rms error %.3g, bound %.3g, PyTorch's own %.3g, kink %.3g, rms %.3g"
              .formatted(name, error, bound, theirs, kink, size));
    }

    private static double rms(double[] values) {
      double sum = 0;
      for (double v : values) sum += v * v;
      return Math.sqrt(sum / values.length);
    }
  }
}
