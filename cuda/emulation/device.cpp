// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The emulated devices (runtime.h): host memory, launches that have finished when they return.

#include "device.h"

#include <cstdio>
#include <cstdlib>
#include <new>

#include "reasons.h"

namespace secant {

namespace {

void* allocate_bytes(size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0xA5, bytes);
  return memory;
}

}  // namespace

struct Recording {
  EmulatedGraph graph;
};

// Work has finished when its call returns, so a copy is made at once.
struct Readback {
  std::vector<unsigned char> host;
};

// A fresh block of exactly this size, so that AddressSanitizer sees a kernel that goes beyond it.
void* Device::workspace(size_t bytes) {
  if (stream->recording != nullptr) {
    stream->recording->memory.push_back(allocate_bytes(bytes));
    return stream->recording->memory.back();
  }
  if (!workspaces.empty()) std::free(workspaces.back());
  workspaces.assign(1, nullptr);
  workspaces[0] = allocate_bytes(bytes);
  return workspaces[0];
}

namespace cuda {

int32_t create(int32_t ordinal, void* stream, Device** device, char* reason, size_t reason_size) {
  auto* given = static_cast<EmulatedStream*>(stream);
  std::string refusal;
  if (ordinal >= emulation::kDevices) refusal = no_such_device(emulation::kDevices, ordinal);
  if (given != nullptr && given->device != ordinal) refusal = foreign_stream(given->device, ordinal);
  if (!refusal.empty()) {
    std::snprintf(reason, reason_size, "%s", refusal.c_str());
    return SECANT_INVALID_ARGUMENT;
  }
  try {
    auto* made = new Device();
    made->ordinal = ordinal;
    made->own_stream = given == nullptr;
    made->stream = made->own_stream ? new EmulatedStream{ordinal} : given;
    made->shared_limit = emulation::shared_limit(ordinal);
    made->name = "emulated device " + std::to_string(ordinal);
    made->tickets = static_cast<unsigned int*>(allocate_bytes(kTickets * sizeof(unsigned int)));
    std::memset(made->tickets, 0, kTickets * sizeof(unsigned int));
    *device = made;
    return SECANT_OK;
  } catch (...) {
    std::snprintf(reason, reason_size, "out of host memory");
    return SECANT_OUT_OF_MEMORY;
  }
}

void destroy(Device* device) {
  for (void* memory : device->workspaces) std::free(memory);
  std::free(device->tickets);
  if (device->own_stream) delete device->stream;
  delete device;
}

void select(Device&) {}

void allocate(Device& device, int64_t bytes, void** memory) {
  emulation::refuse_while_recording(device.stream, "an allocation");
  *memory = allocate_bytes(static_cast<size_t>(bytes));
}

void release(Device& device, void* memory) {
  emulation::refuse_while_recording(device.stream, "a release");
  std::free(memory);
}

void copy(Device& device, void* to, const void* from, int64_t bytes) {
  emulation::refuse_while_recording(device.stream, "a copy");
  std::memmove(to, from, static_cast<size_t>(bytes));
}

void move(Device& device, void* to, const void* from, int64_t bytes) {
  emulation::enqueue(device.stream, [to, from, bytes] { std::memcpy(to, from, static_cast<size_t>(bytes)); });
}

void synchronize(Device& device) { emulation::refuse_while_recording(device.stream, "a wait for the stream"); }

void clear(Device& device, void* memory, int64_t bytes) {
  emulation::refuse_while_recording(device.stream, "a wait for the stream");
  std::memset(memory, 0, static_cast<size_t>(bytes));
}

void describe(Device& device, secant_device_info* info) {
  *info = secant_device_info();
  std::snprintf(info->name, sizeof info->name, "%s", device.name.c_str());
  info->ordinal = device.ordinal;
}

namespace {

void discard(EmulatedGraph* graph) {
  for (EmulatedStream* stream : graph->streams) {
    stream->recording = nullptr;
    stream->pending = false;
    stream->late.clear();
  }
}

void release_memory(Recording* recording) {
  for (void* memory : recording->graph.memory) std::free(memory);
  delete recording;
}

// Why a recording cannot be used, or "".
std::string trouble_of(const EmulatedGraph& graph) {
  if (graph.broken) return "the recording was broken by " + graph.reason;
  for (const EmulatedStream* stream : graph.streams) {
    if (stream->pending) return "a branch of the recording was not joined";
  }
  return "";
}

}  // namespace

void record_begin(Device& device) {
  if (device.stream->recording != nullptr) throw std::runtime_error("the stream is being recorded already");
  auto* recording = new Recording();
  recording->graph.origin = device.stream;
  recording->graph.streams.push_back(device.stream);
  device.stream->recording = &recording->graph;
}

void record_end(Device& device, Recording** recording) {
  EmulatedGraph* graph = device.stream->recording;
  if (graph == nullptr) throw std::runtime_error("the stream is not being recorded");
  if (graph->origin != device.stream) throw std::runtime_error("a branch cannot end the recording it joined");
  auto* made = reinterpret_cast<Recording*>(graph);  // its first member
  const std::string trouble = trouble_of(*graph);
  discard(graph);
  if (recording != nullptr && trouble.empty()) {
    *recording = made;
    return;
  }
  release_memory(made);
  if (recording != nullptr) throw std::runtime_error(trouble);
}

void record_launch(Device& device, Recording& recording) {
  if (recording.graph.origin != device.stream) throw std::runtime_error("the recording is another context's");
  emulation::refuse_while_recording(device.stream, "a launch of a recording");
  for (const auto& node : recording.graph.nodes) node();
}

int64_t record_nodes(const Recording* recording) { return static_cast<int64_t>(recording->graph.nodes.size()); }

void record_destroy(Device&, Recording* recording) { release_memory(recording); }

void range_push(const char*) {}
void range_pop() {}

void readback_create(Device&, int64_t bytes, Readback** readback) {
  *readback = new Readback{std::vector<unsigned char>(static_cast<size_t>(bytes), 0)};
}

void readback_start(Device& device, Readback& r, const void* from) {
  emulation::refuse_while_recording(device.stream, "a read-back");
  std::memcpy(r.host.data(), from, r.host.size());
}

void readback_wait(Device& device, Readback& r, const void** data) {
  emulation::refuse_while_recording(device.stream, "a wait for a read-back");
  *data = r.host.data();
}

void readback_destroy(Device&, Readback* readback) { delete readback; }

void wait(Device& device, Device& other) {
  EmulatedStream *later = device.stream, *earlier = other.stream;
  if (earlier->recording == nullptr) {
    if (later->recording == nullptr) return;  // what was enqueued has finished
    later->recording->broken = true;
    later->recording->reason = "a wait for a stream outside of it";
    throw std::runtime_error("a recording cannot wait for a stream outside of it");
  }
  if (later->recording == nullptr) {
    later->recording = earlier->recording;
    later->recording->streams.push_back(later);
    later->pending = true;
    return;
  }
  if (later->recording != earlier->recording) throw std::runtime_error("the contexts belong to two recordings");
  emulation::give_way(earlier);
}

}  // namespace cuda
}  // namespace secant
