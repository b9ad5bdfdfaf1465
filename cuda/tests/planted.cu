// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Kernels with a planted fault, which the emulation must find; without an argument's fault it would be of no use.
// planted_test NAME runs one of them the way secant-kernel-tests runs a case (both thread orders, bands around the
// output) and prints "found: ..." with exit code 0, or "missed" with 1. `none` is the same kernel without a fault,
// which must pass.

#include <cstdio>
#include <cstring>
#include <vector>

#include "common.cuh"
#include "emulation/runtime.h"
#include "reduce.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 64;
constexpr int kBlocks = 3;
constexpr int kCount = kThreads * kBlocks;
constexpr int kBand = 16;

// Every block turns its part of the input round, through shared memory.
__global__ void turn_kernel(const float* in, float* out) {
  float* part = shared_memory<float>();
  const int i = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * kThreads;
  part[i] = in[first + i];
  __syncthreads();
  out[first + i] = part[kThreads - 1 - i];
}

__global__ void wrong_index_kernel(const float* in, float* out) {
  float* part = shared_memory<float>();
  const int i = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * kThreads;
  part[i] = in[first + i];
  __syncthreads();
  out[first + i + 1] = part[kThreads - 1 - i];
}

__global__ void shared_overrun_kernel(const float* in, float* out) {
  float* part = shared_memory<float>();
  const int i = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * kThreads;
  part[i + 1] = in[first + i];
  __syncthreads();
  out[first + i] = part[kThreads - i];
}

__global__ void missing_barrier_kernel(const float* in, float* out) {
  float* part = shared_memory<float>();
  const int i = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * kThreads;
  part[i] = in[first + i];
  out[first + i] = part[kThreads - 1 - i];
}

// All blocks add into one value without an order.
__global__ void race_kernel(const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  out[i] = in[i];
  out[0] += in[i];
}

__global__ void barrier_divergence_kernel(const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (threadIdx.x < 40) __syncthreads();
  out[i] = in[i];
}

__global__ void warp_divergence_kernel(const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  out[i] = in[i];
  if (threadIdx.x % 2 == 0) out[i] = warp_sum(in[i]);
}

struct Fault {
  const char* name;
  void (*kernel)(const float*, float*);
};

const Fault kFaults[] = {
    {"none", turn_kernel},
    {"wrong-index", wrong_index_kernel},
    {"shared-overrun", shared_overrun_kernel},
    {"missing-barrier", missing_barrier_kernel},
    {"race", race_kernel},
    {"barrier-divergence", barrier_divergence_kernel},
    {"warp-divergence", warp_divergence_kernel},
};

// The output with its bands.
std::vector<float> run_on(int device, void (*kernel)(const float*, float*)) {
  EmulatedStream stream = {device};
  std::vector<float> in(kCount), out(kCount + 2 * kBand, -1.0f);
  for (int i = 0; i < kCount; ++i) in[static_cast<size_t>(i)] = 1.0f / static_cast<float>(i + 3);
  launch(kernel, dim3(kBlocks), dim3(kThreads), kThreads * sizeof(float), &stream, static_cast<const float*>(in.data()),
         out.data() + kBand);
  return out;
}

std::string fault_of(void (*kernel)(const float*, float*)) {
  try {
    const std::vector<float> up = run_on(0, kernel), down = run_on(1, kernel);
    for (size_t i = 0; i < kBand; ++i) {
      if (up[i] != -1.0f || up[up.size() - 1 - i] != -1.0f) return "written outside the output";
    }
    if (std::memcmp(up.data(), down.data(), up.size() * sizeof(float)) != 0)
      return "the bits depend on the order of threads";
    return "";
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace
}  // namespace secant::cuda

int main(int argc, char** argv) {
  for (const auto& fault : secant::cuda::kFaults) {
    if (argc != 2 || std::strcmp(argv[1], fault.name) != 0) continue;
    const std::string found = secant::cuda::fault_of(fault.kernel);
    std::printf("%s\n", found.empty() ? "missed" : ("found: " + found).c_str());
    return found.empty() ? 1 : 0;
  }
  std::fprintf(stderr, "usage: planted_test NAME\n");
  return 2;
}
