// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "check.h"
#include "portable_bf16.h"
#include "reference.h"

using check::Buffer;
using check::Context;
using check::Random;
using secant::bf16_bits;
using secant::bf16_value;

namespace {

constexpr double kEps = 1e-12;

struct Problem {
  int32_t batch, ways, sources;
  int64_t features;
  Buffer<float> points, mixed, lambda;
  Buffer<int32_t> rows;
  Problem(int32_t batch_, int32_t ways_, int32_t sources_, int64_t features_)
      : batch(batch_),
        ways(ways_),
        sources(sources_),
        features(features_),
        points(sources_ * features_),
        mixed(batch_ * features_),
        lambda(batch_ * ways_),
        rows(batch_ * ways_) {}

  secant_nonlin_layer layer() const { return {points.data(), mixed.data(), features, SECANT_FLOAT32}; }

  int32_t run(secant_context* context, Buffer<double>& out) const {
    const secant_nonlin_layer l = layer();
    return secant_nonlin(context, 1, &l, batch, ways, sources, rows.data(), lambda.data(), kEps, out.data());
  }
  void expected(int32_t b, double* out) const {
    std::vector<const float*> f;
    for (int32_t k = 0; k < ways; ++k) f.push_back(points.data() + rows[b * ways + k] * features);
    reference::nonlin(f, lambda.data() + b * ways, mixed.data() + b * features, features, kEps, out);
  }
};

// mixed = scale * sum_k lambda_k f_k + noise: nearly linear for small noise, where cancellation would show.
Problem nearly_linear(int32_t batch, int32_t ways, int64_t features, double noise, double scale = 1) {
  Problem p(batch, ways, batch, features);
  Random random(static_cast<uint64_t>(features * 31 + ways));
  random.fill_normal(p.points, 1, 0.5);
  for (int32_t b = 0; b < batch; ++b) {
    double sum = 0;
    for (int32_t k = 0; k < ways; ++k) {
      p.rows[b * ways + k] = (b + k * (k + 1) / 2) % batch;
      p.lambda[b * ways + k] = static_cast<float>(random.uniform());
      sum += p.lambda[b * ways + k];
    }
    for (int32_t k = 0; k < ways; ++k) p.lambda[b * ways + k] = static_cast<float>(p.lambda[b * ways + k] / sum);
    for (int64_t i = 0; i < features; ++i) {
      double m = 0;
      for (int32_t k = 0; k < ways; ++k) {
        m += static_cast<double>(p.lambda[b * ways + k]) * p.points[p.rows[b * ways + k] * features + i];
      }
      p.mixed[b * features + i] = static_cast<float>(scale * (m + noise * random.normal()));
    }
  }
  return p;
}

void compare(const Problem& p, secant_context* context) {
  Buffer<double> out(p.batch * SECANT_NONLIN_FIELDS);
  CHECK_OK(p.run(context, out));
  CHECK(out.intact());
  for (int32_t b = 0; b < p.batch; ++b) {
    double expected[SECANT_NONLIN_FIELDS];
    p.expected(b, expected);
    for (int field = 0; field < SECANT_NONLIN_FIELDS; ++field) {
      const double tolerance = field == 3 ? 1e-5 * std::fabs(expected[3]) + 1e-14 : 1e-5 * expected[field] + 1e-7;
      CHECK_NEAR(out[b * SECANT_NONLIN_FIELDS + field], expected[field], tolerance);
    }
  }
}

}  // namespace

TEST(agrees_with_the_reference_at_every_size) {
  Context context(2);
  for (int64_t features : {1, 2, 3, 7, 8, 15, 16, 17, 127, 1000, 32768}) {
    for (int32_t ways : {1, 2, 3, 4, 16}) {
      const int32_t batch = features > 10000 ? 3 : 18;
      for (double noise : {1.0, 1e-4}) compare(nearly_linear(batch, ways, features, noise), context);
    }
  }
}

