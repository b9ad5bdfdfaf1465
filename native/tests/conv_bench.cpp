// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Run by hand: conv_bench [threads [level [runs]]]. Best and median time of each pass of the convolutions of WRN-28-2
// at batch 128, as GFLOP/s of a direct convolution's multiply-adds, beside fused operations on registers alone: a
// direct convolution cannot be faster than those.

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "secant_train.h"

namespace {

secant_context* context = nullptr;
int failures = 0, runs = 15;

void expect(int32_t status) {
  if (status != SECANT_OK && failures++ == 0) std::fprintf(stderr, "%s\n", secant_last_error());
}

template <typename Body>
void report(const char* name, double operations, Body body) {
  std::vector<double> seconds;
  for (int i = 0; i < runs + 2; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (i > 1) seconds.push_back(spent.count());
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf("%-44s %8.3f ms best %8.3f ms median %7.1f GFLOP/s best\n", name, seconds[0] * 1e3, median * 1e3,
              operations / seconds[0] * 1e-9);
  std::fflush(stdout);
}

// Twelve chains of fused operations on 8 floats, on one thread.
__attribute__((target("avx2,fma"))) void chains(int steps) {
  __m256 s0 = {}, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
  const __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1.0f);
  for (int i = 0; i < steps; ++i) {
    for (__m256* s : {&s0, &s1, &s2, &s3, &s4, &s5, &s6, &s7, &s8, &s9, &s10, &s11}) *s = _mm256_fmadd_ps(*s, a, b);
    __asm__ volatile("" : "+x"(s0), "+x"(s1), "+x"(s2), "+x"(s3), "+x"(s4), "+x"(s5), "+x"(s6), "+x"(s7));
    __asm__ volatile("" : "+x"(s8), "+x"(s9), "+x"(s10), "+x"(s11));
  }
}

void registers() {
  constexpr int kSteps = 1000000;
  if (!__builtin_cpu_supports("fma")) return;
  report("fused operations, AVX2, one thread", 16.0 * 12 * kSteps, [] { chains(kSteps); });
}

void convolution(int32_t size, int32_t in, int32_t out) {
  const secant_conv_spec spec = {128, size, size, in, out, 3, 1};
  const int64_t pixels = int64_t{128} * size * size;
  std::vector<float> x(pixels * in), w(int64_t{9} * in * out), y(pixels * out), dx(pixels * in), dw(w.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1013) / 500 - 1;
  for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i * 104729 % 997) / 5000 - 0.1f;
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i * 104729 % 997) / 500 - 1;
  const double operations = 2.0 * 9 * static_cast<double>(pixels) * in * out;
  char name[96];
  const auto pass = [&](const char* what, auto body) {
    std::snprintf(name, sizeof name, "%dx%d, %d to %d channels, %s", size, size, in, out, what);
    report(name, operations, body);
  };
  pass("data", [&] { expect(secant_conv_backward_data(context, &spec, w.data(), y.data(), dx.data())); });
  pass("weights",
       [&] { expect(secant_conv_backward_weights(context, &spec, x.data(), y.data(), dw.data(), nullptr)); });
  pass("forward", [&] { expect(secant_conv_forward(context, &spec, x.data(), w.data(), nullptr, y.data())); });
}

}  // namespace

int main(int argc, char** argv) {
  const int32_t threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const int32_t level = argc > 2 ? std::atoi(argv[2]) : 0;
  if (argc > 3) runs = std::max(1, std::atoi(argv[3]));
  expect(secant_context_create(threads, level, &context));
  if (context == nullptr) return 1;
  std::printf("%s\nthreads %d, level %d (0 = best)\n", secant_build(), threads, level);
  registers();
  convolution(32, 16, 32);
  convolution(32, 32, 32);
  convolution(16, 64, 64);
  convolution(8, 128, 128);
  expect(secant_context_destroy(context));
  return failures == 0 ? 0 : 1;
}
