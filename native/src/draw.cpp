// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Order, augmentation and partners of a batch. Every draw depends on its counter alone:
//   order          feistel.h: position t * B + row
//   crop, partner  partners.h

#include "draw.h"

#include <algorithm>

#include "feistel.h"
#include "partners.h"
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

void draw_crops(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* crops) {
  over_rows(pool, source_rows(recipe), [&](int64_t t) {
    const Crop crop = draw_crop(recipe.seed, recipe.stream, step, recipe.batch, recipe.flip, recipe.pad, t);
    crops[3 * t] = crop.dy;
    crops[3 * t + 1] = crop.dx;
    crops[3 * t + 2] = crop.flip;
  });
}

void draw_rows(const secant_recipe& recipe, int64_t step, int32_t* rows) {
  int32_t shifts[SECANT_MAX_WAYS] = {0};
  const bool shift = recipe.partners == SECANT_PARTNERS_SHIFT;
  if (shift) partner_shifts(recipe.seed, recipe.stream, step, recipe.batch, recipe.ways, shifts);
  for (int32_t b = 0; b < recipe.batch; ++b) {
    for (int32_t k = 0; k < recipe.ways; ++k) {
      const int64_t shifted = (static_cast<int64_t>(b) + shifts[k]) % recipe.batch;
      *rows++ = shift ? static_cast<int32_t>(shifted) : k * recipe.batch + b;
    }
  }
}

}  // namespace

void draw_indices(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* indices) {
  const int64_t count = recipe.member_count;
  const int32_t half_bits = feistel_half_bits(count);
  const int64_t first = step * recipe.batch;
  over_rows(pool, source_rows(recipe), [&](int64_t t) {
    const int64_t position = first + t % recipe.batch;
    const uint32_t purpose = purpose_word(SECANT_PURPOSE_ORDER, static_cast<uint32_t>(recipe.stream),
                                          static_cast<uint32_t>(t / recipe.batch));
    indices[t] = recipe.members[feistel_permute(recipe.seed, purpose, static_cast<uint32_t>(position / count),
                                                half_bits, count, static_cast<uint32_t>(position % count))];
  });
}

void draw_places(Pool& pool, const secant_recipe& recipe, int64_t step, const secant_draws& draws) {
  draw_crops(pool, recipe, step, draws.crops);
  draw_rows(recipe, step, draws.rows);
}

}  // namespace secant
