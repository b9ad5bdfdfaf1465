// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Plan;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script of docs/weights.md reads our weights and computes our logits. */
class WeightsInPyTorchTest {
  private static final int ROWS = 3;

  @TempDir Path folder;

  @BeforeAll
  static void peer() {
    TorchPeer.assumeAvailable();
  }

  @ParameterizedTest
  @CsvSource({"10, 1, false", "16, 2, true"})
  void theScriptComputesOurLogits(int depth, int width, boolean bias) throws IOException {
    WideResNetSpec spec = new WideResNetSpec(depth, width, 16, 8, 3, 7, bias, 0.001);
    Path model = folder.resolve("model.safetensors");
    Path images = folder.resolve("images.npy");
    Path logits = folder.resolve("logits.npy");
    double[] expected;
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(1))) {
      expected = ours(backend.newPlan(), spec, model, images);
    }
    Path script = Files.writeString(folder.resolve("load.py"), script());
    TorchPeer.runOrFail(script.toString(), model, images, logits);
    float[] found = floats(logits);
    assertThat(found).hasSize(expected.length);
    double size = 0;
    for (double z : expected) size = Math.max(size, Math.abs(z));
    for (int i = 0; i < found.length; i++)
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5 * size));
  }

  private static double[] ours(Plan plan, WideResNetSpec spec, Path model, Path images)
      throws IOException {
    Random random = new Random(4);
    Params weights = new Params(plan, spec.parameters());
    Params statistics = new Params(plan, spec.statistics());
    Initialiser.initialise(weights, 3);
    SafetensorsWriter writer = new SafetensorsWriter().metadata("config", "bn.eps: 0.001\n");
    for (ParamLayout.Entry e : weights.layout().entries()) {
      Tensor t = weights.get(e.name());
      if (!e.kernel()) t.set(random.doubles(t.count(), 0.5, 1.5).toArray());
      writer.add("ema/" + e.name(), t);
    }
    for (ParamLayout.Entry e : statistics.layout().entries()) {
      Tensor t = statistics.get(e.name());
      t.set(random.doubles(t.count(), 0.2, 1.2).toArray());
      writer.add("bn/" + e.name(), t);
    }
    writer.write(model);
    Tensor input = plan.activation(ROWS, spec.height(), spec.imageWidth(), spec.channels());
    input.set(random.doubles(input.count(), -1, 1).toArray());
    write(images, input);
    WideResNet net =
        new WideResNet(
            plan,
            spec,
            new WideResNet.Batch(WideResNet.Pass.EVALUATION, 1, 0),
            new WideResNet.Weights(weights, statistics, null, null),
            input);
    net.forward();
    return net.logits().toDoubles();
  }

  /** NHWC to NCHW. */
  private static void write(Path file, Tensor input) throws IOException {
    int h = (int) input.dim(1);
    int w = (int) input.dim(2);
    int channels = (int) input.dim(3);
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }"
            .formatted(ROWS, channels, h, w);
    header = header + " ".repeat(63 - (header.length() + 10) % 64) + "\n";
    double[] values = input.toDoubles();
    ByteBuffer b =
        ByteBuffer.allocate(10 + header.length() + 4 * values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    b.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    for (int n = 0; n < ROWS; n++) {
      for (int f = 0; f < channels; f++) {
        for (int p = 0; p < h * w; p++) b.putFloat((float) values[(n * h * w + p) * channels + f]);
      }
    }
    Files.write(file, b.array());
  }

  private static float[] floats(Path npy) throws IOException {
    ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    b.position(10 + b.getShort(8));
    float[] values = new float[b.remaining() / 4];
    b.asFloatBuffer().get(values);
    return values;
  }

  private static String script() throws IOException {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path page = at.resolve("docs/weights.md");
      if (!Files.exists(page)) continue;
      String text = Files.readString(page);
      int from = text.indexOf("```python\n") + 10;
      return text.substring(from, text.indexOf("```", from));
    }
    throw new IllegalStateException("no folder above the working directory holds docs/weights.md");
  }
}
