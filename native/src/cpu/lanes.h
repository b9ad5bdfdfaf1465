// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Fixed-width vectors of the kernels: 16 floats, 8 doubles, at every instruction level (the compiler splits them where
// registers are narrower), so that the order of every operation, and with it every bit, is the same. Everything here is
// in an anonymous namespace: kernel objects must not share inline functions across levels.
#pragma once

#include <cstdint>

#include "pool.h"

namespace secant {
namespace {

typedef float F16 __attribute__((vector_size(64)));
typedef double D8 __attribute__((vector_size(64)));
typedef float F8 __attribute__((vector_size(32)));
typedef int32_t I16 __attribute__((vector_size(64)));

[[maybe_unused]] inline F16 load16(const float* p) {
  F16 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
[[maybe_unused]] inline void store16(float* p, F16 v) { __builtin_memcpy(p, &v, sizeof v); }
[[maybe_unused]] inline F8 load8(const float* p) {
  F8 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
[[maybe_unused]] inline D8 widen(F8 v) { return __builtin_convertvector(v, D8); }

// Sum of lanes in one fixed tree order.
[[maybe_unused]] inline double lane_sum(D8 v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// Runs body(chunk) for each chunk of [0, chunks) on the pool.
template <typename Body>
void parallel(Pool& pool, int64_t chunks, Body& body) {
  pool.run(
      chunks, [](void* b, int64_t chunk) { (*static_cast<Body*>(b))(chunk); }, &body);
}

}  // namespace
}  // namespace secant
