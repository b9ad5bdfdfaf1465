// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.Programs;
import dev.secant.lab.data.Images;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Arrays to tensors and back. */
final class Tensors {
  static {
    torch.set_num_threads(Programs.THREADS);
  }

  private Tensors() {}

  static Tensor of(float[] values, long... dims) {
    try (FloatPointer memory = new FloatPointer(values)) {
      return torch.from_blob(memory, dims).clone();
    }
  }

  static Tensor of(byte[] values, long... dims) {
    try (BytePointer memory = new BytePointer(values);
        TensorOptions bytes = new TensorOptions(torch.ScalarType.Byte)) {
      return torch.from_blob(memory, dims, bytes).clone();
    }
  }

  /** The pixels (N, H, W, F). */
  static Tensor of(Images images) {
    return of(
        images.pixels(), images.count(), images.height(), images.width(), images.channels());
  }

  /** Long, as indices are. */
  static Tensor of(int[] values, long... dims) {
    long[] wide = new long[values.length];
    for (int i = 0; i < wide.length; i++) wide[i] = values[i];
    return torch.tensor(wide).reshape(dims);
  }

  /** Column k of a (N, K) array. */
  static int[] column(int[] values, int ways, int k) {
    int[] column = new int[values.length / ways];
    for (int i = 0; i < column.length; i++) column[i] = values[i * ways + k];
    return column;
  }

  /** Column k of a (N, K) array. */
  static float[] column(float[] values, int ways, int k) {
    float[] column = new float[values.length / ways];
    for (int i = 0; i < column.length; i++) column[i] = values[i * ways + k];
    return column;
  }

  static double[] doubles(Tensor tensor) {
    Tensor flat = tensor.detach().to(torch.ScalarType.Float).contiguous().reshape(-1);
    float[] values = new float[(int) flat.numel()];
    flat.data_ptr_float().get(values);
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) wide[i] = values[i];
    return wide;
  }

  static Scalar scalar(double value) {
    return new Scalar(value);
  }

  static TensorOptional some(Tensor tensor) {
    return new TensorOptional(tensor);
  }

  /** Σ λ_k source[rows_k] over the first axis. */
  static Tensor mixed(Tensor source, Tensor[] rows, Tensor[] lambda) {
    Tensor sum = source.index_select(0, rows[0]).mul(lambda[0]);
    for (int k = 1; k < rows.length; k++)
      sum.add_(source.index_select(0, rows[k]).mul_(lambda[k]));
    return sum;
  }
}
