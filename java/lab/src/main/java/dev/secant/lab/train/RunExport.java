// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.DataException;
import dev.secant.lab.export.NetworkOnnx;
import dev.secant.lab.export.ProbeArrays;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.nn.WideResNetSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A finished run in the files of other programs. */
public final class RunExport {
  /** A graph takes images of any size; the sizes of its specification are not in it. */
  private static final int ANY_SIDE = 32;

  private RunExport() {}

  /**
   * The network, an ONNX file.
   *
   * @throws DataException when the run has not ended or its model is another network's
   */
  public static byte[] onnx(Path run, Weights weights) {
    RunDirectory directory = RunDirectory.open(run);
    RunConfig config = SavedNetwork.config(directory);
    String name = Word.of(weights);
    try (SafetensorsReader reader = ModelFile.open(directory.model())) {
      String statistics = ModelFile.statisticsOf(name, reader);
      return NetworkOnnx.model(
          spec(config, directory.model(), reader),
          tensors(reader, name + "/"),
          tensors(reader, statistics),
          BuildInfo.programVersion(),
          metadata(config, name));
    }
  }

  private static WideResNetSpec spec(RunConfig config, Path file, SafetensorsReader reader) {
    RunConfig.Net net = config.net();
    int channels = (int) axis(file, reader, "raw/stem/kernel", 4, 3);
    int classes = (int) axis(file, reader, "raw/dense/kernel", 2, 0);
    return new WideResNetSpec(
        net.depth(),
        net.width(),
        ANY_SIDE,
        ANY_SIDE,
        channels,
        classes,
        net.convBias(),
        config.bn().eps());
  }

  private static long axis(Path file, SafetensorsReader reader, String name, int axes, int axis) {
    long[] shape = reader.shape(name);
    if (shape.length == axes) return shape[axis];
    throw new DataException(
        "%s: %s: expected %d axes, found %d".formatted(file, name, axes, shape.length));
  }

  private static Function<String, NetworkOnnx.Weight> tensors(
      SafetensorsReader reader, String prefix) {
    return name ->
        new NetworkOnnx.Weight(reader.floats(prefix + name), reader.shape(prefix + name));
  }

  private static Map<String, String> metadata(RunConfig config, String weights) {
    Map<String, String> all = new LinkedHashMap<>(ModelFile.metadata(config));
    all.put("weights", weights);
    all.put("layout", "images (batch, channel, height, width), normalised as in training");
    return all;
  }

  /**
   * Every probe of a run, arrays for NumPy.
   *
   * @throws DataException when there is none of such weights
   */
  public static byte[] probes(Path run, Weights weights) {
    RunDirectory directory = RunDirectory.open(run);
    String name = Word.of(weights);
    List<ProbeMetric> probes =
        MetricsReader.read(directory.metrics(), ProbeMetric.class).stream()
            .filter(p -> p.weights().equals(name))
            .toList();
    if (probes.isEmpty())
      throw new DataException(directory.metrics() + ": no probe of " + name + " weights");
    return ProbeArrays.npz(probes);
  }
}
