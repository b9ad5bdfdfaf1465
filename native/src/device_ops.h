// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The wall between libsecant and libsecant_cuda: one exported symbol, secant_cuda_ops(abi), returns this table, or NULL
// for an abi it does not know. No exception, no C++ object crosses it; both sides are built from this header. Every
// function returns a secant_status; error(device) is the text of the last one that was not 0.
#pragma once

#include <stddef.h>

#include "arguments.h"

namespace secant {

constexpr int32_t kDeviceAbi = 4;

struct Device;     // a device, its stream and its workspace; the library's own
struct Recording;  // what was enqueued on a stream, to be launched again
struct Readback;   // a host buffer that a device copies to

struct DeviceOps {
  // stream NULL: the device gets a stream of its own. reason: text when the result is not SECANT_OK.
  int32_t (*create)(int32_t ordinal, void* stream, Device** device, char* reason, size_t reason_size);
  void (*destroy)(Device*);
  const char* (*error)(const Device*);
  const char* (*name)(const Device*);
  // Memory of the device. copy: any direction, waits until it is done. synchronize: waits for the stream.
  int32_t (*allocate)(Device*, int64_t bytes, void** memory);
  int32_t (*release)(Device*, void* memory);
  int32_t (*copy)(Device*, void* to, const void* from, int64_t bytes);
  int32_t (*move)(Device*, void* to, const void* from, int64_t bytes);  // within the device, enqueued
  int32_t (*synchronize)(Device*);
  int32_t (*clear)(Device*, void* memory, int64_t bytes);
  int32_t (*describe)(Device*, secant_device_info* info);
  void* (*stream)(const Device*);
  // Recording, see secant.h. end with NULL throws away what was recorded.
  int32_t (*record_begin)(Device*);
  int32_t (*record_end)(Device*, Recording** recording);
  int32_t (*record_launch)(Device*, Recording*);
  int64_t (*record_nodes)(const Recording*);
  int32_t (*record_destroy)(Device*, Recording*);
  int32_t (*wait)(Device*, Device* other);
  // Names for profilers.
  void (*range_push)(const char* name);
  void (*range_pop)();
  // Reading back, see secant.h.
  int32_t (*readback_create)(Device*, int64_t bytes, Readback** readback);
  int32_t (*readback_start)(Device*, Readback*, const void* from);
  int32_t (*readback_wait)(Device*, Readback*, const void** data);
  int32_t (*readback_destroy)(Device*, Readback*);

  int32_t (*dirichlet)(Device*, const DirichletArguments&);
  int32_t (*mix)(Device*, const MixArguments&);
  int32_t (*mix_images)(Device*, const ImagesArguments&);
  int32_t (*mix_values)(Device*, const ValuesArguments&);
  int32_t (*mix_labels)(Device*, const LabelsArguments&);
  int32_t (*consistency)(Device*, const ConsistencyArguments&);
  int32_t (*nonlin)(Device*, const NonlinArguments&);
  int32_t (*norm)(Device*, const NormArguments&);
  int32_t (*norm_backward)(Device*, const NormGradientArguments&);
  int32_t (*add)(Device*, const AddArguments&);
  int32_t (*pool_forward)(Device*, const PoolArguments&);
  int32_t (*pool_backward)(Device*, const PoolGradientArguments&);
  int32_t (*dense_forward)(Device*, const DenseArguments&);
  int32_t (*dense_backward)(Device*, const DenseGradientArguments&);
  int32_t (*cross_entropy)(Device*, const EntropyArguments&);
  int32_t (*schedule)(Device*, const ScheduleArguments&);
  int32_t (*advance)(Device*, const AdvanceArguments&);
  int32_t (*optim_step)(Device*, const OptimArguments&);
  int32_t (*conv)(Device*, const ConvArguments&);
  int32_t (*conv_data)(Device*, const ConvDataArguments&);
  int32_t (*conv_weights)(Device*, const ConvWeightArguments&);
  int32_t (*head_train)(Device*, const HeadArguments&);
  int32_t (*convert)(Device*, const ConvertArguments&);
};

}  // namespace secant

extern "C" {
typedef const secant::DeviceOps* (*secant_cuda_ops_function)(int32_t abi);
}
