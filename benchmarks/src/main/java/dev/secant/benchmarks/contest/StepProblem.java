// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Locale;

/**
 * A training step of a Wide ResNet on 32×32 images: losses, gradients, Adam, decay, EMA. Result:
 * the losses of the step.
 *
 * @param method {@code erm}, {@code mixup} or {@code ict}
 * @param k points mixed; 1 for erm
 * @param precision {@code fp32} or {@code bf16}
 */
public record StepProblem(String method, int k, int depth, int width, int batch, String precision)
    implements Problem {
  static StepProblem of(Words words) {
    String method = words.oneOf("method", "erm", "mixup", "ict");
    return new StepProblem(
        method,
        words.number("k", method.equals("erm") ? 1 : 2),
        words.number("depth", 28),
        words.number("width", 2),
        words.number("batch", 128),
        words.oneOf("precision", "fp32", "bf16"));
  }

  public boolean bf16() {
    return precision.equals("bf16");
  }

  public boolean ict() {
    return method.equals("ict");
  }

  @Override
  public String text() {
    return "step method=%s k=%d depth=%d width=%d batch=%d precision=%s"
        .formatted(method, k, depth, width, batch, precision);
  }

  @Override
  public String title() {
    String name = ict() ? "ICT[" + k + "]" : method.equals("erm") ? "ERM" : "mixup";
    return String.format(
        Locale.ROOT, "step %s, WRN-%d-%d, batch %d, %s", name, depth, width, batch, precision);
  }

  @Override
  public long bytes() {
    return 0;
  }

  /**
   * Three times the forward pass of what is trained (the stem's gradient left in), once for the
   * teacher's batch.
   */
  @Override
  public double flop() {
    double passes = ict() ? 3 * 2 + 1 : 3;
    return 2.0 * Networks.spec(depth, width).multiplyAdds() * batch * passes;
  }

  @Override
  public long things() {
    return batch;
  }

  @Override
  public String unit() {
    return "images";
  }
}
