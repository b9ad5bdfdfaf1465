// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Operations on bf16 activations: what they read is exact in float and what they write is rounded once, so every result
// is known to the bit from the same operation in float.

#include <cstring>
#include <limits>

#include "check.h"
#include "portable_bf16.h"
#include "secant_train.h"

using check::Buffer;
using check::Context;
using check::Random;
using secant::bf16_bits;
using secant::bf16_value;

namespace {

typedef Buffer<uint16_t> Halves;

float* as_activations(Halves& halves) { return reinterpret_cast<float*>(halves.data()); }

// Values of bf16 as bf16 and as float.
struct Twins {
  Halves half;
  Buffer<float> full;
  explicit Twins(int64_t count) : half(count), full(count) {}
  Twins(int64_t count, uint64_t seed, double scale = 1) : Twins(count) {
    Random random(seed);
    for (int64_t i = 0; i < count; ++i)
      full[i] = bf16_value(half[i] = bf16_bits(static_cast<float>(scale * random.normal())));
  }
};

Halves rounded(const Buffer<float>& values) {
  Halves halves(values.size());
  for (int64_t i = 0; i < values.size(); ++i) halves[i] = bf16_bits(values[i]);
  return halves;
}

void in_bf16(secant_context* context) { CHECK_OK(secant_context_set_type(context, SECANT_BFLOAT16)); }

#define CHECK_ROUNDED(halves, values) CHECK((halves).same(rounded(values)))

}  // namespace

TEST(conversion_rounds_to_nearest_even_on_every_context) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float known[] = {0.0f,        -0.0f,         1.0f,          1.00390625f,
                         1.01171875f, 1.0039063692f, 3.3895314e38f, infinity,
                         -infinity,   1e-40f,        -1e-45f,       std::numeric_limits<float>::quiet_NaN()};
  const uint16_t expected[] = {0,      0x8000, 0x3f80, 0x3f80, 0x3f82, 0x3f81,
                               0x7f7f, 0x7f80, 0xff80, 0x0001, 0x8000, 0x7fff};
  check::on_every_context([&](secant_context* context) {
    Buffer<float> values(1003), back(1003);
    Random random(3);
    for (int64_t i = 0; i < values.size(); ++i) {
      const auto bits = static_cast<uint32_t>(random.bits());
      std::memcpy(&values[i], &bits, sizeof bits);
    }
    for (int64_t i = 0; i < 12; ++i) values[i] = known[i];
    Halves halves(values.size());
    CHECK_OK(secant_convert(context, values.size(), SECANT_FLOAT32, values.data(), SECANT_BFLOAT16, halves.data()));
    for (int64_t i = 0; i < 12; ++i) CHECK_EQ(halves[i], expected[i]);
    CHECK_ROUNDED(halves, values);
    CHECK_OK(secant_convert(context, values.size(), SECANT_BFLOAT16, halves.data(), SECANT_FLOAT32, back.data()));
    for (int64_t i = 0; i < values.size(); ++i) CHECK_EQ(bf16_bits(back[i]), halves[i]);
    CHECK(halves.intact() && back.intact());
    std::vector<uint8_t> bits;
    check::append_bits(bits, halves);
    return bits;
  });
}

TEST(norm_with_a_kept_sum_computes_from_what_it_kept) {
  for (int32_t channels : {1, 7, 16, 33, 70}) {
    const secant_norm_spec spec = {2, 67, channels, 1e-3f, 0.1f};
    const int64_t count = 2 * 67 * channels;
    Random random(9);
    Buffer<float> gamma(channels), beta(channels);
    random.fill_normal(gamma, 0.3, 1);
    random.fill_normal(beta);
    check::on_every_context([&](secant_context* context) {
      Twins x(count, 1), residual(count, 2, 0.3), dL_dy(count, 3), addend(count, 4);
      Buffer<float> kept(count), y(count), dx(count);
      Buffer<float> mean(2 * channels), inv(2 * channels), mean_half(2 * channels), inv_half(2 * channels);
      Buffer<float> running[4] = {{channels, 0.5f}, {channels, 1.5f}, {channels, 0.5f}, {channels, 1.5f}};
      Buffer<float> dgamma(channels), dbeta(channels), dgamma_half(channels), dbeta_half(channels);
      const float rate = 0.9f;
      for (int64_t i = 0; i < count; ++i) kept[i] = bf16_value(bf16_bits(x.full[i] + residual.full[i]));
      CHECK_OK(secant_norm_forward(context, &spec, kept.data(), nullptr, nullptr, gamma.data(), beta.data(), 1, &rate,
                                   running[0].data(), running[1].data(), mean.data(), inv.data(), y.data()));
      CHECK_OK(secant_norm_backward(context, &spec, kept.data(), gamma.data(), beta.data(), mean.data(), inv.data(),
                                    dL_dy.full.data(), addend.full.data(), dx.data(), dgamma.data(), dbeta.data()));
      in_bf16(context);
      Halves y_half(count), dx_half(count);
      CHECK_OK(secant_norm_forward(context, &spec, as_activations(x.half), as_activations(residual.half),
                                   as_activations(x.half), gamma.data(), beta.data(), 1, &rate, running[2].data(),
                                   running[3].data(), mean_half.data(), inv_half.data(), as_activations(y_half)));
      CHECK_ROUNDED(x.half, kept);
      CHECK_ROUNDED(y_half, y);
      CHECK(mean.same(mean_half) && inv.same(inv_half));
      CHECK(running[0].same(running[2]) && running[1].same(running[3]));
      CHECK_OK(secant_norm_backward(context, &spec, as_activations(x.half), gamma.data(), beta.data(), mean_half.data(),
                                    inv_half.data(), as_activations(dL_dy.half), as_activations(addend.half),
                                    as_activations(dx_half), dgamma_half.data(), dbeta_half.data()));
      CHECK_ROUNDED(dx_half, dx);
      CHECK(dgamma.same(dgamma_half) && dbeta.same(dbeta_half));
      CHECK(y_half.intact() && dx_half.intact());
      std::vector<uint8_t> bits;
      check::append_bits(bits, y_half);
      check::append_bits(bits, dx_half);
      return bits;
    });
  }
}

