// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// CUDA contexts through the emulated library: opening, refusals, memory, types, use from several contexts.

#include <vector>

#include "check.h"
#include "secant_train.h"

namespace {

const char* const kLibrary = SECANT_EMULATED;

// The call must return `status` with an error text that contains `expected`.
void refused(int32_t got, int32_t status, const char* expected) {
  CHECK_EQ(got, status);
  if (std::string(secant_last_error()).find(expected) == std::string::npos) {
    check::fail(__FILE__, __LINE__, std::string("error text is '") + secant_last_error() + "', expected " + expected);
  }
}

struct Open {
  secant_context* context = nullptr;
  explicit Open(int32_t device) { CHECK_OK(secant_context_create_cuda(kLibrary, device, nullptr, &context)); }
  ~Open() { CHECK_OK(secant_context_destroy(context)); }
};

}  // namespace

TEST(a_library_that_cannot_be_used_is_a_reason) {
  secant_context* context = nullptr;
  refused(secant_context_create_cuda("/nowhere/libsecant_cuda.so", 0, nullptr, &context), SECANT_UNAVAILABLE,
          "/nowhere/libsecant_cuda.so");
  CHECK(context == nullptr);
  refused(secant_context_create_cuda("libsecant_cuda.so", 0, nullptr, &context), SECANT_INVALID_ARGUMENT,
          "library_path must be absolute, got 'libsecant_cuda.so'");
  refused(secant_context_create_cuda(SECANT_OTHER, 0, nullptr, &context), SECANT_UNAVAILABLE,
          "it has no symbol secant_cuda_ops");
  refused(secant_context_create_cuda(nullptr, 0, nullptr, &context), SECANT_INVALID_ARGUMENT, "library_path is NULL");
  refused(secant_context_create_cuda(kLibrary, 0, nullptr, nullptr), SECANT_INVALID_ARGUMENT, "context is NULL");
}

TEST(a_device_that_does_not_exist_is_refused) {
  secant_context* context = nullptr;
  refused(secant_context_create_cuda(kLibrary, 4, nullptr, &context), SECANT_INVALID_ARGUMENT,
          "device must be in 0..3, got 4");
  refused(secant_context_create_cuda(kLibrary, -1, nullptr, &context), SECANT_INVALID_ARGUMENT,
          "device must be at least 0, got -1");
  CHECK(context == nullptr);
}

TEST(bad_arguments_are_refused_before_a_launch) {
  const Open open(0);
  float x[8] = {};
  refused(secant_add(open.context, 4, nullptr, x, x), SECANT_INVALID_ARGUMENT, "a is NULL");
  refused(secant_add(open.context, 4, reinterpret_cast<float*>(reinterpret_cast<char*>(x) + 2), x, x),
          SECANT_INVALID_ARGUMENT, "a must be aligned to 4 bytes");
  refused(secant_add(open.context, 0, x, x, x), SECANT_INVALID_ARGUMENT, "count must be in 1..2^40, got 0");
  int32_t row = 0;
  refused(secant_mix_values(open.context, 1, 17, 1, 4, x, &row, x, x), SECANT_INVALID_ARGUMENT,
          "ways must be in 1..16, got 17");
  secant_norm_spec spec = {1, 4, 1 << 20, 1e-3f, 0.1f};
  std::vector<float> wide(4 << 20);
  refused(secant_norm_forward(open.context, &spec, wide.data(), nullptr, nullptr, wide.data(), wide.data(), 0, nullptr,
                              nullptr, nullptr, wide.data(), wide.data(), nullptr),
          SECANT_UNAVAILABLE, "norm: at most 32768 channels on a device, got 1048576");
}

TEST(types_belong_to_cuda_contexts) {
  const Open open(1);
  CHECK_OK(secant_context_set_type(open.context, SECANT_BFLOAT16));
  CHECK_OK(secant_context_set_type(open.context, SECANT_FLOAT32));
  refused(secant_context_set_type(open.context, 2), SECANT_INVALID_ARGUMENT,
          "type must be 0 (float) or 1 (bf16), got 2");
  const check::Context cpu;
  CHECK_OK(secant_context_set_type(cpu, SECANT_FLOAT32));
  refused(secant_context_set_type(cpu, SECANT_BFLOAT16), SECANT_UNAVAILABLE, "a CPU context computes in float");
}

TEST(memory_of_both_kinds_of_context) {
  const Open open(0);
  const check::Context cpu;
  for (secant_context* context : {open.context, static_cast<secant_context*>(cpu)}) {
    void* memory = nullptr;
    float there[3] = {1, 2, 3}, back[3] = {};
    CHECK_OK(secant_memory_allocate(context, sizeof there, &memory));
    CHECK_OK(secant_memory_copy(context, memory, there, sizeof there));
    CHECK_OK(secant_memory_copy(context, back, memory, sizeof back));
    CHECK_EQ(back[2], 3.0f);
    CHECK_OK(secant_synchronize(context));
    CHECK_OK(secant_memory_release(context, memory));
    CHECK_OK(secant_memory_release(context, nullptr));
    refused(secant_memory_allocate(context, 0, &memory), SECANT_INVALID_ARGUMENT, "bytes must be at least 1, got 0");
    refused(secant_memory_copy(context, nullptr, there, 4), SECANT_INVALID_ARGUMENT, "to is NULL");
  }
}

TEST(info_of_a_cuda_context) {
  const Open open(2);
  int32_t threads = -1, level = -1;
  CHECK_OK(secant_context_info(open.context, &threads, &level));
  CHECK_EQ(threads, 1);
  CHECK_EQ(level, 0);
}

CHECK_MAIN()
