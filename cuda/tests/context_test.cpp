// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// CUDA contexts through the emulated library: opening, refusals, memory, types, use from several contexts.

#include <vector>

#include "check.h"
#include "emulation/runtime.h"
#include "reasons.h"
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

TEST(a_stream_of_another_device_is_refused) {
  secant_context* context = nullptr;
  EmulatedStream stream = {1};
  refused(secant_context_create_cuda(kLibrary, 0, &stream, &context), SECANT_INVALID_ARGUMENT,
          "stream belongs to device 1, expected device 0");
  CHECK(context == nullptr);
  CHECK_OK(secant_context_create_cuda(kLibrary, 1, &stream, &context));
  CHECK_OK(secant_context_destroy(context));
  CHECK_EQ(stream.device, 1);  // the caller's, and still there
}

TEST(a_driver_that_cannot_be_used_is_a_reason) {
  using secant::why_no_device;
  CHECK_EQ(why_no_device({0, "cudaSuccess", "no error", 2, 13000, 13000}), "");
  CHECK_EQ(why_no_device({0, "cudaSuccess", "no error", 0, 13000, 13000}),
           "no CUDA device: the driver (CUDA 13.0) lists none");
  CHECK_EQ(why_no_device({100, "cudaErrorNoDevice", "no CUDA-capable device is detected", 0, 13010, 13000}),
           "no CUDA device: the driver (CUDA 13.1) lists none");
  CHECK_EQ(why_no_device({35, "cudaErrorInsufficientDriver", "driver version is insufficient", 0, 0, 13000}),
           "no NVIDIA driver: libcuda.so.1 was not found (cudaGetDeviceCount: cudaErrorInsufficientDriver, 35)");
  CHECK_EQ(why_no_device({35, "cudaErrorInsufficientDriver", "driver version is insufficient", 0, 12080, 13000}),
           "the NVIDIA driver is too old: it serves CUDA 12.8, expected at least 13.0, that is driver 580 or later "
           "(cudaErrorInsufficientDriver, 35)");
  CHECK_EQ(why_no_device({999, "cudaErrorUnknown", "unknown error", 0, 13000, 13000}),
           "cudaGetDeviceCount: unknown error (cudaErrorUnknown, 999), driver CUDA 13.0");
}

