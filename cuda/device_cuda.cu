// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A CUDA device: opening it or saying why not, its memory, its stream.

#include <nvtx3/nvToolsExt.h>

#include <cstdarg>
#include <cstdio>
#include <memory>
#include <new>

#include "common.cuh"
#include "reasons.h"

namespace secant {

namespace {

[[noreturn]] __attribute__((format(printf, 2, 3))) void refuse(int32_t status, const char* format, ...) {
  char text[480];
  va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof text, format, args);
  va_end(args);
  throw Refusal(status, text);
}

void* allocated(size_t bytes, const std::string& what) {
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation)
    cuda::out_of_memory(what + ": " + std::to_string(bytes) + " bytes requested");
  cuda::check(status, "cudaMalloc");
  return memory;
}

// The number of devices, or a refusal that says what is missing.
int device_count() {
  Findings f = {};
  f.status = static_cast<int>(cudaGetDeviceCount(&f.devices));
  f.name = cudaGetErrorName(static_cast<cudaError_t>(f.status));
  f.text = cudaGetErrorString(static_cast<cudaError_t>(f.status));
  cudaDriverGetVersion(&f.driver);
  cudaRuntimeGetVersion(&f.runtime);
  const std::string reason = why_no_device(f);
  if (!reason.empty()) throw Refusal(SECANT_UNAVAILABLE, reason);
  return f.devices;
}

// An empty kernel: that it has code for the device shows when its attributes are asked for.
__global__ void probe_kernel() {}

void check_code(const cudaDeviceProp& properties) {
  cudaFuncAttributes attributes;
  const cudaError_t status = cudaFuncGetAttributes(&attributes, probe_kernel);
  if (status == cudaSuccess) return;
  cudaGetLastError();
  refuse(SECANT_UNAVAILABLE, "%s has compute capability %d.%d, for which this library was not built (%s, %d)",
         properties.name, properties.major, properties.minor, cudaGetErrorName(status), static_cast<int>(status));
}