TEST(inference_addition_and_pooling_round_once) {
  constexpr int32_t kRows = 3, kPixels = 5, kChannels = 37;
  constexpr int64_t kCount = kRows * kPixels * kChannels;
  const secant_norm_spec spec = {1, kRows * kPixels, kChannels, 1e-3f, 0.1f};
  check::on_every_context([&](secant_context* context) {
    Twins x(kCount, 1), other(kCount, 2);
    Buffer<float> gamma(kChannels, 1.25f), beta(kChannels, -0.5f), mean(kChannels, 0.1f), var(kChannels, 0.7f);
    Buffer<float> y(kCount), sum(kCount), pooled(kRows * kChannels), pooled_half(kRows * kChannels), spread(kCount);
    Halves y_half(kCount), sum_half(kCount), spread_half(kCount);
    CHECK_OK(secant_norm_inference(context, &spec, x.full.data(), nullptr, nullptr, gamma.data(), beta.data(),
                                   mean.data(), var.data(), y.data()));
    CHECK_OK(secant_add(context, kCount, x.full.data(), other.full.data(), sum.data()));
    CHECK_OK(secant_pool_forward(context, kRows, kPixels, kChannels, x.full.data(), pooled.data()));
    CHECK_OK(secant_pool_backward(context, kRows, kPixels, kChannels, pooled.data(), spread.data()));
    in_bf16(context);
    CHECK_OK(secant_norm_inference(context, &spec, as_activations(x.half), nullptr, nullptr, gamma.data(), beta.data(),
                                   mean.data(), var.data(), as_activations(y_half)));
    CHECK_OK(secant_add(context, kCount, as_activations(x.half), as_activations(other.half), as_activations(sum_half)));
    CHECK_OK(secant_pool_forward(context, kRows, kPixels, kChannels, as_activations(x.half), pooled_half.data()));
    CHECK_OK(secant_pool_backward(context, kRows, kPixels, kChannels, pooled.data(), as_activations(spread_half)));
    CHECK_ROUNDED(y_half, y);
    CHECK_ROUNDED(sum_half, sum);
    CHECK_ROUNDED(spread_half, spread);
    CHECK(pooled.same(pooled_half));
    std::vector<uint8_t> bits;
    check::append_bits(bits, y_half);
    return bits;
  });
}

TEST(mixing_rounds_once) {
  constexpr int32_t kBatch = 5, kWays = 3, kSide = 6, kFeatures = 41;
  constexpr int64_t kImage = kSide * kSide * 3;
  check::on_every_context([&](secant_context* context) {
    Random random(5);
    Buffer<uint8_t> pixels(20 * kImage);
    random.fill_below(pixels, 256);
    Buffer<int32_t> members(20);
    for (int32_t i = 0; i < 20; ++i) members[i] = i;
    const secant_pool pool = {pixels.data(), 20, kSide, kSide, 3};
    const double alpha[kWays] = {0.5, 0.5, 0.5};
    const secant_recipe recipe = {7, 1, kBatch, kWays, SECANT_PARTNERS_INDEPENDENT, 0, 1, 2, alpha, members.data(), 20};
    const int64_t step = 3;
    constexpr int64_t kSources = kBatch * kWays;
    Buffer<int32_t> indices(kSources), crops(3 * kSources), rows(kSources);
    Buffer<float> lambda(kSources), clean(kSources * kImage), mixed(kBatch * kImage), again(kBatch * kImage);
    Halves clean_half(clean.size()), mixed_half(mixed.size()), again_half(mixed.size());
    const secant_draws draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
    const float scale[3] = {1 / 127.5f, 0.01f, 0.02f}, shift[3] = {-1, 0, 0.5f};
    CHECK_OK(secant_mix(context, &pool, &recipe, &step, scale, shift, &draws, clean.data(), mixed.data()));
    CHECK_OK(secant_mix_images(context, &pool, kBatch, kWays, kSources, 2, indices.data(), crops.data(), rows.data(),
                               lambda.data(), scale, shift, again.data()));
    Twins source(4 * kFeatures, 8);
    Buffer<float> values(kBatch * kFeatures);
    Halves values_half(values.size());
    Buffer<int32_t> four(kSources);
    random.fill_below(four, 4);
    CHECK_OK(secant_mix_values(context, kBatch, kWays, 4, kFeatures, source.full.data(), four.data(), lambda.data(),
                               values.data()));
    in_bf16(context);
    CHECK_OK(secant_mix(context, &pool, &recipe, &step, scale, shift, &draws, as_activations(clean_half),
                        as_activations(mixed_half)));
    CHECK_OK(secant_mix_images(context, &pool, kBatch, kWays, kSources, 2, indices.data(), crops.data(), rows.data(),
                               lambda.data(), scale, shift, as_activations(again_half)));
    CHECK_OK(secant_mix_values(context, kBatch, kWays, 4, kFeatures, as_activations(source.half), four.data(),
                               lambda.data(), as_activations(values_half)));
    CHECK_ROUNDED(clean_half, clean);
    CHECK_ROUNDED(mixed_half, mixed);
    CHECK_ROUNDED(again_half, again);
    CHECK_ROUNDED(values_half, values);
    std::vector<uint8_t> bits;
    check::append_bits(bits, mixed_half);
    return bits;
  });
}

CHECK_MAIN()
