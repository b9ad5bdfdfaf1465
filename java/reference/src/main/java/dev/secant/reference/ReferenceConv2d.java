// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;

/**
 * y(b, p, o) = bias_o + Σ_{tap, i} w(o, tap, i) · x(b, p·stride + tap − padding, i), padding (k −
 * 1) / 2; its gradients are the same sum over (output pixel, tap, input pixel), read the other two
 * ways.
 */
final class ReferenceConv2d implements Conv2d {
  /**
   * One term of the sum: element offsets of an output pixel, a kernel tap and the input pixel under
   * it.
   */
  private interface Term {
    void at(int output, int tap, int input);
  }

  private final ReferencePlan plan;
  private final Spec spec;
  private final Tensors t;

  ReferenceConv2d(ReferencePlan plan, Spec spec, Tensors tensors) {
    this.plan = plan;
    this.spec = spec;
    this.t = tensors;
  }

  @Override
  public void forward() {
    plan.requireOpen();
    double[] x = t.x().toDoubles();
    double[] w = inputMajor(t.w().toDoubles());
    double[] y = new double[(int) t.y().count()];
    if (t.b() != null) addBias(y, t.b().toDoubles());
    int in = spec.in();
    int out = spec.out();
    eachTerm(
        (output, tap, input) -> {
          for (int i = 0; i < in; i++) {
            double value = x[input * in + i];
            int row = (tap * in + i) * out;
            for (int o = 0; o < out; o++) y[output * out + o] += w[row + o] * value;
          }
        });
    t.y().set(y);
  }

  @Override
  public void backwardData() {
    plan.requireOpen();
    if (t.dL_dx() == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the convolution was planned without dL_dx");
    double[] w = t.w().toDoubles();
    double[] dL_dy = t.dL_dy().toDoubles();
    double[] dL_dx = new double[(int) t.x().count()];
    int in = spec.in();
    int out = spec.out();
    int taps = spec.kernel() * spec.kernel();
    eachTerm(
        (output, tap, input) -> {
          for (int o = 0; o < out; o++) {
            double gradient = dL_dy[output * out + o];
            int row = (o * taps + tap) * in;
            for (int i = 0; i < in; i++) dL_dx[input * in + i] += w[row + i] * gradient;
          }
        });
    t.dL_dx().set(dL_dx);
  }

  @Override
  public void backwardWeights() {
    plan.requireOpen();
    if (t.dL_dw() == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the convolution was planned without dL_dw");
    double[] x = t.x().toDoubles();
    double[] dL_dy = t.dL_dy().toDoubles();
    double[] dL_dw = new double[(int) t.w().count()];
    int in = spec.in();
    int out = spec.out();
    int taps = spec.kernel() * spec.kernel();
    eachTerm(
        (output, tap, input) -> {
          for (int o = 0; o < out; o++) {
            double gradient = dL_dy[output * out + o];
            int row = (o * taps + tap) * in;
            for (int i = 0; i < in; i++) dL_dw[row + i] += x[input * in + i] * gradient;
          }
        });
    t.dL_dw().set(dL_dw);
    if (t.dL_db() != null) t.dL_db().set(sumOverPixels(dL_dy));
  }

  private void eachTerm(Term term) {
    for (int b = 0; b < spec.batch(); b++) {
      for (int y = 0; y < spec.outHeight(); y++) {
        for (int x = 0; x < spec.outWidth(); x++) eachTap(b, y, x, term);
      }
    }
  }

  /** Taps outside the image meet zeros and are left out. */
  private void eachTap(int b, int y, int x, Term term) {
    int padding = (spec.kernel() - 1) / 2;
    int output = (b * spec.outHeight() + y) * spec.outWidth() + x;
    for (int tap = 0; tap < spec.kernel() * spec.kernel(); tap++) {
      int inY = y * spec.stride() + tap / spec.kernel() - padding;
      int inX = x * spec.stride() + tap % spec.kernel() - padding;
      if (inY < 0 || inY >= spec.height() || inX < 0 || inX >= spec.width()) continue;
      term.at(output, tap, (b * spec.height() + inY) * spec.width() + inX);
    }
  }

  /** OHWI → HWIO, so that the innermost loops all run over neighbours. */
  private double[] inputMajor(double[] w) {
    int rows = w.length / spec.out();
    double[] transposed = new double[w.length];
    for (int o = 0; o < spec.out(); o++) {
      for (int row = 0; row < rows; row++) transposed[row * spec.out() + o] = w[o * rows + row];
    }
    return transposed;
  }

  private void addBias(double[] y, double[] bias) {
    for (int i = 0; i < y.length; i++) y[i] += bias[i % bias.length];
  }

  private double[] sumOverPixels(double[] dL_dy) {
    double[] sums = new double[spec.out()];
    for (int i = 0; i < dL_dy.length; i++) sums[i % sums.length] += dL_dy[i];
    return sums;
  }
}
