// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include "faults.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>

#include "device.h"

namespace emulation {

namespace {

struct Block {
  int device;
  size_t bytes;
};

struct State {
  std::mutex mutex;
  std::unordered_map<void*, Block> blocks;
  size_t used[kDevices] = {};
  int64_t allocations = 0, failing_allocation = 0;
  int64_t kernels = 0, failing_kernel = 0;
  bool failed[kDevices] = {};
};

// Never destroyed: contexts of other static objects may release memory later.
State& state() {
  static State& only = *new State();
  return only;
}

// A block of exactly this size, so that AddressSanitizer sees a kernel that goes beyond it, or NULL.
void* block_of(size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory != nullptr) std::memset(memory, 0xA5, bytes);
  return memory;
}

}  // namespace

void* allocate(int device, size_t bytes, const std::string& what) {
  State& s = state();
  const std::lock_guard<std::mutex> lock(s.mutex);
  const size_t free = kMemory - s.used[device];
  const bool fails = ++s.allocations == s.failing_allocation || bytes > free;
  void* memory = fails ? nullptr : block_of(bytes);
  if (memory == nullptr) {
    throw secant::cuda::OutOfMemory(what + ": " + std::to_string(bytes) + " bytes requested, " + std::to_string(free) +
                                    " of " + std::to_string(kMemory) + " bytes free");
  }
  s.blocks[memory] = {device, bytes};
  s.used[device] += bytes;
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  State& s = state();
  const std::lock_guard<std::mutex> lock(s.mutex);
  const auto block = s.blocks.find(memory);
  if (block == s.blocks.end()) throw std::runtime_error("a release of what was not allocated");
  s.used[block->second.device] -= block->second.bytes;
  s.blocks.erase(block);
  std::free(memory);
}

size_t free_bytes(int device) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return kMemory - state().used[device];
}

bool kernel_fails(int device) {
  State& s = state();
  const std::lock_guard<std::mutex> lock(s.mutex);
  if (++s.kernels == s.failing_kernel) s.failed[device] = true;
  return s.failed[device];
}

bool failed(int device) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().failed[device];
}

}  // namespace emulation

using emulation::state;

#define EXPORTED __attribute__((visibility("default")))

extern "C" {

EXPORTED void secant_emulated_fail_allocation(int64_t n) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().allocations = 0;
  state().failing_allocation = n;
}

EXPORTED int64_t secant_emulated_allocations() {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().allocations;
}

EXPORTED int64_t secant_emulated_bytes() {
  const std::lock_guard<std::mutex> lock(state().mutex);
  size_t all = 0;
  for (const size_t used : state().used) all += used;
  return static_cast<int64_t>(all);
}

EXPORTED void secant_emulated_fail_kernel(int64_t n) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().kernels = 0;
  state().failing_kernel = n;
  for (bool& failed : state().failed) failed = false;
}

EXPORTED int64_t secant_emulated_kernels() {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().kernels;
}

// Native methods of the class dev.secant.lab.EmulatedFaults of java/lab's tests, without jni.h: (JNIEnv*, jclass, ...).
EXPORTED void Java_dev_secant_lab_EmulatedFaults_failAllocation(void*, void*, int64_t n) {
  secant_emulated_fail_allocation(n);
}
EXPORTED int64_t Java_dev_secant_lab_EmulatedFaults_allocations(void*, void*) { return secant_emulated_allocations(); }
EXPORTED int64_t Java_dev_secant_lab_EmulatedFaults_bytes(void*, void*) { return secant_emulated_bytes(); }
EXPORTED void Java_dev_secant_lab_EmulatedFaults_failKernel(void*, void*, int64_t n) { secant_emulated_fail_kernel(n); }
EXPORTED int64_t Java_dev_secant_lab_EmulatedFaults_kernels(void*, void*) { return secant_emulated_kernels(); }
}
