// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Draws of a recipe that are not the order (feistel.h) or lambda (dirichlet.h):
//   crop      (AUGMENT | stream << 8 | way << 16, step, row, 0)  flip = w0 >> 31, dy, dx = (w1, w2 * (2 pad + 1)) >> 32
//   partner   (PARTNER | stream << 8, step, 0, j), j = 0 .. K-2  r = (w0 * (B - 1 - j)) >> 32: the r-th (from 0) of the
//             values 1 .. B-1 that are not yet chosen is shift_{j+1}
// row counts within a way (0 .. B-1); step enters as its low 32 bits. Shift partners have one way (0).
#pragma once

#include "philox.h"
#include "secant.h"

namespace secant {

// shifts (K): 0 and K-1 distinct values of 1 .. B-1.
SECANT_INLINE void partner_shifts(uint64_t seed, int32_t stream, int64_t step, int32_t batch, int32_t ways,
                                  int32_t* shifts) {
  int32_t chosen[SECANT_MAX_WAYS];  // ascending
  const uint32_t purpose = purpose_word(SECANT_PURPOSE_PARTNER, static_cast<uint32_t>(stream), 0);
  shifts[0] = 0;
  for (int32_t j = 0; j + 1 < ways; ++j) {
    const uint32_t word = philox(seed, purpose, static_cast<uint32_t>(step), 0, static_cast<uint32_t>(j)).word[0];
    int32_t value = 1 + static_cast<int32_t>(below(word, static_cast<uint32_t>(batch - 1 - j)));
    int32_t at = 0;
    for (; at < j && chosen[at] <= value; ++at) ++value;
    for (int32_t i = j; i > at; --i) chosen[i] = chosen[i - 1];
    chosen[at] = value;
    shifts[j + 1] = value;
  }
}

struct Crop {
  int32_t dy, dx, flip;
};

// Of source row t: row t mod B of way t / B. All zero where nothing is augmented.
SECANT_INLINE Crop draw_crop(uint64_t seed, int32_t stream, int64_t step, int32_t batch, int32_t flip, int32_t pad,
                             int64_t t) {
  const uint32_t span = 2 * static_cast<uint32_t>(pad) + 1;
  if (span == 1 && flip == 0) return {0, 0, 0};
  const uint32_t purpose =
      purpose_word(SECANT_PURPOSE_AUGMENT, static_cast<uint32_t>(stream), static_cast<uint32_t>(t / batch));
  const Philox p = philox(seed, purpose, static_cast<uint32_t>(step), static_cast<uint32_t>(t % batch), 0);
  return {static_cast<int32_t>(below(p.word[1], span)), static_cast<int32_t>(below(p.word[2], span)),
          flip != 0 ? static_cast<int32_t>(p.word[0] >> 31) : 0};
}

}  // namespace secant
