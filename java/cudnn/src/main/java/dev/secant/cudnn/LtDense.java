// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Differentiable;
import dev.secant.tensor.Closing;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * The dense layer by cuBLASLt: logits (B, C) = x (B, D) w (C, D)^T + bias (C), and its gradients,
 * for any width and number of classes. Sums are in fp32.
 *
 * <p>Biases go through products with a vector of ones instead of through epilogues: those want
 * aligned biases, which a parameter arena does not give, and are not there for every type.
 *
 * <pre>
 * logits     = 1 bias^T, then += x w^T
 * dL_dx      = dL_dlogits w
 * dL_dw      = dL_dlogits^T x
 * dL_dbias   = dL_dlogits^T 1
 * </pre>
 *
 * Confined to one thread at a time; closing is idempotent, running after close throws {@link
 * IllegalStateException}.
 */
public final class LtDense implements Differentiable, AutoCloseable {
  /** Largest workspace of one product. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private static final short BF16_ONE = 0x3f80;

  private final List<AutoCloseable> owned = new ArrayList<>();
  private final List<LtMatmul> forward = new ArrayList<>();
  private final List<LtMatmul> backward = new ArrayList<>();
  private final LtHandle handle;
  private final long stream;
  private final Workspace workspace;
  private final Precision precision;
  private boolean closed;

  /**
   * The extents.
   *
   * @param batch B
   * @param features D
   * @param classes C
   */
  public record Extents(int batch, int features, int classes) {
    public Extents {
      positive("batch", batch);
      positive("features", features);
      positive("classes", classes);
    }

    private static void positive(String name, int value) {
      if (value < 1)
        throw new InvalidArgumentException("dense: " + name + " must be >= 1, got " + value);
    }
  }

  /**
   * Plans the layer.
   *
   * @param stream address of the CUDA stream that it runs on; 0 is the legacy default stream
   * @param space device memory, for the vector of ones
   * @throws IllegalArgumentException for null or misaligned addresses
   * @throws NoPlanException when cuBLASLt has no algorithm
   * @throws CudnnException when cuBLASLt fails
   */
  public LtDense(
      LtHandle handle,
      long stream,
      Workspace workspace,
      MemorySpace space,
      Precision precision,
      Extents extents,
      DenseOperands operands) {
    operands.require(precision.bytes());
    this.handle = handle;
    this.stream = stream;
    this.workspace = workspace;
    this.precision = precision;
    try {
      planForward(space, extents, operands);
      if (operands.hasGradients()) planBackward(space, extents, operands);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  // ---- planning; a row-major (R, C) tensor is a column-major matrix of C rows and R columns ----

  private void planForward(MemorySpace space, Extents e, DenseOperands t) {
    int f32 = cudart.CUDA_R_32F;
    long ones = ones(space, e.batch(), false);
    LtMatrix logits = matrix("logits", f32, e.classes(), e.batch(), t.logits());
    LtMatrix bias = matrix("bias", f32, e.classes(), 1, t.bias());
    LtMatrix row = matrix("ones", f32, 1, e.batch(), ones);
    LtMatrix x = matrix("x", type(), e.features(), e.batch(), t.x());
    LtMatrix w = matrix("w", type(), e.features(), e.classes(), t.w());
    plan(
        forward,
        cublas.CUBLAS_COMPUTE_32F,
        new LtMatmul.Product(bias, false, row, false, 0, logits));
    plan(forward, computeType(), new LtMatmul.Product(w, true, x, false, 1, logits));
  }

  private void planBackward(MemorySpace space, Extents e, DenseOperands t) {
    int f32 = cudart.CUDA_R_32F;
    long ones = ones(space, e.batch(), precision == Precision.BF16);
    LtMatrix x = matrix("x", type(), e.features(), e.batch(), t.x());
    LtMatrix w = matrix("w", type(), e.features(), e.classes(), t.w());
    LtMatrix dLogits = matrix("dL_dlogits", type(), e.classes(), e.batch(), t.dL_dlogits());
    LtMatrix dX = matrix("dL_dx", type(), e.features(), e.batch(), t.dL_dx());
    LtMatrix dW = matrix("dL_dw", f32, e.features(), e.classes(), t.dL_dw());
    LtMatrix dBias = matrix("dL_dbias", f32, e.classes(), 1, t.dL_dbias());
    LtMatrix column = matrix("ones", type(), e.batch(), 1, ones);
    plan(backward, computeType(), new LtMatmul.Product(w, false, dLogits, false, 0, dX));
    plan(backward, computeType(), new LtMatmul.Product(x, false, dLogits, true, 0, dW));
    plan(
        backward,
        cublas.CUBLAS_COMPUTE_32F,
        new LtMatmul.Product(dLogits, false, column, false, 0, dBias));
  }

  private void plan(List<LtMatmul> list, int computeType, LtMatmul.Product product) {
    list.add(own(new LtMatmul(handle, stream, workspace, computeType, product, WORKSPACE_BYTES)));
  }

  private LtMatrix matrix(String name, int type, long rows, long columns, long address) {
    return own(new LtMatrix(name, type, rows, columns, address));
  }

  private int type() {
    return precision == Precision.BF16 ? cudart.CUDA_R_16BF : cudart.CUDA_R_32F;
  }

  private int computeType() {
    return precision == Precision.TF32
        ? cublas.CUBLAS_COMPUTE_32F_FAST_TF32
        : cublas.CUBLAS_COMPUTE_32F;
  }

  /** A vector of ones in device memory, freed with this layer. */
  private long ones(MemorySpace space, int count, boolean bf16) {
    try (Pointer host = bf16 ? shorts(count) : floats(count)) {
      long bytes = (long) count * (bf16 ? Short.BYTES : Float.BYTES);
      long address = space.allocate(bytes);
      own(() -> space.free(address, bytes));
      space.upload(address, host.address(), bytes);
      return address;
    }
  }

  private static Pointer floats(int count) {
    float[] ones = new float[count];
    java.util.Arrays.fill(ones, 1);
    return new FloatPointer(ones);
  }

  private static Pointer shorts(int count) {
    short[] ones = new short[count];
    java.util.Arrays.fill(ones, BF16_ONE);
    return new ShortPointer(ones);
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  // ---- running ---------------------------------------------------------------------------------

  @Override
  public void forward() {
    requireOpen();
    for (int i = 0; i < forward.size(); i++) forward.get(i).run();
  }

  @Override
  public void backward() {
    requireOpen();
    if (backward.isEmpty())
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
    for (int i = 0; i < backward.size(); i++) backward.get(i).run();
  }

  private void requireOpen() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the dense layer was closed");
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    Closing.all(owned);
  }
}
