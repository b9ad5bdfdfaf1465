// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// CUDA C++ on the CPU: enough of the language and the runtime to compile a .cu file of this folder as plain C++ and run
// its kernels. Blocks run one after the other; the threads of a block are fibres, each running until it meets a
// barrier, a shuffle or its end. Two thread orders (ascending, and descending with the blocks reversed too) make a race
// show as a difference in bits. What stops a kernel with an error:
//   - barrier divergence: threads of a block at different __syncthreads, or some gone while others wait
//   - warp divergence: lanes of a warp at different shuffles, a mask other than all lanes, a block not of whole warps
// Shared memory is filled with a pattern before every block, lies in an allocation of exactly its size (so that
// AddressSanitizer sees an overrun) and is checked for writes behind its end without a sanitizer too.
// Not emulated: preemption between barriers, memory order between blocks, the float unit's flags, timing.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define SECANT_UNROLL
#define SECANT_UNROLL_4

struct dim3 {
  unsigned int x = 1, y = 1, z = 1;
  dim3() = default;
  dim3(unsigned int x_, unsigned int y_ = 1, unsigned int z_ = 1) : x(x_), y(y_), z(z_) {}
};

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned int x, y, z, w;
};

namespace emulation {

// Where the running thread is; what threadIdx and its like mean.
struct Position {
  dim3 thread, block, block_size, grid_size;
};
extern Position position;

enum class Order { kAscending, kDescending };

// The order of every launch of the calling host thread from now on.
void set_order(Order order);

// Runs the kernel; throws std::runtime_error with what it did wrong.
void run(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& kernel);

// Inside a kernel.
void* shared();
void barrier(const char* file, int line);
uint64_t exchange(uint64_t value, unsigned int mask, int source_lane, const char* file, int line);

template <typename T>
T exchange_as(T value, unsigned int mask, int source_lane, const char* file, int line) {
  static_assert(sizeof(T) <= sizeof(uint64_t));
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = exchange(bits, mask, source_lane, file, line);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline int lane() { return static_cast<int>(position.thread.x % 32); }

}  // namespace emulation

#define threadIdx (::emulation::position.thread)
#define blockIdx (::emulation::position.block)
#define blockDim (::emulation::position.block_size)
#define gridDim (::emulation::position.grid_size)

#define __syncthreads() ::emulation::barrier(__FILE__, __LINE__)
#define __syncwarp() static_cast<void>(::emulation::exchange(0, 0xffffffffu, 0, __FILE__, __LINE__))
#define __shfl_xor_sync(mask, value, lane_mask) \
  ::emulation::exchange_as((value), (mask), ::emulation::lane() ^ (lane_mask), __FILE__, __LINE__)
#define __shfl_sync(mask, value, source) ::emulation::exchange_as((value), (mask), (source), __FILE__, __LINE__)
#define __threadfence() static_cast<void>(0)

template <typename T>
T __ldg(const T* p) {
  return *p;
}
inline unsigned int atomicAdd(unsigned int* p, unsigned int value) {
  const unsigned int old = *p;
  *p += value;
  return old;
}
