// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Vectors of the level's own width, for kernels in which no lane ever meets another: there the order of the operations
// of a lane does not depend on how many lanes go together, so the width may differ between levels and the bits do not.
// (Measured: on AVX2 gcc turns arithmetic on 64-byte vectors into round trips through the stack, 4 times slower.)
//
// A kernel body takes the number of whole vectors it keeps per operand, G, as a template argument; G = 0 stands for one
// vector of which only the first n lanes are memory, the others zero.
#pragma once

#include <immintrin.h>

#include "cpu/lanes.h"
#include "portable_bf16.h"
#include "secant.h"

namespace secant {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kBlock = 4;  // 32 registers
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kBlock = 2;  // 16 registers
#else
constexpr int kLanes = 4;
constexpr int kBlock = 2;
#endif

typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef float HalfFloats __attribute__((vector_size(2 * kLanes)));
typedef double Doubles __attribute__((vector_size(4 * kLanes)));  // half as many lanes

template <int G>
struct Width {
  static constexpr int kWidth = G;
  static constexpr int kVectors = G == 0 ? 1 : G;
};

template <int G>
inline Floats load(const float* p, int g, int64_t n) {
  Floats v = {};
  if constexpr (G > 0) {
    __builtin_memcpy(&v, p + kLanes * g, sizeof v);
  } else {
    __builtin_memcpy(&v, p, sizeof(float) * static_cast<uint64_t>(n));
  }
  return v;
}

template <int G>
inline void store(float* p, int g, int64_t n, Floats v) {
  if constexpr (G > 0) {
    __builtin_memcpy(p + kLanes * g, &v, sizeof v);
  } else {
    __builtin_memcpy(p, &v, sizeof(float) * static_cast<uint64_t>(n));
  }
}

// bf16 as its bits: widened by a shift; rounded to nearest, ties to even, NaN to 0x7fff, as bf16_bits does. Spelled
// out, for gcc takes conversions of generic vectors apart.
#if defined(__AVX512F__)
typedef __m256i Halves;
inline __m512i widened(Halves h) { return _mm512_maskz_slli_epi32(0xFFFF, _mm512_maskz_cvtepu16_epi32(0xFFFF, h), 16); }
inline Halves narrowed(__m512i words) { return _mm512_maskz_cvtepi32_epi16(0xFFFF, words); }
#elif defined(__AVX2__)
typedef __m128i Halves;
inline __m256i widened(Halves h) { return _mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16); }
inline Halves narrowed(__m256i words) {
  return _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}
#else
typedef int64_t Halves;
inline __m128i widened(Halves h) { return _mm_slli_epi32(_mm_cvtepu16_epi32(_mm_cvtsi64_si128(h)), 16); }
inline Halves narrowed(__m128i words) { return _mm_cvtsi128_si64(_mm_packus_epi32(words, words)); }
#endif
typedef uint32_t Words __attribute__((vector_size(4 * kLanes)));

template <int G>
inline Floats load(const uint16_t* p, int g, int64_t n) {
  Halves h = {};
  if constexpr (G > 0) {
    __builtin_memcpy(&h, p + kLanes * g, sizeof h);
  } else {
    __builtin_memcpy(&h, p, sizeof(uint16_t) * static_cast<uint64_t>(n));
  }
  return reinterpret_cast<Floats>(widened(h));
}

// The bits of each lane rounded to bf16, in the lower half.
[[maybe_unused]] inline Words bf16_words(Floats v) {
  const Words bits = reinterpret_cast<Words>(v);
  const Words rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return v == v ? rounded : Words{} + 0x7fffu;
}

template <int G>
inline void store(uint16_t* p, int g, int64_t n, Floats v) {
  const Halves h = narrowed(reinterpret_cast<decltype(widened(Halves()))>(bf16_words(v)));
  if constexpr (G > 0) {
    __builtin_memcpy(p + kLanes * g, &h, sizeof h);
  } else {
    __builtin_memcpy(p, &h, sizeof(uint16_t) * static_cast<uint64_t>(n));
  }
}

// What a tensor of T holds of a value.
template <typename T>
inline Floats held(Floats v) {
  if constexpr (sizeof(T) == sizeof(float)) return v;
  return reinterpret_cast<Floats>(bf16_words(v) << 16);
}
template <typename T>
inline float held(float v) {
  if constexpr (sizeof(T) == sizeof(float)) return v;
  return bf16_value(bf16_bits(v));
}

[[maybe_unused]] inline float to_value(float v) { return v; }
[[maybe_unused]] inline float to_value(uint16_t bits) { return bf16_value(bits); }

// body(T()) with the storage type of activations: float, or uint16_t for bf16.
template <typename Body>
inline void with_type(int32_t type, Body body) {
  if (type == SECANT_BFLOAT16) {
    body(uint16_t());
  } else {
    body(float());
  }
}

// Lower (0) or upper (1) half of the lanes, in double.
[[maybe_unused]] inline Doubles half(Floats v, int h) {
  HalfFloats part;
  __builtin_memcpy(&part, reinterpret_cast<const char*>(&v) + sizeof part * static_cast<uint64_t>(h), sizeof part);
  return __builtin_convertvector(part, Doubles);
}

[[maybe_unused]] inline Doubles load_doubles(const double* p) {
  Doubles v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
[[maybe_unused]] inline void store_doubles(double* p, Doubles v) { __builtin_memcpy(p, &v, sizeof v); }

// The IEEE square root of each lane.
[[maybe_unused]] inline Floats square_root(Floats x) {
#if defined(__AVX512F__)
  return reinterpret_cast<Floats>(_mm512_maskz_sqrt_ps(0xFFFF, reinterpret_cast<__m512>(x)));  // plain form: gcc warns
#elif defined(__AVX2__)
  return reinterpret_cast<Floats>(_mm256_sqrt_ps(reinterpret_cast<__m256>(x)));
#else
  return reinterpret_cast<Floats>(_mm_sqrt_ps(reinterpret_cast<__m128>(x)));
#endif
}

// visit(Width<G>, first, n) over [0, count): as many wide blocks as fit, then one vector at a time, then n lanes.
template <typename Visit>
inline void for_blocks(int64_t count, Visit visit) {
  int64_t c = 0;
  for (; c + kLanes * kBlock <= count; c += kLanes * kBlock) visit(Width<kBlock>(), c, kLanes * kBlock);
  if constexpr (kBlock > 2) {
    if (c + kLanes * 2 <= count) {
      visit(Width<2>(), c, kLanes * 2);
      c += kLanes * 2;
    }
  }
  for (; c + kLanes <= count; c += kLanes) visit(Width<1>(), c, kLanes);
  if (c < count) visit(Width<0>(), c, count - c);
}

[[maybe_unused]] inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
[[maybe_unused]] inline int64_t chunks_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

}  // namespace
}  // namespace secant
