// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Plan;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.random.Philox;
import dev.secant.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** onnxruntime computes from an exported network what the network computes. */
class NetworkOnnxTest {
  private static final int ROWS = 3;

  /** Of the largest value: two libraries add in other orders, over 28 layers at most. */
  private static final double BOUND = 1e-4;

  private int draws;

  private double uniform(double from, double to) {
    return from + (to - from) * Philox.uniform(Philox.block(5, 0, 0, 0, draws++)[0]);
  }

  private void fill(Tensor t, double from, double to) {
    double[] values = new double[(int) t.count()];
    for (int i = 0; i < values.length; i++) values[i] = uniform(from, to);
    t.set(values);
  }

  @ParameterizedTest
  @CsvSource({"10, 1, false", "16, 2, true", "28, 1, false"})
  void everyLayerIsThatOfTheNetwork(int depth, int width, boolean bias) throws OrtException {
    WideResNetSpec spec = new WideResNetSpec(depth, width, 16, 8, 3, 7, bias, 0.001);
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(1));
        Plan plan = backend.newPlan()) {
      Params weights = new Params(plan, spec.parameters());
      Params statistics = new Params(plan, spec.statistics());
      Initialiser.initialise(weights, 3);
      for (ParamLayout.Entry e : weights.layout().entries())
        if (!e.kernel()) fill(weights.get(e.name()), 0.5, 1.5);
      for (ParamLayout.Entry e : statistics.layout().entries())
        fill(statistics.get(e.name()), 0.2, 1.2);
      Tensor input = plan.activation(ROWS, spec.height(), spec.imageWidth(), spec.channels());
      fill(input, -1, 1);
      WideResNet net =
          new WideResNet(
              plan,
              spec,
              WideResNet.Batch.evaluation(),
              new WideResNet.Weights(weights, statistics, null, null),
              input);
      net.forward();
      byte[] model =
          NetworkOnnx.model(
              spec, name -> weight(weights, name), name -> weight(statistics, name), "1", Map.of());
      compare(spec, model, input, net);
    }
  }

  private static NetworkOnnx.Weight weight(Params params, String name) {
    Tensor t = params.get(name);
    double[] values = t.toDoubles();
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) floats[i] = (float) values[i];
    return new NetworkOnnx.Weight(floats, t.shape().dims());
  }

  private static void compare(WideResNetSpec spec, byte[] model, Tensor input, WideResNet net)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {ROWS, spec.channels(), spec.height(), spec.imageWidth()};
    FloatBuffer images = FloatBuffer.wrap(channelsFirst(input));
    try (OrtSession session = environment.createSession(model);
        OnnxTensor tensor = OnnxTensor.createTensor(environment, images, shape);
        OrtSession.Result result = session.run(Map.of("images", tensor))) {
      for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
        String name = l < 5 ? "L" + l : "logits";
        FloatBuffer found = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        float[] expected = channelsFirst(net.layer(l));
        assertThat(found.remaining()).as(name).isEqualTo(expected.length);
        double size = 0;
        for (float v : expected) size = Math.max(size, Math.abs(v));
        for (int i = 0; i < expected.length; i++)
          assertThat((double) found.get(i)).as(name).isCloseTo(expected[i], within(BOUND * size));
      }
    }
  }

  /** (B, H, W, F) to (B, F, H, W); (B, F) stays. */
  private static float[] channelsFirst(Tensor t) {
    double[] values = t.toDoubles();
    int channels = (int) t.dim(t.shape().dims().length - 1);
    int pixels = values.length / ROWS / channels;
    float[] moved = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int row = i / channels / pixels;
      int pixel = i / channels % pixels;
      moved[(row * channels + i % channels) * pixels + pixel] = (float) values[i];
    }
    return moved;
  }

  @Test
  void theSameNetworkGivesTheSameBytes() {
    WideResNetSpec spec = new WideResNetSpec(10, 1, 16, 8, 3, 7, false, 0.001);
    byte[] first = constant(spec);
    assertThat(constant(spec)).isEqualTo(first);
  }

  private static byte[] constant(WideResNetSpec spec) {
    return NetworkOnnx.model(
        spec,
        name -> ones(spec.parameters(), name),
        name -> ones(spec.statistics(), name),
        "1",
        Map.of("b", "2", "a", "1"));
  }

  private static NetworkOnnx.Weight ones(ParamLayout layout, String name) {
    ParamLayout.Entry entry =
        layout.entries().stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
    float[] values = new float[(int) entry.shape().count()];
    java.util.Arrays.fill(values, 1);
    return new NetworkOnnx.Weight(values, entry.shape().dims());
  }
}