// Every function of a device context refuses NULL, misaligned and out-of-range arguments before anything is launched.
TEST(bad_arguments_are_refused_before_a_launch) {
  const Open open(0);
  secant_context* c = open.context;
  float x[64] = {};
  double d[16] = {};
  int32_t i[16] = {};
  int64_t step = 0;
  uint8_t pixels[48] = {};
  auto* odd = reinterpret_cast<float*>(reinterpret_cast<char*>(x) + 2);
  auto* odd_double = reinterpret_cast<double*>(reinterpret_cast<char*>(d) + 4);
  auto* odd_int = reinterpret_cast<int32_t*>(reinterpret_cast<char*>(i) + 1);
  const double alpha[17] = {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5};
  const auto invalid = [](int32_t got, const char* expected) { refused(got, SECANT_INVALID_ARGUMENT, expected); };

  invalid(secant_add(c, 4, nullptr, x, x), "a is NULL");
  invalid(secant_add(c, 4, odd, x, x), "a must be aligned to 4 bytes, got 0x");
  invalid(secant_add(c, 0, x, x, x), "count must be in 1..2^40, got 0");

  invalid(secant_convert(c, 4, 0, x, 2, x), "to_type must be 0 (float) or 1 (bf16), got 2");
  invalid(secant_convert(c, 4, 0, odd, 1, x), "from must be aligned to 4 bytes");
  invalid(secant_convert(c, 4, 0, x, 1, odd_int), "to must be aligned to 2 bytes");
  invalid(secant_convert(c, 4, 0, x, 1, nullptr), "to is NULL");
  invalid(secant_convert(c, 0, 0, x, 1, x), "count must be in 1..2^40, got 0");

  invalid(secant_dirichlet(c, 1, 0, &step, 1, 0, 17, alpha, x), "ways must be in 1..16, got 17");
  invalid(secant_dirichlet(c, 1, 0, nullptr, 1, 0, 2, alpha, x), "step is NULL");
  invalid(secant_dirichlet(c, 1, 0, &step, 1, 0, 2, alpha, odd), "lambda must be aligned to 4 bytes");
  invalid(secant_dirichlet(c, 1, 4, &step, 1, 0, 2, alpha, x), "stream must be in 0..3, got 4");

  secant_pool pool = {pixels, 1, 4, 4, 3};
  secant_recipe recipe = {1, 0, 2, 2, SECANT_PARTNERS_SHIFT, SECANT_LAMBDA_SAMPLE, 1, 1, alpha, i, 4};
  secant_draws draws = {i, i, i, x};
  const auto mix = [&](float* mixed) { return secant_mix(c, &pool, &recipe, &step, x, x, &draws, nullptr, mixed); };
  invalid(mix(odd), "mixed must be aligned to 4 bytes");
  recipe.ways = 0;
  invalid(mix(x), "ways must be in 1..16, got 0");
  recipe.ways = 3;
  invalid(mix(x), "partners=shift needs K <= B, got K=3, B=2");
  recipe.ways = 2;
  recipe.members = nullptr;
  invalid(mix(x), "members is NULL");
  recipe.members = i;
  draws.rows = odd_int;
  invalid(mix(x), "draws.rows must be aligned to 4 bytes");
  draws.rows = i;
  pool.channels = 5;
  invalid(mix(x), "pool.channels must be in 1..4, got 5");
  pool.channels = 3;
  pool.pixels = nullptr;
  invalid(mix(x), "pool.pixels is NULL");
  pool = {pixels, 1, 32768, 32768, 2};
  refused(mix(x), SECANT_UNAVAILABLE, "mix: at most 1073741824 values per image on a device, got 2147483648");
  pool = {pixels, 1, 4, 4, 3};
  invalid(secant_mix_images(c, &pool, 1, 1, 1, 4, i, nullptr, i, x, x, x, x), "pad must be in [0, min(H, W)=4), got 4");
  invalid(secant_mix_images(c, &pool, 1, 1, 1, 0, nullptr, nullptr, i, x, x, x, x), "indices is NULL");
  invalid(secant_mix_images(c, &pool, 1, 1, 1, 0, i, nullptr, i, nullptr, x, x, x), "lambda is NULL");
  invalid(secant_mix_labels(c, 1, 1, 1, 0, i, 1, i, i, x, x), "classes must be at least 1, got 0");
  invalid(secant_mix_labels(c, 1, 1, 1, 2, i, 1, i, i, x, odd), "out must be aligned to 4 bytes");

  invalid(secant_mix_values(c, 1, 17, 1, 4, x, i, x, x), "ways must be in 1..16, got 17");
  invalid(secant_mix_values(c, 1, 1, 1, 4, nullptr, i, x, x), "source is NULL");
  refused(secant_mix_values(c, INT32_MAX, 1, 1, 2048, x, i, x, x), SECANT_UNAVAILABLE,
          "at most 2147483647 blocks make one launch, this takes 4294967294");

  const auto consistency = [&](int32_t space, int32_t ways, const float* student, const float* weight, float* loss) {
    return secant_consistency(c, space, 0, 1, ways, 1, 4, student, x, i, x, weight, loss, x, nullptr);
  };
  invalid(consistency(3, 1, x, x, x), "space must be 0 (logit), 1 (prob) or 2 (logit-softmax), got 3");
  invalid(consistency(0, 17, x, x, x), "ways must be in 1..16, got 17");
  invalid(consistency(0, 1, odd, x, x), "student must be aligned to 4 bytes");
  invalid(consistency(0, 1, x, nullptr, x), "weight is NULL");
  invalid(consistency(0, 1, x, x, nullptr), "loss is NULL");

  secant_nonlin_layer layer = {x, x, 4, SECANT_FLOAT32};
  const auto nonlin = [&](int32_t ways, double* out) {
    return secant_nonlin(c, 1, &layer, 1, ways, 1, i, x, 1e-12, out);
  };
  invalid(nonlin(0, d), "ways must be in 1..16, got 0");
  invalid(nonlin(2, odd_double), "out must be aligned to 8 bytes");
  layer.points = odd;
  invalid(nonlin(2, d), "layers[0].points must be aligned to 4 bytes");
  layer = {x, nullptr, 4, SECANT_FLOAT32};
  invalid(nonlin(2, d), "layers[0].mixed is NULL");
  layer = {x, x, 0, SECANT_FLOAT32};
  invalid(nonlin(2, d), "layers[0].features must be at least 1, got 0");

  secant_norm_spec spec = {33, 4, 4, 1e-3f, 0.1f};
  const auto norm = [&](const float* in, float* mean) {
    return secant_norm_forward(c, &spec, in, nullptr, nullptr, x, x, 0, nullptr, nullptr, nullptr, mean, x, nullptr);
  };
  invalid(norm(x, x), "segments must be in 1..32, got 33");
  spec.segments = 1;
  invalid(norm(odd, x), "x must be aligned to 4 bytes");
  invalid(norm(x, nullptr), "mean is NULL");
  spec.channels = 1 << 20;
  refused(norm(x, x), SECANT_UNAVAILABLE, "norm: at most 32768 channels on a device, got 1048576");

  invalid(secant_pool_forward(c, 1, 1, 4, odd, x), "y must be aligned to 4 bytes");
  invalid(secant_dense_forward(c, 1, 4, 0, x, x, x, x), "classes must be at least 1, got 0");
  invalid(secant_cross_entropy(c, 1, 4, x, nullptr, x, x), "targets is NULL");
  const secant_head_spec head = {1, 1, 1, 4, 4, 0, 0, 17, 1};
  const secant_head_inputs in = {x, x, x, x, x, i, x, x};
  const secant_head_outputs out = {x, x, x, x, x, nullptr, x, x, x};
  invalid(secant_head_train(c, &head, &in, &out), "ways must be in 1..16, got 17");
  secant_optim_spec optim = {4, 5, .9, .999, 1e-8, 0};
  invalid(secant_optim_step(c, &optim, &step, x, x, x, x, x, x, x), "decayed must be in 0..count");
  optim.decayed = 4;
  invalid(secant_optim_step(c, &optim, &step, x, x, x, odd, x, x, x), "p must be aligned to 4 bytes");
  invalid(secant_advance(c, nullptr), "step is NULL");
}

TEST(types_belong_to_cuda_contexts) {
  const Open open(1);
  CHECK_OK(secant_context_set_type(open.context, SECANT_BFLOAT16));
  CHECK_OK(secant_context_set_type(open.context, SECANT_FLOAT32));
  refused(secant_context_set_type(open.context, 2), SECANT_INVALID_ARGUMENT,
          "type must be 0 (float) or 1 (bf16), got 2");
  const check::Context cpu;
  CHECK_OK(secant_context_set_type(cpu, SECANT_BFLOAT16));
  CHECK_OK(secant_context_set_type(cpu, SECANT_FLOAT32));
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
