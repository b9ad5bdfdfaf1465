// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Sums in a fixed order: the result depends on the shape of the launch and on nothing else, and every thread gets it.
#pragma once

#include "common.cuh"

namespace secant::cuda {

constexpr unsigned int kFullWarp = 0xffffffffu;

// Over the lanes of a warp, as a butterfly: lanes add equal pairs, so all hold the same bits.
template <typename T>
__device__ __forceinline__ T warp_sum(T value) {
  SECANT_UNROLL
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(kFullWarp, value, offset);
  return value;
}

template <typename T>
__device__ __forceinline__ T warp_max(T value) {
  SECANT_UNROLL
  for (int offset = 16; offset > 0; offset /= 2) {
    const T other = __shfl_xor_sync(kFullWarp, value, offset);
    value = other > value || other != other ? other : value;  // a NaN wins
  }
  return value;
}

// N sums over the block: lanes, then warps in order. room: N doubles per warp of shared memory, free again afterwards.
// Every thread of the block must call it.
template <int N>
__device__ __forceinline__ void block_sums(double (&values)[N], double* room) {
  const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
  const int warps = static_cast<int>(blockDim.x / 32);
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    values[i] = warp_sum(values[i]);
    if (lane == 0) room[warp * N + i] = values[i];
  }
  __syncthreads();
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    double sum = room[i];
    for (int w = 1; w < warps; ++w) sum += room[w * N + i];
    values[i] = sum;
  }
  __syncthreads();  // before room is written again
}

// True in every thread of the block that is the last of `blocks` to come here, after all writes of the others; leaves
// the ticket at zero for the next launch. flag: one int of shared memory.
__device__ __forceinline__ bool last_block(unsigned int* ticket, unsigned int blocks, int* flag) {
  __threadfence();
  __syncthreads();  // the writes of this block's threads come before its ticket
  if (threadIdx.x == 0) {
    const bool last = atomicAdd(ticket, 1u) == blocks - 1;
    if (last) *ticket = 0;
    *flag = last ? 1 : 0;
  }
  __syncthreads();
  __threadfence();
  return *flag != 0;
}

}  // namespace secant::cuda
