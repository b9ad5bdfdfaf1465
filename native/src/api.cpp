// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Exported functions: library and context. Kernels: api_kernels.cpp (secant.h) and api_train.cpp (secant_train.h).

#include <dlfcn.h>

#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "context.h"
#include "error.h"
#include "secant.h"
#include "secant_train.h"

namespace secant {
std::string& last_error() {
  thread_local std::string text;
  return text;
}
}  // namespace secant

using secant::check_device;
using secant::require;
using secant::require_available;
using secant::translate;

namespace {

// The device of a context; a CPU context is refused.
secant::Device* device_of(secant_context* context) {
  require(context != nullptr, "context is NULL");
  require_available(!context->on_host(), "this is a CPU context, expected a CUDA context");
  return context->device;
}

// What copies within a context or to and from it ask for.
void require_copy(const secant_context* context, const void* to, const void* from, int64_t bytes) {
  require(context != nullptr, "context is NULL");
  require(to != nullptr, "to is NULL");
  require(from != nullptr, "from is NULL");
  require(bytes >= 1, "bytes must be at least 1, got %" PRId64, bytes);
}

}  // namespace

extern "C" {

int32_t secant_abi(void) { return SECANT_ABI; }

const char* secant_build(void) {
  return "secant " SECANT_VERSION " revision " SECANT_REVISION " compiler gcc-compatible " __VERSION__
         " levels " SECANT_BUILT_LEVELS " -ffp-contract=off";
}

const char* secant_last_error(void) { return secant::last_error().c_str(); }

int32_t secant_cpu_level(int32_t* level) {
  return translate(__func__, [&] {
    require(level != nullptr, "level is NULL");
    *level = secant::cpu_level();
  });
}

int32_t secant_context_create(int32_t threads, int32_t level, secant_context** context) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    *context = nullptr;
    require(threads >= 1 && threads <= 1024, "threads must be in 1..1024, got %d", threads);
    require(level == 0 || (level >= 2 && level <= 4), "level must be 0 (best), 2, 3 or 4, got %d", level);
    const int32_t best = secant::cpu_level();
    require_available(best >= 2, "this processor runs x86-64-v%d; x86-64-v2 (SSE 4.2) or later is needed", best);
    require_available(level <= best, "level x86-64-v%d was asked for, this processor runs up to x86-64-v%d", level,
                      best);
    const int32_t chosen = level == 0 ? best : level;
    *context = std::make_unique<secant_context>(threads, chosen, secant::ops_for(chosen)).release();
  });
}

int32_t secant_context_destroy(secant_context* context) {
  return translate(__func__, [&] { delete context; });
}

int32_t secant_context_info(const secant_context* context, int32_t* threads, int32_t* level) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    if (threads != nullptr) *threads = context->pool.threads();
    if (level != nullptr) *level = context->level;
  });
}

int32_t secant_context_create_cuda(const char* library_path, int32_t device, void* stream, secant_context** context) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    *context = nullptr;
    require(library_path != nullptr, "library_path is NULL");
    require(device >= 0, "device must be at least 0, got %d", device);
    *context = secant::create_device_context(library_path, device, stream);
  });
}

int32_t secant_context_set_type(secant_context* context, int32_t type) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    require(type == SECANT_FLOAT32 || type == SECANT_BFLOAT16, "type must be 0 (float) or 1 (bf16), got %d", type);
    context->type = type;
  });
}

int32_t secant_memory_allocate(secant_context* context, int64_t bytes, void** memory) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    require(memory != nullptr, "memory is NULL");
    require(bytes >= 1 && bytes <= INT64_MAX - 64, "bytes must be at least 1, got %" PRId64, bytes);
    if (!context->on_host()) {
      check_device(*context, context->device_ops->allocate(context->device, bytes, memory));
      return;
    }
    *memory = std::aligned_alloc(64, (static_cast<size_t>(bytes) + 63) / 64 * 64);
    if (*memory == nullptr) throw std::bad_alloc();
  });
}

int32_t secant_memory_release(secant_context* context, void* memory) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    if (context->on_host()) {
      std::free(memory);
    } else {
      check_device(*context, context->device_ops->release(context->device, memory));
    }
  });
}

