// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Ceiling;
import dev.secant.backend.Plan;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;

/** Square products by cuBLASLt: the rate of the tensor cores that anything else is measured by. */
final class LtCeilings {
  private static final int EXTENT = 4096;
  private static final int SMALL = 256;
  private static final long WORKSPACE_BYTES = 64L << 20;

  private final LtHandle handle;
  private final long stream;
  private final Workspace workspace;

  LtCeilings(LtHandle handle, long stream, Workspace workspace) {
    this.handle = handle;
    this.stream = stream;
    this.workspace = workspace;
  }

  List<Ceiling> of(Plan plan, boolean small, Consumer<AutoCloseable> owner) {
    int n = small ? SMALL : EXTENT;
    int fp32 = cudart.CUDA_R_32F;
    return List.of(
        product(
            "gemm bf16",
            new Kind(DType.BF16, cudart.CUDA_R_16BF, cublas.CUBLAS_COMPUTE_32F),
            plan,
            n,
            owner),
        product(
            "gemm tf32",
            new Kind(DType.F32, fp32, cublas.CUBLAS_COMPUTE_32F_FAST_TF32),
            plan,
            n,
            owner));
  }

  /** Types as Secant and as CUDA name them. */
  private record Kind(DType type, int cudaType, int computeType) {}

  private Ceiling product(String name, Kind kind, Plan plan, int n, Consumer<AutoCloseable> owner) {
    LtMatrix a = matrix("a", kind, noise(plan, kind, n, 1), n, owner);
    LtMatrix b = matrix("b", kind, noise(plan, kind, n, 2), n, owner);
    LtMatrix d = matrix("d", kind, plan.tensor(kind.type(), n, n), n, owner);
    LtMatmul product =
        new LtMatmul(
            handle,
            stream,
            workspace,
            kind.computeType(),
            new LtMatmul.Product(a, true, b, false, 0, d),
            WORKSPACE_BYTES);
    owner.accept(product);
    return new Ceiling(name, 2.0 * n * n * n, "FLOP", product::run);
  }

  private static LtMatrix matrix(
      String name, Kind kind, Tensor t, int n, Consumer<AutoCloseable> owner) {
    LtMatrix m = new LtMatrix(name, kind.cudaType(), n, n, t.address());
    owner.accept(m);
    return m;
  }

  /** Values of both signs: zeros draw less power than any real work and would flatter the rate. */
  private static Tensor noise(Plan plan, Kind kind, int n, long seed) {
    Tensor t = plan.tensor(kind.type(), n, n);
    for (int row = 0; row < n; row++) {
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        long mixed = ((long) row * n + i + seed) * 0x9E3779B97F4A7C15L;
        values[i] = (mixed >> 40) * 0x1p-23;
      }
      t.rows(row, row + 1).set(values);
    }
    return t;
  }
}
