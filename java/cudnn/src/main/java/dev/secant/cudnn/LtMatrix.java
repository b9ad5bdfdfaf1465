// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A matrix in device memory as cuBLASLt sees it: column-major and dense, so that a row-major (R, C)
 * tensor is a matrix of C rows and R columns. Closing is idempotent.
 */
final class LtMatrix implements AutoCloseable {
  private final String name;
  private final int type;
  private final long rows;
  private final long columns;
  private final Pointer address;
  private final cublasLtMatrixLayoutOpaque_t layout;
  private boolean closed;

  /**
   * @param type CUDA's number of the element type
   * @param rows extent of the fast axis
   * @param columns extent of the slow axis
   */
  LtMatrix(String name, int type, long rows, long columns, long address) {
    this.name = name;
    this.type = type;
    this.rows = rows;
    this.columns = columns;
    this.address = new RawAddress(address);
    try (PointerPointer<Pointer> created = new PointerPointer<>(1)) {
      LtStatus.check(
          cublas.cublasLtMatrixLayoutCreate(created, type, rows, columns, rows),
          "creation",
          "the layout of " + this);
      this.layout = new cublasLtMatrixLayoutOpaque_t(created.get());
    }
  }

  Pointer address() {
    return address;
  }

  cublasLtMatrixLayoutOpaque_t layout() {
    return layout;
  }

  int type() {
    return type;
  }

  /** Largest power of two up to 256 that divides the address. */
  int alignment() {
    return (int) Math.min(256, Long.lowestOneBit(address.address()));
  }

  @Override
  public String toString() {
    return name + " " + columns + "x" + rows;
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    cublas.cublasLtMatrixLayoutDestroy(layout);
  }
}
