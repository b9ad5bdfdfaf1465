// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Exported functions: library and context. Kernels: api_kernels.cpp (secant.h) and api_train.cpp (secant_train.h).

#include <dlfcn.h>

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

using secant::require;
using secant::require_available;
using secant::translate;

extern "C" {

int32_t secant_abi(void) { return SECANT_ABI; }

const char* secant_build(void) {
  return "secant " SECANT_VERSION " revision " SECANT_REVISION " compiler gcc-compatible " __VERSION__
         " levels v2,v3,v4 -ffp-contract=off";
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
