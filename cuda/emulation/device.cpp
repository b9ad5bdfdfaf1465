// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The emulated devices (runtime.h): host memory, launches that have finished when they return.

#include "device.h"

#include <cstdio>
#include <memory>

#include "common.cuh"
#include "emulation/faults.h"
#include "reasons.h"

namespace secant {

namespace {

// Whoever calls a device after a kernel of it failed hears of it, as with CUDA.
void check(const Device& device, const char* what) {
  if (!emulation::failed(device.ordinal)) return;
  throw std::runtime_error(std::string(what) + ": a kernel of " + device.name + " failed" + cuda::failed_before());
}

}  // namespace

struct Recording {
  EmulatedGraph graph;
  cuda::Launches::Name name;
  uint64_t replays = 0;
};

// Work has finished when its call returns, so a copy is made at once; of a kernel that failed the wait hears.
struct Readback {
  void* host;
  size_t bytes;
  uint64_t launched = 0;
};

// A fresh block each time, so that AddressSanitizer sees a kernel that goes beyond what it asked for.
void* Device::workspace(size_t bytes) {
  void* memory = emulation::allocate(ordinal, bytes, name + ", workspace");
  if (stream->recording != nullptr) {
    stream->recording->memory.push_back(memory);
    return memory;
  }
  if (!workspaces.empty()) emulation::release(workspaces.back());
  workspaces.assign(1, memory);
  return memory;
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
    auto made = std::make_unique<Device>();
    made->ordinal = ordinal;
    made->shared_limit = emulation::shared_limit(ordinal);
    made->name = "emulated device " + std::to_string(ordinal);
    check(*made, "opening a context");
    made->tickets =
        static_cast<unsigned int*>(emulation::allocate(ordinal, kTickets * sizeof(unsigned int), made->name));
    std::memset(made->tickets, 0, kTickets * sizeof(unsigned int));
    made->own_stream = given == nullptr;
    made->stream = made->own_stream ? new EmulatedStream{ordinal} : given;
    *device = made.release();
    return SECANT_OK;
  } catch (const OutOfMemory& e) {
    std::snprintf(reason, reason_size, "%s", e.what());
    return SECANT_OUT_OF_MEMORY;
  } catch (const std::runtime_error& e) {
    std::snprintf(reason, reason_size, "%s", e.what());
    return SECANT_INTERNAL;
  } catch (...) {
    std::snprintf(reason, reason_size, "out of host memory");
    return SECANT_OUT_OF_MEMORY;
  }
}

void destroy(Device* device) {
  for (void* memory : device->workspaces) emulation::release(memory);
  emulation::release(device->tickets);
  launches().ended_well(device->stream, launches().now());
  if (device->own_stream) delete device->stream;
  delete device;
}

void select(Device&) {}

void allocate(Device& device, int64_t bytes, void** memory) {
  emulation::refuse_while_recording(device.stream, "an allocation");
  check(device, "an allocation");
  *memory = emulation::allocate(device.ordinal, static_cast<size_t>(bytes), device.name);
}

void release(Device& device, void* memory) {
  emulation::refuse_while_recording(device.stream, "a release");
  emulation::release(memory);
  check(device, "a release");
}

void copy(Device& device, void* to, const void* from, int64_t bytes) {
  emulation::refuse_while_recording(device.stream, "a copy");
  std::memmove(to, from, static_cast<size_t>(bytes));
  synchronize(device);
}

void move(Device& device, void* to, const void* from, int64_t bytes) {
  if (launches().recording() != nullptr && is_recorded(device.stream)) launches().recording()->kernel("copy");
  emulation::enqueue(device.stream, [to, from, bytes] { std::memcpy(to, from, static_cast<size_t>(bytes)); });
}

void synchronize(Device& device) {
  emulation::refuse_while_recording(device.stream, "a wait for the stream");
  check(device, "a wait for the stream");
  launches().ended_well(device.stream, launches().now());
}

void clear(Device& device, void* memory, int64_t bytes) {
  emulation::refuse_while_recording(device.stream, "a wait for the stream");
  std::memset(memory, 0, static_cast<size_t>(bytes));
  synchronize(device);
}

void describe(Device& device, secant_device_info* info) {
  *info = secant_device_info();
  std::snprintf(info->name, sizeof info->name, "%s", device.name.c_str());
  info->ordinal = device.ordinal;
  info->memory_total = static_cast<int64_t>(emulation::kMemory);
  info->memory_free = static_cast<int64_t>(emulation::free_bytes(device.ordinal));
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
  for (void* memory : recording->graph.memory) emulation::release(memory);
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
  launches().begin_recording();
}

void record_end(Device& device, Recording** recording) {
  EmulatedGraph* graph = device.stream->recording;
  if (graph == nullptr) throw std::runtime_error("the stream is not being recorded");
  if (graph->origin != device.stream) throw std::runtime_error("a branch cannot end the recording it joined");
  auto* made = reinterpret_cast<Recording*>(graph);  // its first member
  const std::string trouble = trouble_of(*graph);
  const RecordedNames names = launches().end_recording();
  discard(graph);
  if (recording != nullptr && trouble.empty()) {
    made->name = std::make_shared<const std::string>(names.text(record_nodes(made)));
    *recording = made;
    return;
  }
  release_memory(made);
  if (recording != nullptr) throw std::runtime_error(trouble);
}

void record_launch(Device& device, Recording& recording) {
  if (recording.graph.origin != device.stream) throw std::runtime_error("the recording is another context's");
  emulation::refuse_while_recording(device.stream, "a launch of a recording");
  check(device, "a launch of a recording");
  launches().add_replay(device.stream, recording.name, ++recording.replays);
  for (const auto& node : recording.graph.nodes) node();
}

int64_t record_nodes(const Recording* recording) { return static_cast<int64_t>(recording->graph.nodes.size()); }

void record_destroy(Device& device, Recording* recording) {
  release_memory(recording);
  synchronize(device);
}

void range_push(const char* name) {
  if (launches().recording() != nullptr) launches().recording()->range(name);
}
void range_pop() {}

void readback_create(Device& device, int64_t bytes, Readback** readback) {
  const auto size = static_cast<size_t>(bytes);
  auto made = std::make_unique<Readback>();
  made->host = emulation::allocate(device.ordinal, size, device.name + ", pinned host memory");
  made->bytes = size;
  std::memset(made->host, 0, size);
  *readback = made.release();
}

void readback_start(Device& device, Readback& r, const void* from) {
  emulation::refuse_while_recording(device.stream, "a read-back");
  std::memcpy(r.host, from, r.bytes);
  r.launched = launches().now();
}

void readback_wait(Device& device, Readback& r, const void** data) {
  emulation::refuse_while_recording(device.stream, "a wait for a read-back");
  check(device, "a wait for a read-back");
  launches().ended_well(device.stream, r.launched);
  *data = r.host;
}

void readback_destroy(Device&, Readback* readback) {
  emulation::release(readback->host);
  delete readback;
}

void wait(Device& device, Device& other) {
  EmulatedStream *later = device.stream, *earlier = other.stream;
  if (earlier->recording == nullptr) {
    if (later->recording == nullptr) {  // what was enqueued has finished
      launches().joined(device.stream, other.stream);
      return;
    }
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
