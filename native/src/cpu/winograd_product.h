// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The products of Winograd's convolution: R rows by P panels of 16 columns in registers, one chain of fused operations
// an element in the order of k. The chain is the same whatever R, P and the width of a vector are, so these are the
// level's own: as many as its registers hold.
#pragma once

#include "cpu/native.h"
#include "cpu/winograd_transform.h"

#if !defined(__FMA__)
#error "needs fused multiply-adds"
#endif

namespace secant {
namespace {

constexpr int kPanelVectors = static_cast<int>(kPanel) / kLanes;
#if defined(__AVX512F__)
constexpr int kRows = 12, kPanels = 2;  // 24 of 32 registers
#else
constexpr int kRows = 6, kPanels = 1;  // 12 of 16
#endif

inline Floats fused(float a, Floats b, Floats c) {
#if defined(__AVX512F__)
  return reinterpret_cast<Floats>(
      _mm512_fmadd_ps(_mm512_set1_ps(a), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(c)));
#else
  return reinterpret_cast<Floats>(
      _mm256_fmadd_ps(_mm256_set1_ps(a), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(c)));
#endif
}

template <int R, int P>
struct Block {
  static constexpr int kVectors = P * kPanelVectors;
  Floats sum[R][kVectors];
};

// block += a b over `count` values of k: a's row r at a[r * Row + k * Step], panel p of b's row k at b[p * panel + k *
// kPanel].
template <int Row, int Step, int R, int P>
inline void accumulate(Block<R, P>& block, const float* a, const float* b, int64_t panel, int64_t count) {
  constexpr int V = Block<R, P>::kVectors;
  for (int64_t k = 0; k < count; ++k, a += Step, b += kPanel) {
    Floats column[V];
    for (int v = 0; v < V; ++v) column[v] = load<1>(b + v / kPanelVectors * panel, v % kPanelVectors, 0);
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) block.sum[r][v] = fused(a[r * Row], column[v], block.sum[r][v]);
    }
  }
}

// Row r of panel p to `to`[p * panel + r * kPanel].
template <int R, int P>
inline void keep(const Block<R, P>& block, float* to, int64_t panel) {
  constexpr int V = Block<R, P>::kVectors;
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) {
      store<1>(to + v / kPanelVectors * panel + r * kPanel, v % kPanelVectors, 0, block.sum[r][v]);
    }
  }
}

// The same, added to what is there.
template <int R, int P>
inline void add_to(const Block<R, P>& block, float* to, int64_t panel) {
  constexpr int V = Block<R, P>::kVectors;
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) {
      float* at = to + v / kPanelVectors * panel + r * kPanel;
      store<1>(at, v % kPanelVectors, 0, load<1>(at, v % kPanelVectors, 0) + block.sum[r][v]);
    }
  }
}

}  // namespace
}  // namespace secant
