// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The one exported symbol of libsecant_cuda: the table of device_ops.h, exceptions turned into statuses.

#include <exception>
#include <new>

#include "device.h"
#include "launches.h"

namespace secant::cuda {
namespace {

template <typename Body>
int32_t guarded(Device* device, Body body) noexcept {
  int32_t status = SECANT_INTERNAL;
  try {
    try {
      select(*device);
      body();
      return SECANT_OK;
    } catch (const OutOfMemory& e) {
      status = SECANT_OUT_OF_MEMORY;
      device->error = e.what();
    } catch (const std::bad_alloc&) {
      status = SECANT_OUT_OF_MEMORY;
      device->error = "out of host memory for work on " + device->name;
    } catch (const Refusal& refusal) {
      status = refusal.status;
      device->error = refusal.what();
    } catch (const std::exception& e) {
      device->error = e.what();
    }
  } catch (...) {
    // No memory for the text: the status alone has to do.
  }
  return status;
}

// The entry of a launcher; its name is that of the operation for whoever asks what was launched.
#define SECANT_CALL(launcher, Arguments)                           \
  [](Device* device, const Arguments& arguments) -> int32_t {      \
    launches().operation(#launcher);                               \
    return guarded(device, [&] { launcher(*device, arguments); }); \
  }

int32_t allocate_guarded(Device* device, int64_t bytes, void** memory) {
  return guarded(device, [&] { allocate(*device, bytes, memory); });
}
int32_t release_guarded(Device* device, void* memory) {
  return guarded(device, [&] { release(*device, memory); });
}
int32_t copy_guarded(Device* device, void* to, const void* from, int64_t bytes) {
  return guarded(device, [&] { copy(*device, to, from, bytes); });
}
int32_t move_guarded(Device* device, void* to, const void* from, int64_t bytes) {
  return guarded(device, [&] { move(*device, to, from, bytes); });
}
int32_t synchronize_guarded(Device* device) {
  return guarded(device, [&] { synchronize(*device); });
}
int32_t clear_guarded(Device* device, void* memory, int64_t bytes) {
  return guarded(device, [&] { clear(*device, memory, bytes); });
}
int32_t describe_guarded(Device* device, secant_device_info* info) {
  return guarded(device, [&] { describe(*device, info); });
}
void* stream_of(const Device* device) { return device->stream; }
int32_t record_begin_guarded(Device* device) {
  return guarded(device, [&] { record_begin(*device); });
}
int32_t record_end_guarded(Device* device, Recording** recording) {
  return guarded(device, [&] { record_end(*device, recording); });
}
int32_t record_launch_guarded(Device* device, Recording* recording) {
  return guarded(device, [&] { record_launch(*device, *recording); });
}
int32_t record_destroy_guarded(Device* device, Recording* recording) {
  return guarded(device, [&] { record_destroy(*device, recording); });
}
int32_t wait_guarded(Device* device, Device* other) {
  return guarded(device, [&] { wait(*device, *other); });
}
int32_t readback_create_guarded(Device* device, int64_t bytes, Readback** readback) {
  return guarded(device, [&] { readback_create(*device, bytes, readback); });
}
int32_t readback_start_guarded(Device* device, Readback* readback, const void* from) {
  return guarded(device, [&] { readback_start(*device, *readback, from); });
}
int32_t readback_wait_guarded(Device* device, Readback* readback, const void** data) {
  return guarded(device, [&] { readback_wait(*device, *readback, data); });
}
int32_t readback_destroy_guarded(Device* device, Readback* readback) {
  return guarded(device, [&] { readback_destroy(*device, readback); });
}
const char* error_of(const Device* device) { return device->error.c_str(); }
const char* name_of(const Device* device) { return device->name.c_str(); }

// In the order of DeviceOps.
const DeviceOps kOps = {
    create,
    destroy,
    error_of,
    name_of,
    allocate_guarded,
    release_guarded,
    copy_guarded,
    move_guarded,
    synchronize_guarded,
    clear_guarded,
    describe_guarded,
    stream_of,
    record_begin_guarded,
    record_end_guarded,
    record_launch_guarded,
    record_nodes,
    record_destroy_guarded,
    wait_guarded,
    range_push,
    range_pop,
    readback_create_guarded,
    readback_start_guarded,
    readback_wait_guarded,
    readback_destroy_guarded,
    SECANT_CALL(dirichlet, DirichletArguments),
    SECANT_CALL(mix, MixArguments),
    SECANT_CALL(mix_images, ImagesArguments),
    SECANT_CALL(mix_values, ValuesArguments),
    SECANT_CALL(mix_labels, LabelsArguments),
    SECANT_CALL(consistency, ConsistencyArguments),
    SECANT_CALL(nonlin, NonlinArguments),
    SECANT_CALL(norm, NormArguments),
    SECANT_CALL(norm_backward, NormGradientArguments),
    SECANT_CALL(add, AddArguments),
    SECANT_CALL(pool_forward, PoolArguments),
    SECANT_CALL(pool_backward, PoolGradientArguments),
    SECANT_CALL(dense_forward, DenseArguments),
    SECANT_CALL(dense_backward, DenseGradientArguments),
    SECANT_CALL(cross_entropy, EntropyArguments),
    SECANT_CALL(schedule, ScheduleArguments),
    SECANT_CALL(advance, AdvanceArguments),
    SECANT_CALL(optim_step, OptimArguments),
    SECANT_CALL(conv, ConvArguments),
    SECANT_CALL(conv_data, ConvDataArguments),
    SECANT_CALL(conv_weights, ConvWeightArguments),
    SECANT_CALL(head_train, HeadArguments),
    SECANT_CALL(convert, ConvertArguments),
};

}  // namespace
}  // namespace secant::cuda

extern "C" __attribute__((visibility("default"))) const secant::DeviceOps* secant_cuda_ops(int32_t abi) {
  return abi == secant::kDeviceAbi ? &secant::cuda::kOps : nullptr;
}
