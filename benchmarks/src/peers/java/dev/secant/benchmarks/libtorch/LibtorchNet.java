// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.nn.ParamLayout;
import dev.secant.nn.WideResNetSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The Wide ResNet of {@link WideResNetSpec} in libtorch, with Secant's weights by name. */
final class LibtorchNet {
  /** How the batch norms treat a batch. */
  enum Norm {
    /** Its own statistics, and the running ones move. */
    TRAIN,
    /** Its own statistics. */
    BATCH,
    /** The running statistics. */
    RUNNING
  }

  private static final double MOMENTUM = 1 - 0.999;
  private static final Scalar SLOPE = new Scalar(WideResNetSpec.SLOPE);

  private final WideResNetSpec spec;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> statistics = new LinkedHashMap<>();

  /**
   * @param weights by name, convolution kernels OHWI
   * @param channelsLast layout of the kernels
   */
  LibtorchNet(
      WideResNetSpec spec,
      Map<String, double[]> weights,
      Map<String, double[]> statistics,
      boolean channelsLast) {
    this.spec = spec;
    for (ParamLayout.Entry e : spec.parameters().entries())
      parameters.put(e.name(), parameter(e, weights.get(e.name()), channelsLast));
    for (ParamLayout.Entry e : spec.statistics().entries())
      this.statistics.put(e.name(), Tensors.of(singles(statistics.get(e.name())), e.shape().dims()));
  }

  private static Tensor parameter(ParamLayout.Entry e, double[] values, boolean channelsLast) {
    Tensor tensor = Tensors.of(singles(values), e.shape().dims());
    if (e.shape().dims().length == 4) {
      torch.MemoryFormat format =
          channelsLast ? torch.MemoryFormat.ChannelsLast : torch.MemoryFormat.Contiguous;
      tensor = tensor.permute(0, 3, 1, 2).contiguous(format);
    }
    return tensor;
  }

  private static float[] singles(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) rounded[i] = (float) values[i];
    return rounded;
  }

  /** Trainable ones in the order of the layout; the first are those that decay. */
  List<Tensor> parameters() {
    return new ArrayList<>(parameters.values());
  }

  void requireGradients() {
    parameters.values().forEach(p -> p.requires_grad_(true));
  }

  /** By name, in Secant's layouts. */
  Map<String, double[]> weights() {
    Map<String, double[]> all = new TreeMap<>();
    parameters.forEach(
        (name, p) ->
            all.put(
                name, Tensors.doubles(name.endsWith("kernel") && !name.startsWith("dense") ? p.permute(0, 2, 3, 1) : p)));
    return all;
  }

  /**
   * @param x (B, F, H, W)
   * @return L0 stem, L1 to L3 groups, L4 pooled, L5 logits
   */
  List<Tensor> layers(Tensor x, Norm norm) {
    List<Tensor> layers = new ArrayList<>();
    Tensor h = conv("stem", x, 3, 1);
    layers.add(h);
    int perGroup = spec.unitsPerGroup();
    List<WideResNetSpec.Unit> units = spec.units();
    for (int u = 0; u < units.size(); u++) {
      h = unit(units.get(u), h, norm);
      if ((u + 1) % perGroup == 0) layers.add(h);
    }
    Tensor pooled = activated("norm", h, norm).mean(2, 3);
    layers.add(pooled);
    Tensor bias = parameters.get("dense/bias");
    layers.add(torch.linear(pooled, parameters.get("dense/kernel"), Tensors.some(bias)));
    return layers;
  }

  Tensor logits(Tensor x, Norm norm) {
    return layers(x, norm).get(WideResNetSpec.LAYERS - 1);
  }

  private Tensor unit(WideResNetSpec.Unit u, Tensor x, Norm norm) {
    Tensor activated = activated(u.name() + "/norm1", x, norm);
    Tensor shortcut = u.activatedShortcut() ? activated : x;
    if (u.projects()) shortcut = conv(u.name() + "/shortcut", shortcut, 1, u.stride());
    Tensor hidden = conv(u.name() + "/conv1", activated, 3, u.stride());
    Tensor out = conv(u.name() + "/conv2", activated(u.name() + "/norm2", hidden, norm), 3, 1);
    return out.add(shortcut);
  }

  private Tensor activated(String name, Tensor x, Norm norm) {
    TensorOptional none = new TensorOptional();
    TensorOptional mean = Tensors.some(statistics.get(name + "/mean"));
    TensorOptional variance = Tensors.some(statistics.get(name + "/variance"));
    Tensor y =
        torch.batch_norm(
            x,
            Tensors.some(parameters.get(name + "/gamma")),
            Tensors.some(parameters.get(name + "/beta")),
            norm == Norm.BATCH ? none : mean,
            norm == Norm.BATCH ? none : variance,
            norm != Norm.RUNNING,
            MOMENTUM,
            spec.bnEps(),
            false);
    return torch.leaky_relu(y, SLOPE);
  }

  private Tensor conv(String name, Tensor x, int kernel, int stride) {
    long pad = kernel / 2;
    return torch.conv2d(
        x,
        parameters.get(name + "/kernel"),
        new TensorOptional(),
        new long[] {stride, stride},
        new long[] {pad, pad},
        new long[] {1, 1},
        1);
  }

  /** average = decay · average + (1 − decay) · this one, parameter by parameter. */
  void averageInto(LibtorchNet average, double decay) {
    try (NoGradGuard guard = new NoGradGuard()) {
      Scalar rest = new Scalar(1 - decay);
      parameters.forEach((name, p) -> average.parameters.get(name).lerp_(p, rest));
    }
  }
}
