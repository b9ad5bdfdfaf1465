// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "device_ops.h"
#include "error.h"
#include "operations.h"
#include "ops.h"
#include "pool.h"

// What a handle of the C API points to. A CPU context is a thread pool, the kernels of one instruction level, and
// scratch memory that grows to the largest request and stays. A CUDA context is a device of libsecant_cuda; its pool
// has one thread and is not used.
struct secant_context {
  secant_context(int32_t threads, int32_t level_, const secant::Ops& ops_)
      : pool(threads), level(level_), ops(ops_), operations(secant::cpu_operations) {}
  secant_context(const secant::DeviceOps& device_ops_, secant::Device* device_);
  ~secant_context();
  secant_context(const secant_context&) = delete;
  secant_context& operator=(const secant_context&) = delete;

  // At least `bytes` bytes, 64-byte aligned, valid until the next call. Throws std::bad_alloc. CPU contexts only.
  void* scratch(int64_t bytes);

  // Buffers are host memory, so what they hold can be checked before anything is written.
  bool on_host() const { return device == nullptr; }

  secant::Pool pool;
  int32_t level;  // 0 on a CUDA context
  const secant::Ops& ops;
  const secant::Operations& operations;
  int32_t type = SECANT_FLOAT32;  // of activations
  const secant::DeviceOps* device_ops = nullptr;
  secant::Device* device = nullptr;

 private:
  void* scratch_ = nullptr;
  int64_t scratch_bytes_ = 0;
};

namespace secant {
// Throws what a function of the device's table reported.
inline void check_device(const secant_context& context, int32_t status) {
  if (status != SECANT_OK) throw Error(status, context.device_ops->error(context.device));
}

int32_t cpu_level();
const Ops& ops_for(int32_t level);
// Loads libsecant_cuda from an absolute path and makes a context on the device. Throws secant::Error with the reason.
secant_context* create_device_context(const char* library_path, int32_t ordinal, void* stream);
}  // namespace secant
