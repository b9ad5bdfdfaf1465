// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Median times of the kernels of secant.h and of the head at the sizes of CIFAR training and probing: kernel_bench
// [threads] [level]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "check.h"
#include "secant_train.h"

using check::Buffer;

namespace {

constexpr int kRuns = 101;

template <typename Body>
void bench(const char* name, double bytes, Body body) {
  std::vector<double> microseconds;
  for (int i = 0; i < kRuns + 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK_OK(body(i));
    const auto end = std::chrono::steady_clock::now();
    if (i >= 5) microseconds.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  const double median = microseconds[kRuns / 2];
  std::printf("%-44s median %9.1f us  (10 %% %9.1f, 90 %% %9.1f, n %d)  %6.1f GB/s\n", name, median,
              microseconds[kRuns / 10], microseconds[kRuns * 9 / 10], kRuns, bytes / median / 1e3);
}

// 64-byte aligned, as a caller's arena is.
struct Aligned {
  Buffer<float> room;
  float* at;
  explicit Aligned(int64_t count) : room(count + 16) {
    at = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(room.data()) + 63) / 64 * 64);
  }
  float* data() { return at; }
  float& operator[](int64_t i) { return at[i]; }
};

struct Cifar {
  static constexpr int64_t kImages = 10000, kImage = 32 * 32 * 3;
  Buffer<uint8_t> pixels{kImages * kImage};
  Buffer<int32_t> members{kImages};
  secant_pool pool;
  Cifar() {
    check::Random random(7);
    random.fill_below(pixels, 256);
    for (int64_t i = 0; i < kImages; ++i) members[i] = static_cast<int32_t>(i);
    pool = {pixels.data(), kImages, 32, 32, 3};
  }
};

void bench_mixing(secant_context* context, int32_t ways, int32_t pad, int32_t flip) {
  static const Cifar data;
  const int32_t batch = 128;
  const double alpha[16] = {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5};
  const float scale[3] = {1 / 127.5f, 1 / 127.5f, 1 / 127.5f}, shift[3] = {-1, -1, -1};
  secant_recipe recipe = {1,
                          1,
                          batch,
                          ways,
                          SECANT_PARTNERS_SHIFT,
                          SECANT_LAMBDA_SAMPLE,
                          flip,
                          pad,
                          alpha,
                          data.members.data(),
                          Cifar::kImages};
  Buffer<int32_t> indices(batch), crops(3 * batch), rows(batch * ways);
  Buffer<float> lambda(batch * ways);
  Aligned clean(batch * Cifar::kImage), mixed(batch * Cifar::kImage);
  const secant_draws draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
  const double bytes = static_cast<double>(batch) * Cifar::kImage * (ways + 4);
  char name[96];
  const char* kind = pad != 0 || flip != 0 ? "crop+flip" : "plain";
  std::snprintf(name, sizeof name, "draws                 K=%d B=128 %s", ways, kind);
  bench(name, 0, [&](int64_t step) { return secant_draw(context, &recipe, &step, &draws); });
  std::snprintf(name, sizeof name, "mix_images            K=%d B=128 %s", ways, kind);
  bench(name, bytes, [&](int64_t) {
    return secant_mix_images(context, &data.pool, batch, ways, batch, pad, indices.data(), crops.data(), rows.data(),
                             lambda.data(), scale, shift, mixed.data());
  });
  std::snprintf(name, sizeof name, "mix, mixed            K=%d B=128 %s", ways, kind);
  bench(name, bytes, [&](int64_t step) {
    return secant_mix(context, &data.pool, &recipe, &step, scale, shift, &draws, nullptr, mixed.data());
  });
  std::snprintf(name, sizeof name, "mix, clean and mixed  K=%d B=128 %s", ways, kind);
  bench(name, bytes * 2, [&](int64_t step) {
    return secant_mix(context, &data.pool, &recipe, &step, scale, shift, &draws, clean.data(), mixed.data());
  });
}

