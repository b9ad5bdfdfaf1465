// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include "context.h"

#include <cstdlib>
#include <new>

secant_context::secant_context(const secant::DeviceOps& device_ops_, secant::Device* device_)
    : pool(1),
      level(0),
      ops(secant::ops_for(2)),
      operations(secant::device_operations),
      device_ops(&device_ops_),
      device(device_) {}

secant_context::~secant_context() {
  if (device != nullptr) device_ops->destroy(device);
  std::free(scratch_);
}

void* secant_context::scratch(int64_t bytes) {
  if (bytes <= scratch_bytes_) return scratch_;
  const size_t rounded = (static_cast<size_t>(bytes) + 63) / 64 * 64;
  void* grown = std::aligned_alloc(64, rounded);
  if (grown == nullptr) throw std::bad_alloc();
  std::free(scratch_);
  scratch_ = grown;
  scratch_bytes_ = static_cast<int64_t>(rounded);
  return scratch_;
}

namespace secant {

int32_t cpu_level() {
  __builtin_cpu_init();
#ifdef __clang__  // knows no names of levels before its version 17
  const bool v2 = __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("ssse3") &&
                  __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2");
  const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
#else
  const bool v2 = __builtin_cpu_supports("x86-64-v2");
  const bool v3 = __builtin_cpu_supports("x86-64-v3");
  const bool v4 = __builtin_cpu_supports("x86-64-v4");
#endif
#ifdef SECANT_WITHOUT_LEVEL_4
  if (v4) return 3;
#endif
  return v4 ? 4 : v3 ? 3 : v2 ? 2 : 1;
}

const Ops& ops_for(int32_t level) {
  switch (level) {
#ifndef SECANT_WITHOUT_LEVEL_4
    case 4:
      return v4::ops;
#endif
    case 3:
      return v3::ops;
    default:
      return v2::ops;
  }
}

}  // namespace secant
