// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A keyed bijection
// of 128-bit counters, so a draw depends on nothing but its key and counter.
#pragma once

#include <stdint.h>

#include "portable.h"

namespace secant {

struct Philox {
  uint32_t word[4];
};

// key = seed (low word, high word); counter = (c0, c1, c2, c3).
SECANT_INLINE Philox philox(uint64_t seed, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  uint32_t k0 = static_cast<uint32_t>(seed);
  uint32_t k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = static_cast<uint64_t>(0xD2511F53u) * c0;
    const uint64_t p1 = static_cast<uint64_t>(0xCD9E8D57u) * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// First counter word: what the draw is for.
SECANT_INLINE uint32_t purpose_word(uint32_t purpose, uint32_t stream, uint32_t way) {
  return purpose | stream << 8 | way << 16;
}

// In (0, 1), never an end point: (w + 0.5) * 2^-32, exact in double.
SECANT_INLINE double uniform(uint32_t word) { return (word + 0.5) * 0x1p-32; }

// An integer in [0, n): (w * n) >> 32.
SECANT_INLINE uint32_t below(uint32_t word, uint32_t n) {
  return static_cast<uint32_t>((static_cast<uint64_t>(word) * n) >> 32);
}

}  // namespace secant
