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

  static BytePointer bytes(long address) {
    return address == 0 ? null : new BytePointer(new Address(address));
  }

  // ---- pointed elsewhere for every call --------------------------------------------------------

  static final class Floats extends FloatPointer {
    Floats() {
      super((Pointer) null);
    }

    FloatPointer at(long to) {
      address = to;
      return to == 0 ? null : this;
    }
  }

  static final class Doubles extends DoublePointer {
    Doubles() {
      super((Pointer) null);
    }

    DoublePointer at(long to) {
      address = to;
      return to == 0 ? null : this;
    }
  }

  static final class Ints extends IntPointer {
    Ints() {
      super((Pointer) null);
    }

    IntPointer at(long to) {
      address = to;
      return to == 0 ? null : this;
    }
  }

  static final class Longs extends LongPointer {
    Longs() {
      super((Pointer) null);
    }

    LongPointer at(long to) {
      address = to;
      return to == 0 ? null : this;
    }
  }

  static final class Bytes extends BytePointer {
    Bytes() {
      super((Pointer) null);
    }

    BytePointer at(long to) {
      address = to;
      return to == 0 ? null : this;
    }
  }
}
