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
