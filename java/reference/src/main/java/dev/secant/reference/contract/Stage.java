// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Plan;
import dev.secant.random.Dirichlet;
import dev.secant.random.Philox;
import dev.secant.random.Purpose;
import dev.secant.tensor.Bf16;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Where a case runs on one backend: makes inputs (the same on both backends: Philox keyed by the
 * case, rounded to float) and outputs full of NaN (so that an output that is not overwritten
 * fails), and collects what is compared.
 */
final class Stage {
  /** Unit roundoff of bfloat16, which has 8 significant bits. */
  private static final double BF16_ROUNDOFF = 0x1p-8;

  /** Inputs of a bf16 backend are multiples of this, so that sums of two are exact in bf16. */
  private static final double GRID = 1.0 / 16;

  /**
   * What one backend computed.
   *
   * @param stored unit roundoff of the values as they are stored, beyond the tolerance; 0 for real
   *     tensors
   */
  record Output(String name, double[] values, double tolerance, double stored) {}

  private final Plan plan;
  private final Tolerance tolerance;
  private final boolean bf16;
  private final boolean bf16Gradients;
  private final int caseWord;
  private final List<double[]> agreed;
  private final List<Output> outputs = new ArrayList<>();
  private int drawn;
  private int agreements;

  /**
   * @param bf16 activations of the candidate are bf16: those of both backends hold such values
   * @param bf16Gradients gradients of kernels of the candidate pass through bf16
   * @param agreed values that the first backend of the case settled, see {@link #agreed}
   */
  Stage(
      Plan plan,
      Tolerance tolerance,
      boolean bf16,
      boolean bf16Gradients,
      String caseName,
      List<double[]> agreed) {
    this.bf16Gradients = bf16Gradients;
    this.plan = plan;
    this.tolerance = tolerance;
    this.bf16 = bf16;
    this.caseWord = caseName.hashCode();
    this.agreed = agreed;
  }

  Plan plan() {
    return plan;
  }

  Tolerance tolerance() {
    return tolerance;
  }

  List<Output> outputs() {
    return outputs;
  }

  // ---- inputs -----------------------------------------------------------------------------------

