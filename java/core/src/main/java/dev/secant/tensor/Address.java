// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import org.bytedeco.javacpp.Pointer;

/** A JavaCPP pointer that refers to memory owned elsewhere. */
final class Address extends Pointer {
  Address(long address, long bytes) {
    this.address = address;
    this.capacity = bytes;
    this.limit = bytes;
  }
}