// Points that are nearly parallel, of different lengths: distances are far smaller than the terms of one pass.
TEST(nearly_parallel_points_lose_no_digits) {
  Context context;
  for (int32_t ways : {1, 2, 3}) {
    for (float apart : {1.0f, 1e-2f, 1e-4f, 1e-6f}) {
      Problem p = nearly_linear(4, ways, 501, 0);
      Random random(7);
      for (int64_t i = 0; i < 501; ++i) {
        for (int32_t t = 1; t < 4; ++t) {
          p.points[t * 501 + i] = static_cast<float>((t + 1) * (p.points[i] + apart * random.normal()));
          p.mixed[t * 501 + i] = static_cast<float>((t + 2) * (p.points[i] + apart * random.normal()));
        }
        p.mixed[i] = static_cast<float>(p.points[i] + apart * random.normal());
      }
      Buffer<double> out(4 * SECANT_NONLIN_FIELDS);
      CHECK_OK(p.run(context, out));
      for (int32_t b = 0; b < 4; ++b) {
        double expected[SECANT_NONLIN_FIELDS];
        p.expected(b, expected);
        for (int field = 0; field < SECANT_NONLIN_FIELDS; ++field)
          CHECK_NEAR(out[b * SECANT_NONLIN_FIELDS + field], expected[field], 1e-8 * expected[field] + 1e-15);
      }
    }
  }
}

TEST(a_scale_of_the_mixed_layer_does_not_change_distance) {
  Context context;
  const Problem plain = nearly_linear(8, 2, 100, 0.1), scaled = nearly_linear(8, 2, 100, 0.1, 1024);
  Buffer<double> a(8 * SECANT_NONLIN_FIELDS), b(8 * SECANT_NONLIN_FIELDS);
  CHECK_OK(plain.run(context, a));
  CHECK_OK(scaled.run(context, b));
  for (int i = 0; i < 8; ++i) CHECK_NEAR(a[4 * i], b[4 * i], 1e-12);
}

TEST(one_hot_lambda_and_one_point_are_linear) {
  for (int32_t ways : {1, 2, 5}) {
    Problem p = nearly_linear(6, ways, 321, 0);
    for (int32_t b = 0; b < 6; ++b) {
      for (int32_t k = 0; k < ways; ++k) p.lambda[b * ways + k] = k == ways - 1 ? 1.0f : 0.0f;
      const int32_t last = p.rows[b * ways + ways - 1];
      for (int64_t i = 0; i < 321; ++i) p.mixed[b * 321 + i] = p.points[last * 321 + i];
    }
    Buffer<double> out(6 * SECANT_NONLIN_FIELDS);
    CHECK_OK(p.run(Context(), out));
    for (int64_t i = 0; i < out.size(); ++i) CHECK_NEAR(out[i], 0, 1e-14);
  }
}

TEST(right_angles_and_opposites_are_exact) {
  // f = (3, 0), g = (0, 5): distance sqrt 2, relative sqrt(34)/3, 1 - cos = 1. f = (3, 0), g = (-2, 0): 2, 5/3, 2.
  Problem p(2, 1, 1, 2);
  p.points[0] = 3, p.points[1] = 0;
  p.mixed[0] = 0, p.mixed[1] = 5, p.mixed[2] = -2, p.mixed[3] = 0;
  p.rows[0] = p.rows[1] = 0;
  p.lambda[0] = p.lambda[1] = 1;
  Buffer<double> out(8);
  CHECK_OK(p.run(Context(), out));
  CHECK_NEAR(out[0], std::sqrt(2.0), 1e-15);
  CHECK_EQ(out[1], 0.0);
  CHECK_NEAR(out[2], std::sqrt(34.0) / 3, 1e-15);
  CHECK_NEAR(out[3], 1, 1e-15);
  CHECK_NEAR(out[4], 2, 1e-15);
  CHECK_NEAR(out[6], 5.0 / 3, 1e-15);
  CHECK_NEAR(out[7], 2, 1e-15);
}

