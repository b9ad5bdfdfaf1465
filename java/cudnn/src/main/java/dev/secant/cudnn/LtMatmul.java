// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One product d = op(a) op(b) + beta d, column-major, in a fixed algorithm that cuBLASLt's
 * heuristic chose while planning. Running it is one native call. Closing is idempotent; running
 * after close throws {@link IllegalStateException}.
 */
final class LtMatmul implements Workspace.User, AutoCloseable {
  /**
   * @param transposeA op(a) is a transposed
   * @param transposeB op(b) is b transposed
   * @param beta 0 overwrites d, 1 adds to it
   */
  record Product(
      LtMatrix a, boolean transposeA, LtMatrix b, boolean transposeB, float beta, LtMatrix d) {
    @Override
    public String toString() {
      return "product "
          + a
          + (transposeA ? "^T" : "")
          + " * "
          + b
          + (transposeB ? "^T" : "")
          + " -> "
          + d;
    }
  }

  private final LtHandle handle;
  private final CUstream_st stream;
  private final Workspace workspace;
  private final Product product;
  private final cublasLtMatmulDescOpaque_t description;
  private final cublasLtMatmulHeuristicResult_t result = new cublasLtMatmulHeuristicResult_t();
  private final cublasLtMatmulAlgo_t algorithm;
  private final FloatPointer alpha = new FloatPointer(new float[] {1});
  private final FloatPointer beta;
  private Pointer scratch;
  private long scratchBytes;
  private boolean closed;

  /**
   * @param computeType {@code CUBLAS_COMPUTE_…}
   * @param stream address of a CUDA stream; 0 is the legacy default stream
   * @param mostWorkspace bytes that the algorithm may use
   * @throws CudnnException when cuBLASLt has no algorithm
   */
  LtMatmul(
      LtHandle handle,
      long stream,
      Workspace workspace,
      int computeType,
      Product product,
      long mostWorkspace) {
    this.handle = handle;
    this.stream = stream == 0 ? null : new CUstream_st(new RawAddress(stream));
    this.workspace = workspace;
    this.product = product;
    this.beta = new FloatPointer(new float[] {product.beta()});
    this.description = describe(product, computeType);
    try {
      ask(mostWorkspace);
      this.algorithm = result.algo();
      this.scratchBytes = result.workspaceSize();
      workspace.attach(this, scratchBytes);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  // ---- planning --------------------------------------------------------------------------------

  static cublasLtMatmulDescOpaque_t describe(Product product, int computeType) {
    try (PointerPointer<Pointer> created = new PointerPointer<>(1)) {
      LtStatus.check(
          cublas.cublasLtMatmulDescCreate(created, computeType, cudart.CUDA_R_32F),
          "creation",
          product.toString());
      cublasLtMatmulDescOpaque_t d = new cublasLtMatmulDescOpaque_t(created.get());
      transpose(d, cublas.CUBLASLT_MATMUL_DESC_TRANSA, product.transposeA(), product);
      transpose(d, cublas.CUBLASLT_MATMUL_DESC_TRANSB, product.transposeB(), product);
      return d;
    }
  }

  private static void transpose(
      cublasLtMatmulDescOpaque_t d, int attribute, boolean transposed, Product product) {
    int op = transposed ? cublas.CUBLAS_OP_T : cublas.CUBLAS_OP_N;
    try (IntPointer value = new IntPointer(new int[] {op})) {
      LtStatus.check(
          cublas.cublasLtMatmulDescSetAttribute(d, attribute, value, Integer.BYTES),
          "transposition",
          product.toString());
    }
  }

  private void ask(long mostWorkspace) {
    try (PointerPointer<Pointer> created = new PointerPointer<>(1);
        IntPointer found = new IntPointer(new int[] {0})) {
      LtStatus.check(
          cublas.cublasLtMatmulPreferenceCreate(created),
          "creation",
          "the preference of " + product);
      cublasLtMatmulPreferenceOpaque_t preference =
          new cublasLtMatmulPreferenceOpaque_t(created.get());
      try {
        prefer(preference, mostWorkspace);
        // Some versions may take the mask to rule out what needs no reduction at all.
        if (!found(preference, found)) {
          prefer(
              preference,
              cublas.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
              cublas.CUBLASLT_REDUCTION_SCHEME_NONE);
          if (!found(preference, found))
            throw new NoPlanException(product + ": cuBLASLt has no algorithm");
        }
      } finally {
        cublas.cublasLtMatmulPreferenceDestroy(preference);
      }
    }
  }

  private boolean found(cublasLtMatmulPreferenceOpaque_t preference, IntPointer found) {
    found.put(0);
    int status =
        cublas.cublasLtMatmulAlgoGetHeuristic(
            handle.context(),
            description,
            product.a().layout(),
            product.b().layout(),
            product.d().layout(),
            product.d().layout(),
            preference,
            1,
            result,
            found);
    if (status == cublas.CUBLAS_STATUS_NOT_SUPPORTED) return false;
    LtStatus.check(status, "choice of an algorithm", product.toString());
    return found.get() > 0;
  }

  /** Partial sums only in workspace of the compute type; alignments as the operands have them. */
  private void prefer(cublasLtMatmulPreferenceOpaque_t p, long mostWorkspace) {
    try (LongPointer bytes = new LongPointer(new long[] {mostWorkspace})) {
      prefer(p, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes, Long.BYTES);
    }
    prefer(
        p,
        cublas.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
        cublas.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
    prefer(p, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, product.a().alignment());
    prefer(p, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, product.b().alignment());
    prefer(p, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, product.d().alignment());
    prefer(p, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, product.d().alignment());
  }

  private void prefer(cublasLtMatmulPreferenceOpaque_t p, int attribute, int value) {
    try (IntPointer v = new IntPointer(new int[] {value})) {
      prefer(p, attribute, v, Integer.BYTES);
    }
  }

  private void prefer(
      cublasLtMatmulPreferenceOpaque_t p, int attribute, Pointer value, long bytes) {
    LtStatus.check(
        cublas.cublasLtMatmulPreferenceSetAttribute(p, attribute, value, bytes),
        "preference " + attribute,
        product.toString());
  }

  @Override
  public void workspaceAt(long address) {
    scratch = address == 0 ? null : new RawAddress(address);
  }

  // ---- running ---------------------------------------------------------------------------------

  /** Submits one run. */
  void run() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the dense layer was closed");
    int status =
        cublas.cublasLtMatmul(
            handle.context(),
            description,
            alpha,
            product.a().address(),
            product.a().layout(),
            product.b().address(),
            product.b().layout(),
            beta,
            product.d().address(),
            product.d().layout(),
            product.d().address(),
            product.d().layout(),
            algorithm,
            scratch,
            scratchBytes,
            stream);
    if (status != cublas.CUBLAS_STATUS_SUCCESS)
      LtStatus.check(status, "execution", product.toString());
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    workspace.detach(this);
    cublas.cublasLtMatmulDescDestroy(description);
    result.close();
    alpha.close();
    beta.close();
  }
}
