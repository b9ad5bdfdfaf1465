// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// lambda ~ Dirichlet(alpha), the bits of dirichlet.h: a lane per sample makes the first attempt of every Gamma draw, of
// which 95 to 98 % are accepted; samples with a rejected one draw again, alone, as the text there says.
// Bytes: 4 K written per sample. Arithmetic: per way ten rounds of Philox, three or four logarithms, a cosine, a root
// and an exponential, all in double.

#include "dirichlet.h"

#include "cpu/kernels.h"
#include "cpu/strict_lanes.h"
#include "cpu/strict_wide.h"

namespace secant {
namespace {

constexpr int32_t kSamples = 8;        // of one group
constexpr int32_t kRowsPerChunk = 64;  // a multiple of it

// 32-bit words, each in a lane of 64 bits.
struct WidePhilox {
  WideInt word[4];
};

// philox() of philox.h for many c2.
inline WidePhilox philox_lanes(uint64_t seed, uint32_t purpose, uint32_t step, WideInt sample, uint32_t draw) {
  const WideInt low = all(int64_t{0xFFFFFFFF});
  const WideInt multiplier0 = all(int64_t{0xD2511F53}), multiplier1 = all(int64_t{0xCD9E8D57});
  WideInt c0 = all(int64_t{purpose}), c1 = all(int64_t{step}), c2 = sample, c3 = all(int64_t{draw});
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const WideInt p0 = multiply_low_words(multiplier0, c0), p1 = multiply_low_words(multiplier1, c2);
    c0 = shift_right<32>(p1) ^ c1 ^ all(int64_t{k0});
    c2 = shift_right<32>(p0) ^ c3 ^ all(int64_t{k1});
    c1 = p1 & low;
    c3 = p0 & low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

inline WideDouble uniform_lanes(WideInt word) {
  const WideDouble exact = wide_from_bits(word | all(int64_t{0x4330000000000000})) - all(0x1p52);
  return (exact + all(0.5)) * all(0x1p-32);
}

// The first attempts of one way; accepted is -1 where they count.
inline WideDouble first_attempts(const GammaShape& g, uint64_t seed, uint32_t purpose, uint32_t step, WideInt sample,
                                 uint32_t way, WideInt* accepted) {
  const WidePhilox p = philox_lanes(seed, purpose, step, sample, 64 * way);
  const WideDouble x =
      square_root(all(-2.0) * log_lanes(uniform_lanes(p.word[0]))) * cos_2pi_lanes(uniform_lanes(p.word[1]));
  const WideDouble r = all(1.0) + all(g.c) * x;
  const WideInt positive = r > all(0.0);
  const WideDouble v = wide_select(positive, (r * r) * r, all(1.0));
  const WideDouble l = log_lanes(v);
  const WideDouble bound = (((all(0.5) * x) * x + all(g.d)) - all(g.d) * v) + all(g.d) * l;
  *accepted = positive & (log_lanes(uniform_lanes(p.word[2])) < bound);
  const WideDouble log_g = all(g.log_d) + l;
  return g.alpha < 1.0 ? log_g + log_lanes(uniform_lanes(p.word[3])) / all(g.alpha) : log_g;
}

// What the draws of a call have in common.
struct Draw {
  GammaShape shapes[SECANT_MAX_WAYS];
  uint64_t seed;
  uint32_t purpose, step;
  int32_t ways;
};

// log of the Gamma variates of one way of kSamples samples from `first`.
inline D8 log_gammas(const Draw& d, int32_t way, uint32_t first) {
  double values[kSamples];
  for (int32_t part = 0; part < kSamples; part += kWidePart) {
    int64_t samples[kWidePart], accepted[kWidePart];
    for (int32_t i = 0; i < kWidePart; ++i) samples[i] = static_cast<uint32_t>(first + static_cast<uint32_t>(part + i));
    WideInt sample, good;
    __builtin_memcpy(&sample, samples, sizeof sample);
    const WideDouble drawn =
        first_attempts(d.shapes[way], d.seed, d.purpose, d.step, sample, static_cast<uint32_t>(way), &good);
    __builtin_memcpy(values + part, &drawn, sizeof drawn);
    __builtin_memcpy(accepted, &good, sizeof good);
    for (int32_t i = 0; i < kWidePart; ++i) {
      if (accepted[i] != 0) continue;
      values[part + i] = log_gamma_draw(d.shapes[way], d.seed, d.purpose, d.step, static_cast<uint32_t>(samples[i]),
                                        static_cast<uint32_t>(way));
    }
  }
  D8 lanes;
  __builtin_memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

inline D8 larger(D8 a, D8 b) { return select(b > a, b, a); }

// kSamples rows of lambda (ways each) from sample `first`.
void group(const Draw& d, uint32_t first, float* lambda) {
  D8 g[SECANT_MAX_WAYS];
  for (int32_t k = 0; k < d.ways; ++k) g[k] = log_gammas(d, k, first);
  D8 max = g[0];
  for (int32_t k = 1; k < d.ways; ++k) max = larger(max, g[k]);
  D8 sum = broadcast(0.0);
  for (int32_t k = 0; k < d.ways; ++k) {
    g[k] = exp_nonpositive(g[k] - max);
    sum += g[k];
  }
  for (int32_t k = 0; k < d.ways; ++k) {
    const D8 weight = g[k] / sum;
    for (int32_t i = 0; i < kSamples; ++i) lambda[i * d.ways + k] = static_cast<float>(weight[i]);
  }
}

}  // namespace

namespace SECANT_LEVEL {

void dirichlet(Pool& pool, uint64_t seed, int32_t stream, int64_t step, int32_t rows, int32_t first_row, int32_t ways,
               const double* alpha, float* lambda) {
  Draw draw;
  draw.seed = seed;
  draw.purpose = purpose_word(SECANT_PURPOSE_LAMBDA, static_cast<uint32_t>(stream), 0);
  draw.step = static_cast<uint32_t>(step);
  draw.ways = ways;
  for (int32_t k = 0; k < ways; ++k) draw.shapes[k] = gamma_shape(alpha[k]);
  auto body = [&](int64_t chunk) {
    const int32_t begin = static_cast<int32_t>(chunk * kRowsPerChunk);
    const int32_t end = rows - begin < kRowsPerChunk ? rows : begin + kRowsPerChunk;
    int32_t r = begin;
    for (; end - r >= kSamples; r += kSamples)
      group(draw, static_cast<uint32_t>(first_row + r), lambda + static_cast<int64_t>(r) * ways);
    if (r == end) return;
    float rest[kSamples * SECANT_MAX_WAYS];
    group(draw, static_cast<uint32_t>(first_row + r), rest);
    __builtin_memcpy(lambda + static_cast<int64_t>(r) * ways, rest,
                     static_cast<size_t>(end - r) * static_cast<size_t>(ways) * sizeof(float));
  };
  parallel(pool, (static_cast<int64_t>(rows) + kRowsPerChunk - 1) / kRowsPerChunk, body);
}

}  // namespace SECANT_LEVEL
}  // namespace secant
