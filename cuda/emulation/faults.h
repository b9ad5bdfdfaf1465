// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Faults of the emulated devices that tests ask for: memory that cannot be had, a kernel that fails. They hold for all
// emulated devices of the process and all its threads; tests that ask for them run alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace emulation {

// Device memory, workspaces and pinned buffers, counted, of a device of kMemory bytes; throws secant::cuda::OutOfMemory
// with the bytes requested and free, where they are more than that or the allocation is the one that shall fail.
constexpr size_t kMemory = size_t{16} << 30;
void* allocate(int device, size_t bytes, const std::string& what);
void release(void* memory);
size_t free_bytes(int device);

// To be asked before a kernel runs. True: it does not run, since it is the one that shall fail or one failed before.
bool kernel_fails(int device);
// Whether a kernel of the device failed: as with CUDA every later call on it fails.
bool failed(int device);

}  // namespace emulation

// What tests ask for, found by dlsym; the Java tests find the same under the names of native methods (faults.cpp).
extern "C" {
// From now on the n-th allocation fails, once; 0: none.
void secant_emulated_fail_allocation(int64_t n);
// Allocations since that call.
int64_t secant_emulated_allocations(void);
// Bytes that are allocated and not released, on all devices.
int64_t secant_emulated_bytes(void);
// From now on the n-th kernel that runs fails, and with it its device; 0: none, and devices that failed are well again.
void secant_emulated_fail_kernel(int64_t n);
// Kernels that ran since that call.
int64_t secant_emulated_kernels(void);
}
