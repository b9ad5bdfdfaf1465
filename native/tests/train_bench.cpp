// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Run by hand: train_bench [threads [level]]. Median and best time of each training kernel on a 128x32x32x32 activation
// and on the arena of WRN-28-2, as GB/s of the bytes its file comment counts, beside a memcpy of the same tensor.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "secant_train.h"

namespace {

secant_context* context = nullptr;
int failures = 0;

void expect(int32_t status) {
  if (status != SECANT_OK && failures++ == 0) std::fprintf(stderr, "%s\n", secant_last_error());
}

template <typename Body>
void report(const char* name, double bytes, Body body) {
  std::vector<double> seconds;
  for (int i = 0; i < 41; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (i > 3) seconds.push_back(spent.count());
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf("%-34s %8.3f ms median %8.3f ms best %7.1f GB/s median %7.1f GB/s best\n", name, median * 1e3,
              seconds[0] * 1e3, bytes / median * 1e-9, bytes / seconds[0] * 1e-9);
}

void norms(const char* shape, int64_t pixels, int32_t channels) {
  std::printf("-- %s\n", shape);
  const int64_t count = pixels * channels;
  const double bytes = 4.0 * static_cast<double>(count);
  std::vector<float> x(count), r(count, 0.5f), sum(count), y(count), dy(count), gamma(channels, 1.5f),
      beta(channels, 0.1f), mean(channels), inv_std(channels), var(channels, 1.0f), dgamma(channels), dbeta(channels);
  for (int64_t i = 0; i < count; ++i) {
    x[i] = static_cast<float>((i * 7919) % 1013) / 500 - 1;
    dy[i] = static_cast<float>((i * 104729) % 997) / 500 - 1;
  }
  const secant_norm_spec spec = {1, pixels, channels, 1e-3f, 0.1f};
  report("memcpy, 1 thread (2T)", 2 * bytes, [&] { std::memcpy(y.data(), x.data(), count * sizeof(float)); });
  report("add (3T)", 3 * bytes, [&] { expect(secant_add(context, count, x.data(), r.data(), sum.data())); });
  report("norm statistics only (1T)", bytes, [&] {
    expect(secant_norm_forward(context, &spec, x.data(), nullptr, nullptr, gamma.data(), beta.data(), 0, nullptr,
                               nullptr, nullptr, mean.data(), inv_std.data(), nullptr));
  });
  report("norm forward (3T)", 3 * bytes, [&] {
    expect(secant_norm_forward(context, &spec, x.data(), nullptr, nullptr, gamma.data(), beta.data(), 0, nullptr,
                               nullptr, nullptr, mean.data(), inv_std.data(), y.data()));
  });
  report("norm forward + residual (5T)", 5 * bytes, [&] {
    expect(secant_norm_forward(context, &spec, x.data(), r.data(), sum.data(), gamma.data(), beta.data(), 0, nullptr,
                               nullptr, nullptr, mean.data(), inv_std.data(), y.data()));
  });
  report("norm inference (2T)", 2 * bytes, [&] {
    expect(secant_norm_inference(context, &spec, x.data(), nullptr, nullptr, gamma.data(), beta.data(), mean.data(),
                                 var.data(), y.data()));
  });
  report("norm backward (5T)", 5 * bytes, [&] {
    expect(secant_norm_backward(context, &spec, x.data(), gamma.data(), beta.data(), mean.data(), inv_std.data(),
                                dy.data(), nullptr, y.data(), dgamma.data(), dbeta.data()));
  });
  report("norm backward + addend (6T)", 6 * bytes, [&] {
    expect(secant_norm_backward(context, &spec, x.data(), gamma.data(), beta.data(), mean.data(), inv_std.data(),
                                dy.data(), r.data(), y.data(), dgamma.data(), dbeta.data()));
  });
}

void optimiser() {
  constexpr int64_t kCount = 1467610;
  std::printf("-- optimiser, %lld parameters; head, batch 128\n", static_cast<long long>(kCount));
  std::vector<float> grad(kCount, 0.01f), p(kCount, 0.5f), m(kCount), v(kCount), ema(kCount, 0.5f);
  const secant_optim_spec spec = {kCount, kCount - 3000, 0.9, 0.999, 1e-8, 0.02};
  const int64_t step = 100;
  const float lr = 0.002f, rate = 0.999f;
  report("optim step (36 bytes each)", 36.0 * kCount, [&] {
    expect(secant_optim_step(context, &spec, &step, &lr, &rate, grad.data(), p.data(), m.data(), v.data(), ema.data()));
  });
}

void head() {
  constexpr int32_t B = 128, P = 64, F = 128, C = 10;
  std::vector<float> y(B * P * F, 0.5f), pooled(B * F), w(C * F, 0.1f), bias(C), z(B * C), target(B * C, 0.1f),
      dz(B * C), dw(C * F), dbias(C);
  float loss;
  const double bytes = 4.0 * B * P * F;
  report("pool forward (1T)", bytes, [&] { expect(secant_pool_forward(context, B, P, F, y.data(), pooled.data())); });
  report("pool backward (1T)", bytes, [&] { expect(secant_pool_backward(context, B, P, F, pooled.data(), y.data())); });
  report("dense forward", 4.0 * B * F,
         [&] { expect(secant_dense_forward(context, B, F, C, pooled.data(), w.data(), bias.data(), z.data())); });
  report("cross entropy", 12.0 * B * C,
         [&] { expect(secant_cross_entropy(context, B, C, z.data(), target.data(), &loss, dz.data())); });
  report("dense backward", 8.0 * B * F, [&] {
    expect(secant_dense_backward(context, B, F, C, pooled.data(), w.data(), dz.data(), pooled.data(), dw.data(),
                                 dbias.data()));
  });
}

}  // namespace

int main(int argc, char** argv) {
  const int32_t threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int32_t level = argc > 2 ? std::atoi(argv[2]) : 0;
  expect(secant_context_create(threads, level, &context));
  if (context == nullptr) return 1;
  std::printf("%s\nthreads %d, level %d (0 = best)\n", secant_build(), threads, level);
  norms("128x32x32x32 (group 1, T = 16.8 MB)", 128 * 32 * 32, 32);
  norms("128x16x16x64 (group 2, T = 8.4 MB)", 128 * 16 * 16, 64);
  norms("128x8x8x128 (group 3, T = 4.2 MB)", 128 * 8 * 8, 128);
  norms("128x32x32x16 (stem, T = 8.4 MB)", 128 * 32 * 32, 16);
  optimiser();
  head();
  expect(secant_context_destroy(context));
  return failures == 0 ? 0 : 1;
}
