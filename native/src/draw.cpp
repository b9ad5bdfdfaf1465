// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Order, augmentation, partners and lambda of a batch. Every draw depends on its counter alone:
//   order     feistel.h                                         at position t * B + row of the sequence
//   crop      (AUGMENT | stream << 8 | way << 16, step, row, 0)  flip = w0 >> 31, dy, dx = (w1, w2 * (2 pad + 1)) >> 32
//   partner   (PARTNER | stream << 8, step, 0, j), j = 0 .. K-2  r = (w0 * (B - 1 - j)) >> 32: the r-th (from 0) of the
//             values 1 .. B-1 that are not yet chosen is shift_{j+1}
//   lambda    dirichlet.h
// row counts within a way (0 .. B-1); step and pass enter as their low 32 bits. Shift partners have one way (0).

#include "draw.h"

#include <algorithm>
#include <cstring>

#include "dirichlet.h"
#include "feistel.h"
#include "philox.h"

namespace secant {

namespace {

constexpr int32_t kRowsPerChunk = 16;

template <typename Body>
void over_rows(Pool& pool, int64_t rows, Body body) {
  struct Call {
    Body& body;
    int64_t rows;
  } call{body, rows};
  pool.run((rows + kRowsPerChunk - 1) / kRowsPerChunk,
           [](void* argument, int64_t chunk) {
             const Call& c = *static_cast<Call*>(argument);
             const int64_t end = std::min(c.rows, (chunk + 1) * kRowsPerChunk);
             for (int64_t row = chunk * kRowsPerChunk; row < end; ++row) c.body(row);
           },
           &call);
}

// shifts (K): 0 and K-1 distinct values of 1 .. B-1.
void draw_shifts(const secant_recipe& recipe, int64_t step, int32_t* shifts) {
  int32_t chosen[SECANT_MAX_WAYS];  // ascending
  const uint32_t purpose = purpose_word(SECANT_PURPOSE_PARTNER, static_cast<uint32_t>(recipe.stream), 0);
  shifts[0] = 0;
  for (int32_t j = 0; j + 1 < recipe.ways; ++j) {
    const Philox p = philox(recipe.seed, purpose, static_cast<uint32_t>(step), 0, static_cast<uint32_t>(j));
    int32_t value = 1 + static_cast<int32_t>(below(p.word[0], static_cast<uint32_t>(recipe.batch - 1 - j)));
    int32_t at = 0;
    for (; at < j && chosen[at] <= value; ++at) ++value;
    std::memmove(chosen + at + 1, chosen + at, static_cast<size_t>(j - at) * sizeof(int32_t));
    chosen[at] = value;
    shifts[j + 1] = value;
  }
}

void draw_crops(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* crops) {
  const uint32_t span = 2 * static_cast<uint32_t>(recipe.pad) + 1;
  const int64_t sources = source_rows(recipe);
  if (span == 1 && recipe.flip == 0) {
    std::memset(crops, 0, static_cast<size_t>(sources) * 3 * sizeof(int32_t));
    return;
  }
  over_rows(pool, sources, [&](int64_t t) {
    const uint32_t purpose = purpose_word(SECANT_PURPOSE_AUGMENT, static_cast<uint32_t>(recipe.stream),
                                          static_cast<uint32_t>(t / recipe.batch));
    const Philox p =
        philox(recipe.seed, purpose, static_cast<uint32_t>(step), static_cast<uint32_t>(t % recipe.batch), 0);
    crops[3 * t] = static_cast<int32_t>(below(p.word[1], span));
    crops[3 * t + 1] = static_cast<int32_t>(below(p.word[2], span));
    crops[3 * t + 2] = recipe.flip != 0 ? static_cast<int32_t>(p.word[0] >> 31) : 0;
  });
}

void draw_rows(const secant_recipe& recipe, int64_t step, int32_t* rows) {
  int32_t shifts[SECANT_MAX_WAYS] = {0};
  const bool shift = recipe.partners == SECANT_PARTNERS_SHIFT;
  if (shift) draw_shifts(recipe, step, shifts);
  for (int32_t b = 0; b < recipe.batch; ++b) {
    for (int32_t k = 0; k < recipe.ways; ++k) {
      const int64_t shifted = (static_cast<int64_t>(b) + shifts[k]) % recipe.batch;
      *rows++ = shift ? static_cast<int32_t>(shifted) : k * recipe.batch + b;
    }
  }
}

}  // namespace

void draw_lambda(Pool& pool, uint64_t seed, int32_t stream, int64_t step, int32_t rows, int32_t first_row, int32_t ways,
                 const double* alpha, float* lambda) {
  const uint32_t purpose = purpose_word(SECANT_PURPOSE_LAMBDA, static_cast<uint32_t>(stream), 0);
  GammaShape shapes[SECANT_MAX_WAYS];
  for (int32_t k = 0; k < ways; ++k) shapes[k] = gamma_shape(alpha[k]);
  over_rows(pool, rows, [&](int64_t r) {
    dirichlet_draw(shapes, ways, seed, purpose, static_cast<uint32_t>(step), static_cast<uint32_t>(first_row + r),
                   lambda + r * ways);
  });
}

void draw_indices(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* indices) {
  const int64_t count = recipe.member_count;
  const int32_t half_bits = feistel_half_bits(count);
  const int64_t first = step * recipe.batch;
  over_rows(pool, source_rows(recipe), [&](int64_t t) {
    const int64_t position = first + t % recipe.batch;
    const uint32_t purpose = purpose_word(SECANT_PURPOSE_ORDER, static_cast<uint32_t>(recipe.stream),
                                          static_cast<uint32_t>(t / recipe.batch));
    const uint32_t pass = static_cast<uint32_t>(position / count);
    indices[t] = recipe.members[feistel_permute(recipe.seed, purpose, pass, half_bits, count,
                                                static_cast<uint32_t>(position % count))];
  });
}

void draw_rest(Pool& pool, const secant_recipe& recipe, int64_t step, const secant_draws& draws) {
  draw_crops(pool, recipe, step, draws.crops);
  draw_rows(recipe, step, draws.rows);
  const bool per_sample = recipe.lambda_scope == SECANT_LAMBDA_SAMPLE;
  draw_lambda(pool, recipe.seed, recipe.stream, step, per_sample ? recipe.batch : 1, 0, recipe.ways, recipe.alpha,
              draws.lambda);
  if (per_sample) return;
  for (int64_t i = recipe.ways; i < static_cast<int64_t>(recipe.batch) * recipe.ways; ++i) {
    draws.lambda[i] = draws.lambda[i - recipe.ways];
  }
}

}  // namespace secant
