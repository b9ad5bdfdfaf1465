// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The one exported symbol of libsecant_cuda: the table of device_ops.h, exceptions turned into statuses.

#include <exception>
#include <new>

#include "device.h"

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

template <auto kLauncher, typename Arguments>
int32_t call(Device* device, const Arguments& arguments) {
  return guarded(device, [&] { kLauncher(*device, arguments); });
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
    call<dirichlet, DirichletArguments>,
    call<mix, MixArguments>,
    call<mix_images, ImagesArguments>,
    call<mix_values, ValuesArguments>,
    call<mix_labels, LabelsArguments>,
    call<consistency, ConsistencyArguments>,
    call<nonlin, NonlinArguments>,
    call<norm, NormArguments>,
    call<norm_backward, NormGradientArguments>,
    call<add, AddArguments>,
    call<pool_forward, PoolArguments>,
    call<pool_backward, PoolGradientArguments>,
    call<dense_forward, DenseArguments>,
    call<dense_backward, DenseGradientArguments>,
    call<cross_entropy, EntropyArguments>,
    call<schedule, ScheduleArguments>,
    call<advance, AdvanceArguments>,
    call<optim_step, OptimArguments>,
    call<conv, ConvArguments>,
    call<conv_data, ConvDataArguments>,
    call<conv_weights, ConvWeightArguments>,
    call<head_train, HeadArguments>,
    call<convert, ConvertArguments>,
};

}  // namespace
}  // namespace secant::cuda

extern "C" __attribute__((visibility("default"))) const secant::DeviceOps* secant_cuda_ops(int32_t abi) {
  return abi == secant::kDeviceAbi ? &secant::cuda::kOps : nullptr;
}
