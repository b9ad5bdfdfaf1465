// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** A program of somebody else: mixes two rows and prints the result, and which module it used. */
public final class Embedding {
  private Embedding() {}

  public static void main(String[] words) {
    FloatBuffer source = bytes(4).asFloatBuffer().put(new float[] {1, 2, 3, 4}).flip();
    IntBuffer rows = bytes(2).asIntBuffer().put(new int[] {0, 1}).flip();
    FloatBuffer lambda = bytes(2).asFloatBuffer().put(new float[] {0.25f, 0.75f}).flip();
    FloatBuffer out = bytes(2).asFloatBuffer();
    try (KernelContext context = new KernelContext(1)) {
      new Mixing(context).values(source, 2, rows, lambda, 2, out);
    }
    System.out.println(out.get(0) + " " + out.get(1) + " " + Mixing.class.getModule().getName());
  }

  private static ByteBuffer bytes(int floats) {
    return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder());
  }
}
