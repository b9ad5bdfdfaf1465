// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// bfloat16 as 16 bits: the upper half of a float, rounded to nearest, ties to even; NaN becomes 0x7fff, as on the GPU.
#pragma once

#include <stdint.h>
#include <string.h>

#include "portable.h"

namespace secant {

SECANT_INLINE uint16_t bf16_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

SECANT_INLINE float bf16_value(uint16_t half) {
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

}  // namespace secant
