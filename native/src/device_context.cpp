// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Contexts of libsecant_cuda: loading it, and every operation as one call across the wall (device_ops.h).

#include <dlfcn.h>

#include "context.h"
#include "error.h"

namespace secant {

namespace {

[[noreturn]] void throw_status(int32_t status, const char* text) { throw Error(status, text); }

// One operation of the table.
template <auto kMember, typename Arguments>
void call(secant_context& context, const Arguments& arguments) {
  const int32_t status = (context.device_ops->*kMember)(context.device, arguments);
  if (status != SECANT_OK) throw_status(status, context.device_ops->error(context.device));
}

// The table of the library at `path`, which stays loaded for the life of the process: kernels of a context that is
// still open, and the driver's own threads, may run code of it.
const DeviceOps& load(const char* path) {
  require(path[0] == '/', "library_path must be absolute, got '%s'", path);
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw_status(SECANT_UNAVAILABLE, dlerror());
  auto ops = reinterpret_cast<secant_cuda_ops_function>(dlsym(library, "secant_cuda_ops"));
  require_available(ops != nullptr, "'%s' is not a CUDA library of Secant: it has no symbol secant_cuda_ops", path);
  const DeviceOps* table = ops(kDeviceAbi);
  require_available(table != nullptr, "'%s' does not speak device abi %d, which this libsecant expects", path,
                    kDeviceAbi);
  return *table;
}

}  // namespace

const Operations device_operations = {
    call<&DeviceOps::dirichlet>,     call<&DeviceOps::mix>,
    call<&DeviceOps::mix_images>,    call<&DeviceOps::mix_values>,
    call<&DeviceOps::mix_labels>,    call<&DeviceOps::consistency>,
    call<&DeviceOps::nonlin>,        call<&DeviceOps::norm>,
    call<&DeviceOps::norm_backward>, call<&DeviceOps::add>,
    call<&DeviceOps::pool_forward>,  call<&DeviceOps::pool_backward>,
    call<&DeviceOps::dense_forward>, call<&DeviceOps::dense_backward>,
    call<&DeviceOps::cross_entropy>, call<&DeviceOps::schedule>,
    call<&DeviceOps::advance>,       call<&DeviceOps::optim_step>,
    call<&DeviceOps::conv>,          call<&DeviceOps::conv_data>,
    call<&DeviceOps::conv_weights>,  call<&DeviceOps::head_train>,
    call<&DeviceOps::convert>,
};

secant_context* create_device_context(const char* library_path, int32_t ordinal, void* stream) {
  const DeviceOps& ops = load(library_path);
  char reason[512] = "";
  Device* device = nullptr;
  const int32_t status = ops.create(ordinal, stream, &device, reason, sizeof reason);
  if (status != SECANT_OK) throw_status(status, reason);
  try {
    return new secant_context(ops, device);
  } catch (...) {
    ops.destroy(device);
    throw;
  }
}

}  // namespace secant
