// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Copies to pinned host memory that the host waits for later, asleep: the event blocks instead of spinning, so that a
// training step costs the host next to nothing.

#include <cstring>
#include <memory>

#include "common.cuh"

namespace secant {

struct Readback {
  void* host = nullptr;
  int64_t bytes = 0;
  cudaEvent_t done = nullptr;
  cudaStream_t stream = nullptr;  // and what this thread had launched when it was started last
  uint64_t launched = 0;

  Readback() = default;
  Readback(const Readback&) = delete;
  Readback& operator=(const Readback&) = delete;
  ~Readback() {
    if (done != nullptr) {
      cudaEventSynchronize(done);
      cudaEventDestroy(done);
    }
    if (host != nullptr) cudaFreeHost(host);
  }
};

namespace cuda {

void readback_create(Device&, int64_t bytes, Readback** readback) {
  auto made = std::make_unique<Readback>();
  made->bytes = bytes;
  const cudaError_t status = cudaHostAlloc(&made->host, static_cast<size_t>(bytes), cudaHostAllocDefault);
  if (status == cudaErrorMemoryAllocation)
    out_of_memory(std::to_string(bytes) + " bytes of pinned host memory requested");
  check(status, "cudaHostAlloc");
  std::memset(made->host, 0, static_cast<size_t>(bytes));
  check(cudaEventCreateWithFlags(&made->done, cudaEventBlockingSync | cudaEventDisableTiming),
        "cudaEventCreateWithFlags");
  *readback = made.release();
}

void readback_start(Device& device, Readback& r, const void* from) {
  if (is_recorded(device.stream)) throw std::runtime_error("a read-back while the stream is being recorded");
  check(cudaMemcpyAsync(r.host, from, static_cast<size_t>(r.bytes), cudaMemcpyDeviceToHost, device.stream),
        "cudaMemcpyAsync");
  check(cudaEventRecord(r.done, device.stream), "cudaEventRecord");
  r.stream = device.stream;
  r.launched = launches().now();
}

void readback_wait(Device&, Readback& r, const void** data) {
  check(cudaEventSynchronize(r.done), "cudaEventSynchronize");
  launches().ended_well(r.stream, r.launched);
  *data = r.host;
}

void readback_destroy(Device&, Readback* readback) { delete readback; }

}  // namespace cuda
}  // namespace secant
