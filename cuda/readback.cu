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
  check(cudaHostAlloc(&made->host, static_cast<size_t>(bytes), cudaHostAllocDefault), "cudaHostAlloc");
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
}

void readback_wait(Device&, Readback& r, const void** data) {
  check(cudaEventSynchronize(r.done), "cudaEventSynchronize");
  *data = r.host;
}

void readback_destroy(Device&, Readback* readback) { delete readback; }

}  // namespace cuda
}  // namespace secant
