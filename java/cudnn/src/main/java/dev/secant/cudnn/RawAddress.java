// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import org.bytedeco.javacpp.Pointer;

/** A JavaCPP pointer that refers to memory owned elsewhere. */
final class RawAddress extends Pointer {
  RawAddress(long address) {
    this.address = address;
  }
}
