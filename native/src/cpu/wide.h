// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Eight doubles as so many vectors of the level's own width. The order of every operation is that of D8 (lanes.h), so
// the bits are too; but gcc turns arithmetic on vectors wider than a register into round trips through the stack.
#pragma once

#include <immintrin.h>

#include "cpu/lanes.h"

namespace secant {
namespace {

#if defined(__AVX512F__)
constexpr int kWidePart = 8;
typedef __m512d WideDouble;
// The masked form: gcc 12 warns about the plain one and takes the generic conversion apart.
inline WideDouble wide_part(const float* p) { return _mm512_maskz_cvtps_pd(0xFF, _mm256_loadu_ps(p)); }
inline WideDouble wide_part(const uint16_t* p) {
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm512_maskz_cvtps_pd(0xFF, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16)));
}
#elif defined(__AVX2__)
constexpr int kWidePart = 4;
typedef __m256d WideDouble;
inline WideDouble wide_part(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
inline WideDouble wide_part(const uint16_t* p) {
  const __m128i halves = _mm_loadu_si64(p);
  return _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(halves), 16)));
}
#else
constexpr int kWidePart = 2;
typedef __m128d WideDouble;
inline WideDouble wide_part(const float* p) { return _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadu_si64(p))); }
inline WideDouble wide_part(const uint16_t* p) {
  const __m128i halves = _mm_loadu_si32(p);
  return _mm_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(halves), 16)));
}
#endif

constexpr int kWideParts = 8 / kWidePart;

// Each rounded to the nearest float.
inline void narrow_part(float* to, WideDouble v) {
#if defined(__AVX512F__)
  _mm256_storeu_ps(to, _mm512_maskz_cvtpd_ps(0xFF, v));
#elif defined(__AVX2__)
  _mm_storeu_ps(to, _mm256_cvtpd_ps(v));
#else
  const __m128 low = _mm_cvtpd_ps(v);
  __builtin_memcpy(to, &low, 2 * sizeof *to);
#endif
}

struct Wide {
  WideDouble part[kWideParts];
};

// Eight values: float, or bf16 as its bits.
template <typename T>
inline Wide widen(const T* p) {
  Wide w;
  for (int i = 0; i < kWideParts; ++i) w.part[i] = wide_part(p + i * kWidePart);
  return w;
}
[[maybe_unused]] inline void narrow(float* to, const Wide& w) {
  for (int i = 0; i < kWideParts; ++i) narrow_part(to + i * kWidePart, w.part[i]);
}
[[maybe_unused]] inline Wide wide_zero() {
  Wide w;
  for (int i = 0; i < kWideParts; ++i) w.part[i] = WideDouble{};
  return w;
}
[[maybe_unused]] inline Wide operator+(Wide a, Wide b) {
  for (int i = 0; i < kWideParts; ++i) a.part[i] += b.part[i];
  return a;
}
[[maybe_unused]] inline Wide operator-(Wide a, Wide b) {
  for (int i = 0; i < kWideParts; ++i) a.part[i] -= b.part[i];
  return a;
}
[[maybe_unused]] inline Wide operator*(Wide a, Wide b) {
  for (int i = 0; i < kWideParts; ++i) a.part[i] *= b.part[i];
  return a;
}
[[maybe_unused]] inline Wide operator*(double s, Wide a) {
  for (int i = 0; i < kWideParts; ++i) a.part[i] = s * a.part[i];
  return a;
}
// The tree of lane_sum(D8).
[[maybe_unused]] inline double lane_sum(const Wide& w) {
  double v[8];
  __builtin_memcpy(v, &w, sizeof v);
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

}  // namespace
}  // namespace secant
