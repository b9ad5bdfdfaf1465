// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// float to bf16 and back: to bf16 rounded to nearest, ties to even; to float exactly. 6 bytes moved per value.

#include "cpu/kernels.h"
#include "cpu/native.h"

namespace secant::SECANT_LEVEL {
namespace {

constexpr int64_t kChunkValues = 32768;

template <typename From, typename To>
void convert(Pool& pool, int64_t count, const From* from, To* to) {
  auto body = [&](int64_t chunk) {
    const int64_t begin = chunk * kChunkValues;
    for_blocks(smaller(kChunkValues, count - begin), [&](auto width, int64_t i, int64_t n) {
      constexpr int G = decltype(width)::kWidth;
      for (int g = 0; g < Width<G>::kVectors; ++g) store<G>(to + begin + i, g, n, load<G>(from + begin + i, g, n));
    });
  };
  parallel(pool, chunks_of(count, kChunkValues), body);
}

}  // namespace

void to_bf16(Pool& pool, int64_t count, const float* from, uint16_t* to) { convert(pool, count, from, to); }
void from_bf16(Pool& pool, int64_t count, const uint16_t* from, float* to) { convert(pool, count, from, to); }

}  // namespace secant::SECANT_LEVEL
