// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.NativePlatform;
import java.nio.Buffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that somebody else frees; the typed ones of address 0 are null. */
final class Address extends Pointer {
  Address(long address) {
    this.address = address;
  }

  /** Of the first element of a direct buffer, be it before the position or not. */
  static long base(Buffer direct) {
    NativePlatform.requireJavacpp();
    return getDirectBufferAddress(direct);
  }

  static FloatPointer floats(long address) {
    return address == 0 ? null : new FloatPointer(new Address(address));
  }

  static DoublePointer doubles(long address) {
    return address == 0 ? null : new DoublePointer(new Address(address));
  }

  static IntPointer ints(long address) {
    return address == 0 ? null : new IntPointer(new Address(address));
  }

  static LongPointer longs(long address) {
    return address == 0 ? null : new LongPointer(new Address(address));
  }

  static BytePointer bytes(long address) {
    return address == 0 ? null : new BytePointer(new Address(address));
  }
}
