// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "ops.h"
#include "pool.h"

// What a handle of the C API points to: a thread pool, the kernels of one instruction level, and scratch memory that
// grows to the largest request and stays.
struct secant_context {
  secant_context(int32_t threads, int32_t level_, const secant::Ops& ops_) : pool(threads), level(level_), ops(ops_) {}
  ~secant_context();
  secant_context(const secant_context&) = delete;
  secant_context& operator=(const secant_context&) = delete;

  // At least `bytes` bytes, 64-byte aligned, valid until the next call. Throws std::bad_alloc.
  void* scratch(int64_t bytes);

  secant::Pool pool;
  int32_t level;
  const secant::Ops& ops;

 private:
  void* scratch_ = nullptr;
  int64_t scratch_bytes_ = 0;
};

namespace secant {
int32_t cpu_level();
const Ops& ops_for(int32_t level);
}  // namespace secant
