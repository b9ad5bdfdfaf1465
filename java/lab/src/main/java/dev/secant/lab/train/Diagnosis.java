// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import java.util.List;
import java.util.Optional;

/**
 * Where a number is first not finite, for the message of a run that diverged: read off what the
 * last forward pass and the last update left, in the order in which a network computes.
 */
final class Diagnosis {
  private static final List<String> LAYERS =
      List.of("stem", "group 1", "group 2", "group 3", "pooled features", "logits");

  private Diagnosis() {}

  /**
   * Of a step whose loss is not finite. Where updates are submitted ahead the layers are those of
   * the last of them.
   *
   * @param t the step
   * @param done updates made when it was seen
   */
  static String ofStep(TrainStep step, long t, long done) {
    String found =
        ofLayers(step.trained(), "")
            .or(() -> step.target().flatMap(target -> ofLayers(target, " of the target network")))
            .orElse("every layer is finite, the loss itself overflows");
    long later = done - t - 1;
    return later == 0 ? found : "seen %d updates later, when %s".formatted(later, found);
  }

  /** Of a measurement: what it was made with, else what it went through. */
  static String ofMeasured(String weights, Params parameters, Params statistics, WideResNet net) {
    return Finite.first(weights, parameters)
        .or(() -> Finite.first("bn", statistics))
        .or(() -> ofLayers(net, ""))
        .orElse("weights, running statistics and the layers of the last images are finite");
  }

  private static Optional<String> ofLayers(WideResNet net, String whose) {
    for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
      double[] values = net.layer(l).toDoubles();
      int each = values.length / (int) net.layer(l).dim(0);
      for (int i = 0; i < values.length; i++) {
        if (Double.isFinite(values[i])) continue;
        return Optional.of(
            "L%d (%s)%s is the first layer that is not finite: %s in row %d"
                .formatted(l, LAYERS.get(l), whose, values[i], i / each));
      }
    }
    return Optional.empty();
  }
}
