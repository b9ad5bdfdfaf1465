// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Vectors at the end of an array: the first n of 16 lanes are memory, the others are zero. A kernel body takes the number
// of whole vectors it keeps in registers, G, as a template argument; G = 0 stands for one partial vector. The order of
// operations of a lane never depends on G, so G may differ between instruction levels.
#pragma once

#include "cpu/lanes.h"

namespace secant {
namespace {

#if defined(__AVX512F__)
constexpr int kBlock = 4;  // vectors of 16 floats a kernel keeps for each of its operands: 32 registers of 64 bytes
#else
constexpr int kBlock = 1;
#endif

template <int G>
struct Width {
  static constexpr int kWidth = G;
  static constexpr int kVectors = G == 0 ? 1 : G;
};

template <int G>
inline F16 load(const float* p, int g, int64_t n) {
  if constexpr (G > 0) {
    return load16(p + 16 * g);
  } else {
    F16 v = {};
    __builtin_memcpy(&v, p, sizeof(float) * static_cast<uint64_t>(n));
    return v;
  }
}

template <int G>
inline void store(float* p, int g, int64_t n, F16 v) {
  if constexpr (G > 0) {
    store16(p + 16 * g, v);
  } else {
    __builtin_memcpy(p, &v, sizeof(float) * static_cast<uint64_t>(n));
  }
}

// visit(Width<G>, first, n) over [0, count): as many wide blocks as fit, then one vector at a time, then n < 16 lanes.
template <typename Visit>
inline void for_blocks(int64_t count, Visit visit) {
  int64_t c = 0;
  for (; c + 16 * kBlock <= count; c += 16 * kBlock) visit(Width<kBlock>(), c, 16 * kBlock);
  if constexpr (kBlock > 2) {
    if (c + 32 <= count) {
      visit(Width<2>(), c, 32);
      c += 32;
    }
  }
  for (; c + 16 <= count; c += 16) visit(Width<1>(), c, 16);
  if (c < count) visit(Width<0>(), c, count - c);
}

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t chunks_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

}  // namespace
}  // namespace secant