TEST(zero_and_tiny_vectors_stay_finite) {
  for (int zero = 0; zero < 8; ++zero) {
    Problem p = nearly_linear(4, 2, 37, 0.1);
    for (int32_t t = 0; t < 4; ++t) {
      for (int i = 0; i < 37; ++i) {
        if (zero & 1) p.points[t * 37 + i] = 0;
        if (zero & 2) p.mixed[t * 37 + i] = 0;
        if (zero & 4) p.points[t * 37 + i] *= 1e-15f;
      }
    }
    Buffer<double> out(4 * SECANT_NONLIN_FIELDS);
    CHECK_OK(p.run(Context(), out));
    for (int64_t i = 0; i < out.size(); ++i) CHECK(std::isfinite(out[i]));
    for (int32_t b = 0; b < 4; ++b) {
      double expected[SECANT_NONLIN_FIELDS];
      p.expected(b, expected);
      for (int field = 0; field < SECANT_NONLIN_FIELDS; ++field) {
        CHECK_NEAR(out[4 * b + field], expected[field], 1e-9 * (1 + std::fabs(expected[field])));
      }
    }
  }
}

TEST(layers_together_equal_layers_alone_on_every_context) {
  const Problem a = nearly_linear(9, 3, 1003, 0.3), b = nearly_linear(9, 3, 64, 0.3), c = nearly_linear(9, 3, 5, 0.3);
  check::on_every_context([&](secant_context* context) {
    // The rows and lambda of `a` for all.
    const secant_nonlin_layer layers[3] = {a.layer(), b.layer(), c.layer()};
    Buffer<double> all(3 * 9 * SECANT_NONLIN_FIELDS), one(9 * SECANT_NONLIN_FIELDS);
    CHECK_OK(secant_nonlin(context, 3, layers, 9, 3, 9, a.rows.data(), a.lambda.data(), kEps, all.data()));
    for (int l = 0; l < 3; ++l) {
      CHECK_OK(secant_nonlin(context, 1, layers + l, 9, 3, 9, a.rows.data(), a.lambda.data(), kEps, one.data()));
      for (int64_t i = 0; i < one.size(); ++i) CHECK_EQ(all[l * one.size() + i], one[i]);
    }
    CHECK(all.intact());
    std::vector<uint8_t> bits;
    check::append_bits(bits, all);
    return bits;
  });
}

// bf16 layers have the bits of float layers that hold the same values, beside a float layer too.
TEST(bf16_layers_equal_float_layers_of_the_same_values) {
  for (int64_t features : {1, 7, 8, 131}) {
    Problem p = nearly_linear(5, 3, features, 0.1);
    Buffer<uint16_t> points(p.points.size()), mixed(p.mixed.size());
    for (int64_t i = 0; i < p.points.size(); ++i) p.points[i] = bf16_value(points[i] = bf16_bits(p.points[i]));
    for (int64_t i = 0; i < p.mixed.size(); ++i) p.mixed[i] = bf16_value(mixed[i] = bf16_bits(p.mixed[i]));
    const secant_nonlin_layer half = {reinterpret_cast<const float*>(points.data()),
                                      reinterpret_cast<const float*>(mixed.data()), features, SECANT_BFLOAT16};
    const secant_nonlin_layer layers[2] = {p.layer(), half};
    check::on_every_context([&](secant_context* context) {
      Buffer<double> out(2 * 5 * SECANT_NONLIN_FIELDS);
      CHECK_OK(secant_nonlin(context, 2, layers, 5, 3, 5, p.rows.data(), p.lambda.data(), kEps, out.data()));
      for (int64_t i = 0; i < out.size() / 2; ++i) CHECK_EQ(out[i], out[out.size() / 2 + i]);
      std::vector<uint8_t> bits;
      check::append_bits(bits, out);
      return bits;
    });
  }
}

