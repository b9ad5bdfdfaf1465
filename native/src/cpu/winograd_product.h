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

// What a block multiplies: `panels` times `count` values of k. a: value k of row r of panel q is at a[q * a_panel + r *
// Row + k * Step]; b: row k of panel q has its p-th 16 columns at b[p * b_panel + (q * count + k) * kPanel].
struct Operands {
  const float* a;
  int64_t a_panel;
  const float* b;
  int64_t b_panel;
  int64_t panels, count;  // at least 1
};

// Row r, 16 columns p of the product to to[p * to_panel + r * kPanel], or added to what is there. A function of its
// own, so that all registers are for it. Unrolled, for sums that an index chooses lie in memory.
template <int R, int P, int Row, int Step, bool Add>
__attribute__((noinline)) void multiply_block(const Operands& k, float* to, int64_t to_panel) {
  constexpr int V = P * kPanelVectors;
  const float *a = k.a, *b = k.b;
  const int64_t b_panel = k.b_panel, next = k.a_panel - k.count * Step;
  Floats sum[R][V];
#pragma GCC unroll 24
  for (int i = 0; i < R * V; ++i) sum[i / V][i % V] = Floats{};
  int64_t panels = k.panels;
  do {
    int64_t count = k.count;
    do {
      Floats column[V];
      for (int v = 0; v < V; ++v) column[v] = load<1>(b + v / kPanelVectors * b_panel, v % kPanelVectors, 0);
      for (int r = 0; r < R; ++r) {
        for (int v = 0; v < V; ++v) sum[r][v] = fused(a[r * Row], column[v], sum[r][v]);
      }
      a += Step;
      b += kPanel;
    } while (--count > 0);
    a += next;
  } while (--panels > 0);
#pragma GCC unroll 24
  for (int i = 0; i < R * V; ++i) {
    const int r = i / V, v = i % V;
    float* at = to + v / kPanelVectors * to_panel + r * kPanel;
    if constexpr (Add) sum[r][v] = load<1>(at, v % kPanelVectors, 0) + sum[r][v];
    store<1>(at, v % kPanelVectors, 0, sum[r][v]);
  }
}

}  // namespace
}  // namespace secant