int32_t secant_memory_copy(secant_context* context, void* to, const void* from, int64_t bytes) {
  return translate(__func__, [&] {
    require_copy(context, to, from, bytes);
    if (context->on_host()) {
      std::memmove(to, from, static_cast<size_t>(bytes));
    } else {
      check_device(*context, context->device_ops->copy(context->device, to, from, bytes));
    }
  });
}

int32_t secant_memory_clear(secant_context* context, void* memory, int64_t bytes) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    require(memory != nullptr, "memory is NULL");
    require(bytes >= 1, "bytes must be at least 1, got %" PRId64, bytes);
    if (context->on_host()) {
      std::memset(memory, 0, static_cast<size_t>(bytes));
    } else {
      check_device(*context, context->device_ops->clear(context->device, memory, bytes));
    }
  });
}

int32_t secant_range_push(secant_context* context, const char* name) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    require(name != nullptr, "name is NULL");
    if (!context->on_host()) context->device_ops->range_push(name);
  });
}

int32_t secant_range_pop(secant_context* context) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    if (!context->on_host()) context->device_ops->range_pop();
  });
}

int32_t secant_memory_move(secant_context* context, void* to, const void* from, int64_t bytes) {
  return translate(__func__, [&] {
    require_copy(context, to, from, bytes);
    if (context->on_host()) {
      std::memcpy(to, from, static_cast<size_t>(bytes));
    } else {
      check_device(*context, context->device_ops->move(context->device, to, from, bytes));
    }
  });
}

int32_t secant_context_device(secant_context* context, secant_device_info* info) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    require(info != nullptr, "info is NULL");
    check_device(*context, context->device_ops->describe(device, info));
  });
}

int32_t secant_context_stream(secant_context* context, void** stream) {
  return translate(__func__, [&] {
    const secant::Device* device = device_of(context);
    require(stream != nullptr, "stream is NULL");
    *stream = context->device_ops->stream(device);
  });
}

int32_t secant_context_wait(secant_context* context, secant_context* other) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    secant::Device* earlier = device_of(other);
    require(context->device_ops == other->device_ops, "the contexts belong to two libraries");
    check_device(*context, context->device_ops->wait(device, earlier));
  });
}

int32_t secant_record_begin(secant_context* context) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    check_device(*context, context->device_ops->record_begin(device));
  });
}

int32_t secant_record_end(secant_context* context, secant_recording** recording) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    if (recording != nullptr) *recording = nullptr;
    secant::Recording* made = nullptr;
    check_device(*context, context->device_ops->record_end(device, recording == nullptr ? nullptr : &made));
    if (recording != nullptr) *recording = reinterpret_cast<secant_recording*>(made);
  });
}

int32_t secant_record_launch(secant_context* context, secant_recording* recording) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    require(recording != nullptr, "recording is NULL");
    check_device(*context, context->device_ops->record_launch(device, reinterpret_cast<secant::Recording*>(recording)));
  });
}

int32_t secant_record_nodes(secant_context* context, const secant_recording* recording, int64_t* nodes) {
  return translate(__func__, [&] {
    device_of(context);
    require(recording != nullptr, "recording is NULL");
    require(nodes != nullptr, "nodes is NULL");
    *nodes = context->device_ops->record_nodes(reinterpret_cast<const secant::Recording*>(recording));
  });
}

int32_t secant_record_destroy(secant_context* context, secant_recording* recording) {
  return translate(__func__, [&] {
    secant::Device* device = device_of(context);
    if (recording == nullptr) return;
    check_device(*context,
                 context->device_ops->record_destroy(device, reinterpret_cast<secant::Recording*>(recording)));
  });
}

int32_t secant_synchronize(secant_context* context) {
  return translate(__func__, [&] {
    require(context != nullptr, "context is NULL");
    if (!context->on_host()) check_device(*context, context->device_ops->synchronize(context->device));
  });
}

int32_t secant_openmp_threads(int32_t threads) {
  return translate(__func__, [&] {
    require(threads >= 1, "threads must be >= 1, got %d", threads);
    void* runtime = dlopen("libgomp.so.1", RTLD_NOLOAD | RTLD_NOW);
    require_available(runtime != nullptr, "no libgomp.so.1 is loaded in this process");
    auto set = reinterpret_cast<void (*)(int)>(dlsym(runtime, "omp_set_num_threads"));
    require_available(set != nullptr, "libgomp.so.1 has no omp_set_num_threads");
    set(threads);
    dlclose(runtime);
  });
}

}  // extern "C"
