// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The few calls of the CUDA runtime that device.cu makes, for the emulated library. Four devices: 0 ascending and
// 1 descending thread order with the shared memory of an H200, 2 and 3 the same with 48 KB, which sends kernels down
// their paths for small devices. All four must give the same bits.
#pragma once

#include <cstdlib>
#include <cstring>

#include "emulation.h"

typedef struct EmulatedStream* cudaStream_t;
typedef int cudaError_t;
constexpr cudaError_t cudaSuccess = 0;

namespace emulation {

constexpr int kDevices = 4;
inline thread_local int current_device = 0;

inline Order order_of(int device) { return device % 2 == 0 ? Order::kAscending : Order::kDescending; }
inline size_t shared_limit(int device) { return device < 2 ? size_t{227} << 10 : size_t{48} << 10; }

}  // namespace emulation

struct EmulatedStream {
  int device;
};
