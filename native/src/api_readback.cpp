// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_readback_*: a host buffer that memory of a context is copied to while work goes on.

#include <cinttypes>
#include <cstring>
#include <memory>
#include <vector>

#include "context.h"
#include "error.h"

// One of the two is used: the device's, or on a CPU context plain memory.
struct secant_readback {
  secant::Readback* device = nullptr;
  std::vector<unsigned char> host;
};

namespace {

using secant::check_device;
using secant::require;
using secant::translate;

void require_both(const secant_context* context, const secant_readback* readback) {
  require(context != nullptr, "context is NULL");
  require(readback != nullptr, "readback is NULL");
}

}  // namespace

extern "C" {

int32_t secant_readback_create(secant_context* context, int64_t bytes, secant_readback** readback) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    require(readback != nullptr, "readback is NULL");
    require(bytes >= 1, "bytes must be at least 1, got %" PRId64, bytes);
    *readback = nullptr;
    auto made = std::make_unique<secant_readback>();
    if (context->on_host()) {
      made->host.assign(static_cast<size_t>(bytes), 0);
    } else {
      check_device(*context, context->device_ops->readback_create(context->device, bytes, &made->device));
    }
    *readback = made.release();
  });
}

int32_t secant_readback_start(secant_context* context, secant_readback* readback, const void* from) {
  return translate(__func__, [&] {
    require_both(context, readback);
    require(from != nullptr, "from is NULL");
    if (context->on_host()) {
      std::memcpy(readback->host.data(), from, readback->host.size());
    } else {
      check_device(*context, context->device_ops->readback_start(context->device, readback->device, from));
    }
  });
}

int32_t secant_readback_wait(secant_context* context, secant_readback* readback, const void** data) {
  return translate(__func__, [&] {
    require_both(context, readback);
    const void* found = readback->host.data();
    if (!context->on_host()) {
      check_device(*context, context->device_ops->readback_wait(context->device, readback->device, &found));
    }
    if (data != nullptr) *data = found;
  });
}

int32_t secant_readback_destroy(secant_context* context, secant_readback* readback) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    const std::unique_ptr<secant_readback> owned(readback);
    if (readback == nullptr || readback->device == nullptr) return;
    check_device(*context, context->device_ops->readback_destroy(context->device, readback->device));
  });
}

}  // extern "C"