void bench_consistency(secant_context* context, int32_t space, int32_t ways, bool targets_gradient) {
  const int32_t batch = 128, classes = 10;
  check::Random random(3);
  Buffer<float> student(batch * classes), targets(batch * classes), dL_dstudent(batch * classes),
      dL_dtargets(batch * classes), lambda(batch * ways, 1.0f / static_cast<float>(ways));
  Buffer<int32_t> rows(batch * ways);
  random.fill_normal(student);
  random.fill_normal(targets);
  random.fill_below(rows, batch);
  const float weight = 100;
  float loss;
  char name[96];
  std::snprintf(name, sizeof name, "consistency space %d   K=%d B=128 C=10%s", space, ways,
                targets_gradient ? " both" : "");
  bench(name, 0, [&](int64_t) {
    return secant_consistency(context, space, SECANT_REDUCTION_MEAN, batch, ways, batch, classes, student.data(),
                              targets.data(), rows.data(), lambda.data(), &weight, &loss, dL_dstudent.data(),
                              targets_gradient ? dL_dtargets.data() : nullptr);
  });
}

void bench_nonlin(secant_context* context, int32_t batch, int64_t features) {
  check::Random random(3);
  Aligned points(batch * features), mixed(batch * features);
  Buffer<float> lambda(batch * 2, 0.5f);
  for (int64_t i = 0; i < batch * features; ++i) {
    points[i] = static_cast<float>(random.uniform());
    mixed[i] = static_cast<float>(random.uniform());
  }
  Buffer<int32_t> rows(batch * 2);
  for (int32_t b = 0; b < batch; ++b) {
    rows[2 * b] = b;
    rows[2 * b + 1] = (b + 1) % batch;
  }
  Buffer<double> out(batch * SECANT_NONLIN_FIELDS);
  const secant_nonlin_layer layer = {points.data(), mixed.data(), features, SECANT_FLOAT32};
  char name[96];
  std::snprintf(name, sizeof name, "nonlin                K=2 B=%d D=%d", batch, static_cast<int>(features));
  bench(name, 3.0 * 4 * static_cast<double>(batch * features), [&](int64_t) {
    return secant_nonlin(context, 1, &layer, batch, 2, batch, rows.data(), lambda.data(), 1e-12, out.data());
  });
}

// The head of a step: N = labelled + mixed rows of WRN-28-2.
void bench_head(secant_context* context, int32_t labelled, int32_t mixed) {
  const secant_head_spec spec = {labelled, mixed, 64, 128, 10, SECANT_SPACE_LOGIT, SECANT_REDUCTION_MEAN, 2, 128};
  const int64_t n = int64_t{labelled} + mixed;
  check::Random random(3);
  Aligned y(n * 64 * 128), dL_dy(n * 64 * 128), w(10 * 128), dL_dw(10 * 128);
  Buffer<float> bias(10, 0.1f), targets(labelled * 10, 0.1f), teacher(128 * 10), lambda(mixed * 2, 0.5f),
      weight(1, 1.0f), loss(2), dL_dbias(10);
  Buffer<int32_t> rows(mixed * 2);
  for (int64_t i = 0; i < n * 64 * 128; ++i) y[i] = static_cast<float>(random.uniform());
  for (int64_t i = 0; i < 10 * 128; ++i) w[i] = static_cast<float>(random.uniform());
  random.fill_normal(teacher);
  random.fill_below(rows, 128);
  const secant_head_inputs in = {y.data(),       w.data(),    bias.data(),   targets.data(),
                                 teacher.data(), rows.data(), lambda.data(), weight.data()};
  const secant_head_outputs out = {nullptr, nullptr,      loss.data(),     loss.data() + 1, nullptr,
                                   nullptr, dL_dw.data(), dL_dbias.data(), dL_dy.data()};
  char name[96];
  std::snprintf(name, sizeof name, "head_train            B=%d M=%d P=64 D=128 C=10", labelled, mixed);
  bench(name, 8.0 * static_cast<double>(n) * 64 * 128,
        [&](int64_t) { return secant_head_train(context, &spec, &in, &out); });
}

}  // namespace

int main(int argc, char** argv) {
  const check::Context context(argc > 1 ? std::atoi(argv[1]) : 1, argc > 2 ? std::atoi(argv[2]) : 0);
  for (int32_t ways : {2, 4}) {
    bench_mixing(context, ways, 0, 0);
    bench_mixing(context, ways, 4, 1);
  }
  for (int32_t space : {0, 1, 2}) bench_consistency(context, space, 2, false);
  bench_consistency(context, 1, 4, true);
  bench_head(context, 128, 0);
  bench_head(context, 128, 128);
  bench_nonlin(context, 128, 32768);
  bench_nonlin(context, 16, 8192);  // stays in L2: arithmetic, not memory
  bench_nonlin(context, 128, 128);
  return check::failures();
}