TEST(every_size_has_the_same_bits_on_every_context) {
  for (int64_t features : {1, 7, 17, 127, 4099}) {
    for (int32_t ways : {1, 2, 5}) {
      const Problem p = nearly_linear(5, ways, features, 0.01);
      check::on_every_context([&](secant_context* context) {
        Buffer<double> out(5 * SECANT_NONLIN_FIELDS);
        CHECK_OK(p.run(context, out));
        std::vector<uint8_t> bits;
        check::append_bits(bits, out);
        return bits;
      });
    }
  }
}

TEST(bad_arguments_are_rejected) {
  const Context c;
  Problem p = nearly_linear(4, 2, 9, 0.1);
  Buffer<double> out(16);
  secant_nonlin_layer l = p.layer();
  const auto call = [&](int32_t layers, int32_t batch, int32_t ways, double eps) {
    return secant_nonlin(c, layers, &l, batch, ways, 4, p.rows.data(), p.lambda.data(), eps, out.data());
  };
  l.type = 2;
  CHECK_REJECTED(call(1, 4, 2, kEps), "layers[0].points_type must be 0 (float) or 1 (bf16), got 2");
  l.type = SECANT_FLOAT32;
  CHECK_REJECTED(call(0, 4, 2, kEps), "secant_nonlin: layer_count must be at least 1, got 0");
  CHECK_REJECTED(call(1, 0, 2, kEps), "batch must be at least 1, got 0");
  CHECK_REJECTED(call(1, 4, 17, kEps), "ways must be in 1..16, got 17");
  CHECK_REJECTED(call(1, 4, 2, 0.0), "eps must be positive and finite, got 0");
  CHECK_REJECTED(secant_nonlin(nullptr, 1, &l, 4, 2, 4, p.rows.data(), p.lambda.data(), kEps, out.data()),
                 "context is NULL");
  CHECK_REJECTED(secant_nonlin(c, 1, nullptr, 4, 2, 4, p.rows.data(), p.lambda.data(), kEps, out.data()),
                 "layers is NULL");
  CHECK_REJECTED(secant_nonlin(c, 1, &l, 4, 2, 4, nullptr, p.lambda.data(), kEps, out.data()), "rows is NULL");
  CHECK_REJECTED(secant_nonlin(c, 1, &l, 4, 2, 4, p.rows.data(), nullptr, kEps, out.data()), "lambda is NULL");
  CHECK_REJECTED(secant_nonlin(c, 1, &l, 4, 2, 4, p.rows.data(), p.lambda.data(), kEps, nullptr), "out is NULL");
  CHECK_REJECTED(secant_nonlin(c, 1, &l, 4, 2, 0, p.rows.data(), p.lambda.data(), kEps, out.data()),
                 "sources must be at least 1, got 0");
  CHECK_REJECTED(secant_nonlin(c, 1, &l, 4, 2, 3, p.rows.data(), p.lambda.data(), kEps, out.data()),
                 "must be in [0, T=3), got 3");
  l.points = nullptr;
  CHECK_REJECTED(call(1, 4, 2, kEps), "layers[0].points is NULL");
  l = p.layer();
  l.mixed = nullptr;
  CHECK_REJECTED(call(1, 4, 2, kEps), "layers[0].mixed is NULL");
  l = p.layer();
  l.mixed = reinterpret_cast<const float*>(reinterpret_cast<const char*>(l.mixed) + 2);
  CHECK_REJECTED(call(1, 4, 2, kEps), "layers[0].mixed must be aligned to 4 bytes, got 0x");
  l = p.layer();
  l.features = 0;
  CHECK_REJECTED(call(1, 4, 2, kEps), "layers[0].features must be at least 1, got 0");
  l.features = INT64_MAX / 2;
  CHECK_REJECTED(call(1, 4, 2, kEps), "overflows int64");
  l = p.layer();
  p.lambda[3] = NAN;
  CHECK_REJECTED(call(1, 4, 2, kEps), "lambda[3] must be finite, got nan");
  CHECK(out.untouched());
}

CHECK_MAIN()