  /** Values uniform in [low, high], rounded to float. */
  double[] values(int count, double low, double high) {
    int tensor = drawn++;
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      int word = Philox.block(caseWord, Purpose.MADE.word(3, 0), 0, tensor, i)[0];
      out[i] = (float) (low + (high - low) * Philox.uniform(word));
    }
    return out;
  }

  /** Integers in [0, bound). */
  int[] integers(int count, int bound) {
    double[] values = values(count, 0, bound);
    return Arrays.stream(values).mapToInt(value -> Math.min((int) value, bound - 1)).toArray();
  }

  /** A real tensor of values uniform in [low, high]. */
  Tensor uniform(double low, double high, long... dims) {
    Tensor tensor = plan.real(dims);
    tensor.set(values((int) tensor.count(), low, high));
    return tensor;
  }

  Tensor real(double[] values, long... dims) {
    Tensor tensor = plan.real(dims);
    tensor.set(values);
    return tensor;
  }

  /**
   * An activation of values uniform in [low, high]; on a coarse grid where the candidate is bf16.
   */
  Tensor map(double low, double high, long... dims) {
    Tensor tensor = plan.activation(dims);
    double[] values = values((int) tensor.count(), low, high);
    for (int i = 0; bf16 && i < values.length; i++) values[i] = Math.rint(values[i] / GRID) * GRID;
    tensor.set(values);
    return tensor;
  }

  /** An activation of given values; rounded where the candidate is bf16. */
  Tensor map(double[] values, long... dims) {
    Tensor tensor = plan.activation(dims);
    double[] rounded = values.clone();
    for (int i = 0; bf16 && i < rounded.length; i++) rounded[i] = Bf16.round((float) rounded[i]);
    tensor.set(rounded);
    return tensor;
  }

  /** A real tensor of one element. */
  Tensor scalar(double value) {
    return real(new double[] {(float) value}, 1);
  }

  Tensor ints(int[] values, long... dims) {
    Tensor tensor = plan.tensor(DType.I32, dims);
    tensor.set(values);
    return tensor;
  }

  Tensor step(long value) {
    Tensor tensor = plan.tensor(DType.I64, 1);
    tensor.set(new long[] {value});
    return tensor;
  }

  /** Rows (B, K): source row (b + k) mod T, or k B + b when there are K B source rows. */
  Tensor rows(int batch, int ways, int sources) {
    boolean cyclic = sources == batch;
    int[] rows =
        IntStream.range(0, batch * ways)
            .map(i -> cyclic ? (i / ways + i % ways) % batch : i % ways * batch + i / ways)
            .toArray();
    return ints(rows, batch, ways);
  }

  /** Weights (B, K) drawn from Dirichlet(0.5). */
  Tensor lambda(int batch, int ways) {
    double[] alpha = new double[ways];
    Arrays.fill(alpha, 0.5);
    Dirichlet dirichlet = new Dirichlet(alpha);
    float[] all = new float[batch * ways];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(dirichlet.draw(caseWord, 3, 0, b), 0, all, b * ways, ways);
    }
    Tensor tensor = plan.tensor(DType.F32, batch, ways);
    tensor.set(all);
    return tensor;
  }

  /**
   * Values computed by the first backend of the case and only repeated on the second, where they
   * decide inputs.
   */
  double[] agreed(Supplier<double[]> values) {
    if (agreements == agreed.size()) agreed.add(values.get());
    return agreed.get(agreements++);
  }

  // ---- outputs ----------------------------------------------------------------------------------

  /** A real tensor of NaN. */
  Tensor output(long... dims) {
    return unset(plan.real(dims));
  }

  /** An activation of NaN. */
  Tensor mapOutput(long... dims) {
    return unset(plan.activation(dims));
  }

  Tensor mapOutputLike(Tensor tensor) {
    return mapOutput(tensor.shape().dims());
  }

  private static Tensor unset(Tensor tensor) {
    double[] values = new double[(int) tensor.count()];
    Arrays.fill(values, Double.NaN);
    tensor.set(values);
    return tensor;
  }

  Tensor outputLike(Tensor tensor) {
    return output(tensor.shape().dims());
  }

  /** Compares a tensor within a tolerance, now. */
  void compare(String name, Tensor tensor, double allowed) {
    outputs.add(new Output(name, elements(tensor), allowed, 0));
  }

  /** Compares an activation within a tolerance and the rounding of what is stored, now. */
  void compareMap(String name, Tensor tensor, double allowed) {
    outputs.add(new Output(name, elements(tensor), allowed, bf16 ? BF16_ROUNDOFF : 0));
  }

  /** Compares the difference of two tensors that hold the same quantity, which is 0, now. */
  void compareDifference(String name, Tensor one, Tensor other, double allowed) {
    double[] difference = elements(one);
    double[] subtrahend = elements(other);
    for (int i = 0; i < difference.length; i++) difference[i] -= subtrahend[i];
    outputs.add(new Output(name, difference, allowed, 0));
  }

  /** Compares the gradient of a kernel within a tolerance and the rounding of its way, now. */
  void compareKernelGradient(String name, Tensor tensor, double allowed) {
    double stored = bf16Gradients ? BF16_ROUNDOFF : 0;
    outputs.add(new Output(name, elements(tensor), allowed, stored));
  }

  /** What storing a value of this size once more on the way may add; 0 unless bf16. */
  double stored(double magnitude) {
    return bf16 ? BF16_ROUNDOFF * magnitude : 0;
  }

  /** Compares a tensor for equality, now. */
  void same(String name, Tensor tensor) {
    compare(name, tensor, 0);
  }

  private static double[] elements(Tensor tensor) {
    return switch (tensor.dtype()) {
      case BF16, F32, F64 -> tensor.toDoubles();
      case I32 -> Arrays.stream(tensor.toInts()).asDoubleStream().toArray();
      case I64 -> LongStream.of(tensor.toLongs()).asDoubleStream().toArray();
      case U8 -> throw new IllegalArgumentException("no op writes bytes");
    };
  }

  static double largest(double[] values) {
    return DoubleStream.of(values).map(Math::abs).max().orElse(0);
  }
}
