// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.EnumSet;
import java.util.Set;

/** What cuDNN says about an engine's arithmetic, in the order of its enumeration. */
enum NumericalNote {
  TENSOR_CORE,
  DOWN_CONVERT_INPUTS,
  REDUCED_PRECISION_REDUCTION,
  FFT,
  NONDETERMINISTIC,
  WINOGRAD,
  WINOGRAD_TILE_4X4,
  WINOGRAD_TILE_6X6,
  WINOGRAD_TILE_13X13,
  STRICT_NAN_PROP,
  /** A note that a newer cuDNN added. */
  UNKNOWN;

  static Set<NumericalNote> of(int... ids) {
    Set<NumericalNote> notes = EnumSet.noneOf(NumericalNote.class);
    for (int id : ids) notes.add(id < UNKNOWN.ordinal() ? values()[id] : UNKNOWN);
    return notes;
  }
}
