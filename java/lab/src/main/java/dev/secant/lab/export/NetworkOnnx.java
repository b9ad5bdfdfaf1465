// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.export;

import dev.secant.lab.export.OnnxGraph.Attribute;
import dev.secant.nn.WideResNetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A trained network as an ONNX graph in evaluation mode: {@code images} (batch, F, height, width),
 * normalised as in training, to {@code logits} (batch, C). The layers that are probed are outputs
 * too, {@code L0} to {@code L4}, L1 to L3 the raw residual sums after each group; whoever asks for
 * the logits alone does not pay for them.
 */
public final class NetworkOnnx {
  private static final String IMAGES = "images";
  private static final String LOGITS = "logits";

  /**
   * A tensor of the model.
   *
   * @param shape kernels (out, height, width, in)
   */
  public record Weight(float[] values, long... shape) {}

  private final OnnxGraph graph = new OnnxGraph("WideResNet");
  private final WideResNetSpec spec;
  private final Function<String, Weight> weights;
  private final Function<String, Weight> statistics;

  private NetworkOnnx(
      WideResNetSpec spec, Function<String, Weight> weights, Function<String, Weight> statistics) {
    this.spec = spec;
    this.weights = weights;
    this.statistics = statistics;
  }

  /**
   * @param weights by the names of {@link WideResNetSpec#parameters()}
   * @param statistics by those of {@link WideResNetSpec#statistics()}
   * @param metadata what the file says of itself, key to text
   */
  public static byte[] model(
      WideResNetSpec spec,
      Function<String, Weight> weights,
      Function<String, Weight> statistics,
      String version,
      Map<String, String> metadata) {
    NetworkOnnx network = new NetworkOnnx(spec, weights, statistics);
    network.build();
    return network.graph.model("secant", version, new TreeMap<>(metadata));
  }

  private void build() {
    graph.input(IMAGES, "batch", spec.channels(), "height", "width");
    int layer = 0;
    String x = conv("stem", "L" + layer, IMAGES, 1);
    feature(layer++, WideResNetSpec.STEM_CHANNELS);
    List<WideResNetSpec.Unit> units = spec.units();
    for (int i = 0; i < units.size(); i++) {
      WideResNetSpec.Unit unit = units.get(i);
      boolean endsGroup = (i + 1) % spec.unitsPerGroup() == 0;
      x = unit(unit, x, endsGroup ? "L" + layer : unit.name() + "/sum");
      if (endsGroup) feature(layer++, unit.out());
    }
    head(x);
  }

  /** A layer before the pooling, as an output. */
  private void feature(int layer, int channels) {
    String height = layer > 1 ? "height" + layer : "height";
    String width = layer > 1 ? "width" + layer : "width";
    graph.output("L" + layer, "batch", channels, height, width);
  }

  private String unit(WideResNetSpec.Unit u, String x, String sum) {
    String activated = norm(u.name() + "/norm1", x);
    String shortcut = u.activatedShortcut() ? activated : x;
    if (u.projects())
      shortcut = conv(u.name() + "/shortcut", u.name() + "/projected", shortcut, u.stride());
    String hidden = conv(u.name() + "/conv1", u.name() + "/hidden", activated, u.stride());
    String hiddenActivated = norm(u.name() + "/norm2", hidden);
    String y = conv(u.name() + "/conv2", u.name() + "/residual", hiddenActivated, 1);
    return graph.node("Add", sum, List.of(y, shortcut));
  }

  private void head(String x) {
    String means = graph.node("GlobalAveragePool", "means", List.of(norm("norm", x)));
    String pooled = graph.node("Flatten", "L4", List.of(means), Attribute.of("axis", 1));
    graph.output("L4", "batch", spec.features());
    List<String> operands =
        List.of(pooled, constant("dense/kernel", weights), constant("dense/bias", weights));
    graph.node("Gemm", LOGITS, operands, Attribute.of("transB", 1));
    graph.output(LOGITS, "batch", spec.classes());
  }

  private String conv(String name, String output, String x, int stride) {
    Weight kernel = weights.apply(name + "/kernel");
    long size = kernel.shape()[1];
    List<String> operands =
        new ArrayList<>(
            List.of(
                x,
                graph.constant(
                    name + "/kernel",
                    channelsFirst(kernel),
                    kernel.shape()[0],
                    kernel.shape()[3],
                    size,
                    size)));
    if (spec.convBias()) operands.add(constant(name + "/bias", weights));
    long pad = size / 2;
    return graph.node(
        "Conv",
        output,
        operands,
        Attribute.of("kernel_shape", size, size),
        Attribute.of("pads", pad, pad, pad, pad),
        Attribute.of("strides", stride, stride));
  }

  private String norm(String name, String x) {
    List<String> operands =
        List.of(
            x,
            constant(name + "/gamma", weights),
            constant(name + "/beta", weights),
            constant(name + "/mean", statistics),
            constant(name + "/variance", statistics));
    String normed =
        graph.node(
            "BatchNormalization",
            name + "/normed",
            operands,
            Attribute.of("epsilon", (float) spec.bnEps()));
    return graph.node(
        "LeakyRelu",
        name + "/activated",
        List.of(normed),
        Attribute.of("alpha", (float) WideResNetSpec.SLOPE));
  }

  private String constant(String name, Function<String, Weight> from) {
    Weight w = from.apply(name);
    return graph.constant(name, w.values(), w.shape());
  }

  /** (out, height, width, in) to (out, in, height, width). */
  private static float[] channelsFirst(Weight kernel) {
    int out = (int) kernel.shape()[0];
    int pixels = (int) (kernel.shape()[1] * kernel.shape()[2]);
    int in = (int) kernel.shape()[3];
    float[] moved = new float[kernel.values().length];
    for (int o = 0; o < out; o++)
      for (int p = 0; p < pixels; p++)
        for (int i = 0; i < in; i++)
          moved[(o * in + i) * pixels + p] = kernel.values()[(o * pixels + p) * in + i];
    return moved;
  }
}
