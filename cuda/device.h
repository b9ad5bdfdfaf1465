// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A device as the launchers see it, and the launchers. Launchers enqueue on device.stream; they throw Refusal for what
// this device cannot hold, before anything is enqueued, and std::runtime_error for what the runtime says.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#else
#include "emulation/runtime.h"
#endif

#include "device_ops.h"

namespace secant {

constexpr int kTickets = 1024;

// An error that leaves the library with its status.
struct Refusal : std::runtime_error {
  Refusal(int32_t status_, const std::string& what) : std::runtime_error(what), status(status_) {}
  int32_t status;
};

struct Device {
  int32_t ordinal = 0;
  cudaStream_t stream = nullptr;
  bool own_stream = false;
  size_t shared_limit = 0;  // most dynamic shared memory of a block
  std::string name;
  std::string error;
  // Zero between launches: counters by which the last block of a launch knows that it is the last.
  unsigned int* tickets = nullptr;
  // Blocks grow and are kept until the device goes, since a recorded graph holds their addresses.
  std::vector<void*> workspaces;
  size_t workspace_bytes = 0;

  // At least `bytes` bytes, 16-byte aligned, the same until a larger request. Kernels of one stream share it in turn.
  // Throws when it would have to grow while the stream is being captured.
  void* workspace(size_t bytes);
};

namespace cuda {

// The device could not give the memory; the text says how much was asked for and how much is free.
struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// device_cuda.cu, or emulation/device.cpp. create writes the reason when the result is not SECANT_OK.
int32_t create(int32_t ordinal, void* stream, Device** device, char* reason, size_t reason_size);
void destroy(Device* device);
void select(Device&);  // before any other call of a host thread
void allocate(Device&, int64_t bytes, void** memory);
void release(Device&, void* memory);
void copy(Device&, void* to, const void* from, int64_t bytes);
void move(Device&, void* to, const void* from, int64_t bytes);
void synchronize(Device&);
void clear(Device&, void* memory, int64_t bytes);
void describe(Device&, secant_device_info*);
void record_begin(Device&);
void record_end(Device&, Recording** recording);
void record_launch(Device&, Recording&);
int64_t record_nodes(const Recording*);
void record_destroy(Device&, Recording*);
void wait(Device&, Device& other);
void range_push(const char* name);
void range_pop();
void readback_create(Device&, int64_t bytes, Readback** readback);
void readback_start(Device&, Readback&, const void* from);
void readback_wait(Device&, Readback&, const void** data);
void readback_destroy(Device&, Readback* readback);

void dirichlet(Device&, const DirichletArguments&);
void mix(Device&, const MixArguments&);
void mix_images(Device&, const ImagesArguments&);
void mix_values(Device&, const ValuesArguments&);
void mix_labels(Device&, const LabelsArguments&);
void consistency(Device&, const ConsistencyArguments&);
void nonlin(Device&, const NonlinArguments&);
void norm(Device&, const NormArguments&);
void norm_backward(Device&, const NormGradientArguments&);
void add(Device&, const AddArguments&);
void pool_forward(Device&, const PoolArguments&);
void pool_backward(Device&, const PoolGradientArguments&);
void dense_forward(Device&, const DenseArguments&);
void dense_backward(Device&, const DenseGradientArguments&);
void cross_entropy(Device&, const EntropyArguments&);
void schedule(Device&, const ScheduleArguments&);
void advance(Device&, const AdvanceArguments&);
void optim_step(Device&, const OptimArguments&);
void conv(Device&, const ConvArguments&);
void conv_data(Device&, const ConvDataArguments&);
void conv_weights(Device&, const ConvWeightArguments&);
void head_train(Device&, const HeadArguments&);
void convert(Device&, const ConvertArguments&);

}  // namespace cuda
}  // namespace secant
