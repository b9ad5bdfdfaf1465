// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A step as a CUDA graph: what streams enqueue between begin and end, launched again as a whole. Branches are other
// streams of the device that joined by an event.

#include <memory>

#include "common.cuh"

namespace secant {

struct Recording {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  int64_t nodes = 0;
  cuda::Launches::Name name;
  uint64_t replays = 0;

  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    if (executable != nullptr) cudaGraphExecDestroy(executable);
    if (graph != nullptr) cudaGraphDestroy(graph);
  }
};

namespace cuda {

void record_begin(Device& device) {
  check(cudaStreamBeginCapture(device.stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  launches().begin_recording();
}

// A capture that failed has to be ended all the same; its error names the call that broke it.
void record_end(Device& device, Recording** recording) {
  auto made = std::make_unique<Recording>();
  const RecordedNames names = launches().end_recording();
  const cudaError_t ended = cudaStreamEndCapture(device.stream, &made->graph);
  if (recording == nullptr) {
    cudaGetLastError();  // thrown away: whatever went wrong was reported where it did
    return;
  }
  check(ended, "cudaStreamEndCapture");
  size_t nodes = 0;
  check(cudaGraphGetNodes(made->graph, nullptr, &nodes), "cudaGraphGetNodes");
  made->nodes = static_cast<int64_t>(nodes);
  made->name = std::make_shared<const std::string>(names.text(made->nodes));
  check(cudaGraphInstantiate(&made->executable, made->graph, 0), "cudaGraphInstantiate");
  check(cudaGraphUpload(made->executable, device.stream), "cudaGraphUpload");
  *recording = made.release();
}

void record_launch(Device& device, Recording& recording) {
  launches().add_replay(device.stream, recording.name, ++recording.replays);
  check(cudaGraphLaunch(recording.executable, device.stream), "cudaGraphLaunch");
}

int64_t record_nodes(const Recording* recording) { return recording->nodes; }

void record_destroy(Device& device, Recording* recording) {
  const std::unique_ptr<Recording> owned(recording);
  synchronize(device);
}

void wait(Device& device, Device& other) {
  if (device.ordinal != other.ordinal) {
    throw std::runtime_error("contexts of two devices cannot wait for each other: " + std::to_string(device.ordinal) +
                             " and " + std::to_string(other.ordinal));
  }
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  cudaError_t status = cudaEventRecord(event, other.stream);
  if (status == cudaSuccess) status = cudaStreamWaitEvent(device.stream, event, 0);
  cudaEventDestroy(event);  // released once the work that it marks is done
  check(status, "waiting for another context");
  if (launches().recording() == nullptr) launches().joined(device.stream, other.stream);
}

}  // namespace cuda
}  // namespace secant
