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

// A fresh block of exactly this size, so that AddressSanitizer sees a kernel that goes beyond it.
void* Device::workspace(size_t bytes) {
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

void allocate(Device&, int64_t bytes, void** memory) { *memory = allocate_bytes(static_cast<size_t>(bytes)); }

void release(Device&, void* memory) { std::free(memory); }

void copy(Device&, void* to, const void* from, int64_t bytes) { std::memmove(to, from, static_cast<size_t>(bytes)); }

void synchronize(Device&) {}

}  // namespace cuda
}  // namespace secant
