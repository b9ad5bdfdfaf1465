// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The few calls of the CUDA runtime that device.cu makes, for the emulated library. Four devices: 0 ascending and
// 1 descending thread order with the shared memory of an H200, 2 and 3 the same with 48 KB, which sends kernels down
// their paths for small devices. All four must give the same bits. In a recording the branches of devices 0 and 2 run
// as early as their waits allow, those of 1 and 3 as late: work that a branch and its trunk must not do at the same
// time, and that no wait keeps apart, gives different bits.
#pragma once

#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulation.h"

typedef struct EmulatedStream* cudaStream_t;
typedef int cudaError_t;
constexpr cudaError_t cudaSuccess = 0;

namespace emulation {

constexpr int kDevices = 4;
inline thread_local int current_device = 0;

inline Order order_of(int device) { return device % 2 == 0 ? Order::kAscending : Order::kDescending; }
inline bool late_branches(int device) { return device % 2 == 1; }
inline size_t shared_limit(int device) { return device < 2 ? size_t{227} << 10 : size_t{48} << 10; }

}  // namespace emulation

// What a stream enqueues while it is being recorded, to run at each launch; and the memory its kernels were given.
struct EmulatedGraph {
  struct EmulatedStream* origin;
  std::vector<std::function<void()>> nodes;
  std::vector<struct EmulatedStream*> streams;  // the origin and the branches that joined
  std::vector<void*> memory;
  bool broken = false;
  std::string reason;
};

struct EmulatedStream {
  int device;
  EmulatedGraph* recording = nullptr;
  bool pending = false;                          // a branch with work that nobody has waited for
  std::vector<std::function<void()>> late = {};  // such work, kept back until somebody waits for it
};

namespace emulation {

// The recording breaks and the call fails, as with CUDA.
inline void refuse_while_recording(EmulatedStream* stream, const char* what) {
  if (stream->recording == nullptr) return;
  stream->recording->broken = true;
  stream->recording->reason = what;
  throw std::runtime_error(std::string(what) + " while the stream is being recorded");
}

// Runs the work, or records it.
inline void enqueue(EmulatedStream* stream, std::function<void()> work) {
  if (stream->recording == nullptr) return work();
  const bool branch = stream != stream->recording->origin;
  auto& nodes = branch && late_branches(stream->device) ? stream->late : stream->recording->nodes;
  nodes.push_back(std::move(work));
  stream->pending = branch;
}

// What the branch kept back happens now: somebody waits for it.
inline void give_way(EmulatedStream* branch) {
  auto& nodes = branch->recording->nodes;
  for (auto& work : branch->late) nodes.push_back(std::move(work));
  branch->late.clear();
  branch->pending = false;
}

}  // namespace emulation
