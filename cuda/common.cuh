// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// What every kernel file uses: launches, dynamic shared memory, storage types, wide loads. The same .cu files compile
// with nvcc and, through emulation/, as plain C++; this header is the only place that tells the two apart. Compiled
// without contraction (nvcc -fmad=false, g++ -ffp-contract=off), so a product and a sum are rounded one by one as on
// the CPU; where a fused step is meant, it is written fma().
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#define SECANT_UNROLL _Pragma("unroll")
#define SECANT_UNROLL_4 _Pragma("unroll 4")
#else
#include "emulation/faults.h"
#include "emulation/runtime.h"
#endif

#include "arguments.h"
#include "device.h"
#include "launches.h"
#include "portable_bf16.h"

namespace secant::cuda {

// ---- launches -----------------------------------------------------------------------------------------------------

constexpr size_t kSharedByDefault = size_t{48} << 10;  // more has to be asked for

// Whether what is enqueued now becomes part of a recording.
inline bool is_recorded(cudaStream_t stream);

template <typename Kernel, typename MakeName>
void note_launch(cudaStream_t stream, Kernel kernel, MakeName make_name) {
  Launches& known = launches();
  if (known.recording() != nullptr && is_recorded(stream)) {
    known.recording()->kernel(known.operation());
  } else {
    known.add(stream, reinterpret_cast<const void*>(kernel), make_name);
  }
}

#if defined(__CUDACC__)

// Kernels fail after their launch: the next call that waits hears of it. Such an error stays, and names no kernel.
inline std::string hint(cudaError_t status) {
  switch (status) {
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorAssert:
    case cudaErrorIllegalInstruction:
    case cudaErrorInvalidPc:
    case cudaErrorHardwareStackError:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorLaunchTimeout:
      return failed_before();
    default:
      return "";
  }
}

// Memory was asked for and not there, which is not sticky. what: how much of what.
[[noreturn]] inline void out_of_memory(const std::string& what) {
  cudaGetLastError();
  size_t free = 0, total = 0;
  const bool known = cudaMemGetInfo(&free, &total) == cudaSuccess;
  throw OutOfMemory(what + (known ? ", " + std::to_string(free) + " of " + std::to_string(total) + " bytes free" : ""));
}

// The runtime remembers an error until it is asked for: without that the next launch would be blamed.
inline void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  if (status == cudaErrorMemoryAllocation) out_of_memory(std::string(what) + ": no device memory for it");
  cudaGetLastError();
  throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(status) + " (" + cudaGetErrorName(status) +
                           ", " + std::to_string(static_cast<int>(status)) + ")" + hint(status));
}

inline bool is_recorded(cudaStream_t stream) {
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(stream, &capture), "cudaStreamIsCapturing");
  return capture != cudaStreamCaptureStatusNone;
}

// The kernel's name as the compiler knows it, for messages.
template <typename Kernel>
std::string name_of_kernel(Kernel kernel) {
  const char* name = nullptr;
  const bool known = cudaFuncGetName(&name, reinterpret_cast<const void*>(kernel)) == cudaSuccess;
  if (!known) cudaGetLastError();
  return known && name != nullptr ? name : "of an unknown name";
}

// As much as the device has: the size of one launch would forbid a larger one that another thread is about to make.
template <typename Kernel>
void allow_shared_memory(Kernel kernel) {
  int device = 0, most = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, most), "asking for shared memory");
}

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t stream,
            const Arguments&... arguments) {
  if (shared_bytes > kSharedByDefault) allow_shared_memory(kernel);
  note_launch(stream, kernel, [&] { return name_of_kernel(kernel); });
  kernel<<<grid, block, shared_bytes, stream>>>(arguments...);
  const cudaError_t launched = cudaGetLastError();
  if (launched != cudaSuccess) check(launched, ("launch of kernel " + name_of_kernel(kernel)).c_str());
}

template <typename T>
__device__ T* shared_memory() {
  extern __shared__ __align__(16) unsigned char secant_shared[];
  return reinterpret_cast<T*>(secant_shared);
}

#else

inline bool is_recorded(cudaStream_t stream) { return stream->recording != nullptr; }

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t stream,
            const Arguments&... arguments) {
  if (shared_bytes > emulation::shared_limit(stream->device)) {
    throw std::runtime_error("launch: " + std::to_string(shared_bytes) + " bytes of shared memory");
  }
  const int device = stream->device;
  note_launch(stream, kernel, [] { return std::string(launches().operation()); });
  emulation::enqueue(stream, [kernel, grid, block, shared_bytes, device, arguments...] {
    if (emulation::kernel_fails(device)) return;
    emulation::set_order(emulation::order_of(device));
    emulation::run(grid, block, shared_bytes, [&] { kernel(arguments...); });
  });
}

template <typename T>
T* shared_memory() {
  return static_cast<T*>(emulation::shared());
}

#endif

constexpr int64_t kMaxGrid = INT32_MAX;

// A grid of one dimension; what is too long for it is refused.
inline dim3 grid_of(int64_t blocks) {
  if (blocks > kMaxGrid) {
    throw Refusal(SECANT_UNAVAILABLE, "at most " + std::to_string(kMaxGrid) + " blocks make one launch, this takes " +
                                          std::to_string(blocks));
  }
  return dim3(static_cast<unsigned int>(blocks));
}

SECANT_INLINE int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// ---- storage types ------------------------------------------------------------------------------------------------

struct bf16 {
  uint16_t bits;
};

SECANT_INLINE float to_float(float x) { return x; }
SECANT_INLINE float to_float(bf16 x) { return bf16_value(x.bits); }

template <typename T>
struct Storage;
template <>
struct Storage<float> {
  static __host__ __device__ float from(float x) { return x; }
};
template <>
struct Storage<bf16> {
  static __host__ __device__ bf16 from(float x) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    return {__bfloat16_as_ushort(__float2bfloat16_rn(x))};
#else
    return {bf16_bits(x)};
#endif
  }
};

// N values moved at once; the address must be aligned to all of them.
template <typename T, int N>
struct alignas(sizeof(T) * N) Pack {
  T value[N];
};

// Values of one 16-byte access.
template <typename T>
constexpr int kWide = static_cast<int>(16 / sizeof(T));

template <int N, typename T>
__device__ __forceinline__ void load_values(const T* from, float* to) {
  const Pack<T, N> pack = *reinterpret_cast<const Pack<T, N>*>(from);
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) to[i] = to_float(pack.value[i]);
}

template <int N, typename T>
__device__ __forceinline__ void store_values(T* to, const float* from) {
  Pack<T, N> pack;
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) pack.value[i] = Storage<T>::from(from[i]);
  *reinterpret_cast<Pack<T, N>*>(to) = pack;
}

inline bool aligned_to(const void* p, size_t bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; }

__device__ __forceinline__ float not_a_number() { return bf16_value(0x7fff); }

// Calls body(T()) with the storage type.
template <typename Body>
void with_type(int32_t type, Body body) {
  if (type == SECANT_BFLOAT16) {
    body(bf16());
  } else {
    body(float());
  }
}

}  // namespace secant::cuda