void take_stream(Device& device, void* stream) {
  if (stream == nullptr) {
    cuda::check(cudaStreamCreateWithFlags(&device.stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    device.own_stream = true;
    return;
  }
  device.stream = static_cast<cudaStream_t>(stream);
  int owner = -1;
  cuda::check(cudaStreamGetDevice(device.stream, &owner), "cudaStreamGetDevice");
  if (owner != device.ordinal) {
    throw Refusal(SECANT_INVALID_ARGUMENT, foreign_stream(owner, device.ordinal));
  }
}

void open(Device& device, int32_t ordinal, void* stream) {
  const int count = device_count();
  if (ordinal >= count) throw Refusal(SECANT_INVALID_ARGUMENT, no_such_device(count, ordinal));
  device.ordinal = ordinal;
  cuda::select(device);
  cudaDeviceProp properties;
  cuda::check(cudaGetDeviceProperties(&properties, ordinal), "cudaGetDeviceProperties");
  device.name = properties.name;
  device.shared_limit = properties.sharedMemPerBlockOptin;
  check_code(properties);
  take_stream(device, stream);
  device.tickets = static_cast<unsigned int*>(allocated(kTickets * sizeof(unsigned int), device.name));
  // On the own stream: to wait for the whole device would break the recordings of other contexts.
  cuda::check(cudaMemsetAsync(device.tickets, 0, kTickets * sizeof(unsigned int), device.stream), "cudaMemsetAsync");
  cuda::check(cudaStreamSynchronize(device.stream), "cudaStreamSynchronize");
}

void close(Device& device) {  // errors here have nobody to go to
  cudaSetDevice(device.ordinal);
  if (device.stream != nullptr && cudaStreamSynchronize(device.stream) == cudaSuccess)
    cuda::launches().ended_well(device.stream, cuda::launches().now());
  for (void* memory : device.workspaces) cudaFree(memory);
  cudaFree(device.tickets);
  if (device.own_stream) cudaStreamDestroy(device.stream);
}

}  // namespace

void* Device::workspace(size_t bytes) {
  if (bytes <= workspace_bytes) return workspaces.back();
  if (cuda::is_recorded(stream)) {
    throw std::runtime_error("the workspace would have to grow from " + std::to_string(workspace_bytes) + " to " +
                             std::to_string(bytes) + " bytes while the stream is captured: run the step once before");
  }
  const size_t grown = bytes > 2 * workspace_bytes ? bytes : 2 * workspace_bytes;
  workspaces.reserve(workspaces.size() + 1);
  void* memory = allocated(grown, name + ", workspace");
  workspaces.push_back(memory);
  workspace_bytes = grown;
  return memory;
}

namespace cuda {

int32_t create(int32_t ordinal, void* stream, Device** device, char* reason, size_t reason_size) {
  int32_t status = SECANT_INTERNAL;
  std::unique_ptr<Device> opened;
  try {
    opened = std::make_unique<Device>();
    open(*opened, ordinal, stream);
    *device = opened.release();
    return SECANT_OK;
  } catch (const Refusal& refusal) {
    status = refusal.status;
    std::snprintf(reason, reason_size, "%s", refusal.what());
  } catch (const OutOfMemory& e) {
    status = SECANT_OUT_OF_MEMORY;
    std::snprintf(reason, reason_size, "%s", e.what());
  } catch (const std::bad_alloc&) {
    status = SECANT_OUT_OF_MEMORY;
    std::snprintf(reason, reason_size, "out of host memory for a context of device %d", ordinal);
  } catch (const std::exception& e) {
    std::snprintf(reason, reason_size, "%s", e.what());
  }
  if (opened != nullptr && !opened->name.empty()) close(*opened);
  return status;
}

void destroy(Device* device) {
  close(*device);
  delete device;
}

void select(Device& device) { check(cudaSetDevice(device.ordinal), "cudaSetDevice"); }

void allocate(Device& device, int64_t bytes, void** memory) {
  *memory = allocated(static_cast<size_t>(bytes), device.name);
}

void release(Device& device, void* memory) {
  check(cudaStreamSynchronize(device.stream), "cudaStreamSynchronize");
  check(cudaFree(memory), "cudaFree");
}

void copy(Device& device, void* to, const void* from, int64_t bytes) {
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDefault, device.stream), "cudaMemcpyAsync");
  synchronize(device);
}

void move(Device& device, void* to, const void* from, int64_t bytes) {
  if (launches().recording() != nullptr && is_recorded(device.stream)) launches().recording()->kernel("copy");
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToDevice, device.stream),
        "cudaMemcpyAsync");
}

void clear(Device& device, void* memory, int64_t bytes) {
  check(cudaMemsetAsync(memory, 0, static_cast<size_t>(bytes), device.stream), "cudaMemsetAsync");
  synchronize(device);
}

void describe(Device& device, secant_device_info* info) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device.ordinal), "cudaGetDeviceProperties");
  size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  *info = secant_device_info();
  std::snprintf(info->name, sizeof info->name, "%s", properties.name);
  info->ordinal = device.ordinal;
  info->major = properties.major;
  info->minor = properties.minor;
  info->multiprocessors = properties.multiProcessorCount;
  check(cudaDriverGetVersion(&info->driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&info->runtime), "cudaRuntimeGetVersion");
  info->memory_total = static_cast<int64_t>(total);
  info->memory_free = static_cast<int64_t>(free);
  check(cudaDeviceGetPCIBusId(info->bus, sizeof info->bus, device.ordinal), "cudaDeviceGetPCIBusId");
}

void range_push(const char* name) {
  nvtxRangePushA(name);
  if (launches().recording() != nullptr) launches().recording()->range(name);
}
void range_pop() { nvtxRangePop(); }

void synchronize(Device& device) {
  check(cudaStreamSynchronize(device.stream), "cudaStreamSynchronize");
  launches().ended_well(device.stream, launches().now());
}

}  // namespace cuda
}  // namespace secant
