// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A keyed permutation of [0, M) without a table: the order of one pass over M members.
//
//   b = smallest integer >= 1 with 2^(2b) >= M
//   permute(p), p in [0, M):
//     v = p
//     do
//       L = v >> b;  R = v & (2^b - 1)
//       for round = 0 .. 7:
//         F = word 0 of Philox(key = seed, counter = (ORDER | stream << 8 | way << 16, pass, round, R)) & (2^b - 1)
//         (L, R) = (R, L ^ F)
//       v = L << b | R
//     while v >= M          (cycle walking; at most 4 tries on average)
//     return v
//
// Position i of the endless sequence: pass = i / M as uint32, p = i mod M.
#pragma once

#include <stdint.h>

#include "philox.h"

namespace secant {

SECANT_INLINE int32_t feistel_half_bits(int64_t count) {
  int32_t b = 1;
  while ((static_cast<int64_t>(1) << (2 * b)) < count) ++b;
  return b;
}

// count in [1, 2^31]; purpose = purpose_word(SECANT_PURPOSE_ORDER, stream, way); half_bits = feistel_half_bits(count).
SECANT_INLINE uint32_t feistel_permute(uint64_t seed, uint32_t purpose, uint32_t pass, int32_t half_bits, int64_t count,
                                       uint32_t position) {
  const uint32_t mask = (1u << half_bits) - 1;
  uint32_t v = position;
  do {
    uint32_t left = v >> half_bits;
    uint32_t right = v & mask;
    for (uint32_t round = 0; round < 8; ++round) {
      const uint32_t next = left ^ (philox(seed, purpose, pass, round, right).word[0] & mask);
      left = right;
      right = next;
    }
    v = left << half_bits | right;
  } while (v >= count);
  return v;
}

}  // namespace secant
