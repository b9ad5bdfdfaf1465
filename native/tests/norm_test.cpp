// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Batch norm, leaky ReLU and residual add against the formula in double precision. Error bounds are derived, with
// u = 2^-24, from what the kernel promises: sums of at most 64 terms in float, everything longer in double.

#include "check.h"
#include "reference_train.h"
#include "secant_train.h"

using check::Buffer;
using check::Random;
using reference::Values;
using reference::values;

namespace {

constexpr double u = 0x1p-24;

struct Shape {
  int32_t segments;
  int64_t pixels;
  int32_t channels;
};
const Shape kShapes[] = {{1, 2, 1},     {3, 7, 5},     {2, 130, 16}, {1, 300, 33},   {4, 65, 48},  {2, 1025, 64},
                         {1, 5000, 32}, {2, 520, 128}, {32, 3, 20},  {1, 129, 2051}, {1, 40000, 3}};

secant_norm_spec spec_of(const Shape& shape, float slope = 0.1f) {
  return {shape.segments, shape.pixels, shape.channels, 1e-3f, slope};
}

// The tensors of one call, as random as can be.
struct Case {
  explicit Case(const Shape& shape, float slope = 0.1f, double mean_of_x = 0, double std_of_x = 1)
      : spec(spec_of(shape, slope)),
        count(shape.segments * shape.pixels * shape.channels),
        statistics(int64_t{shape.segments} * shape.channels),
        x(count),
        residual(count),
        sum(count),
        y(count),
        dy(count),
        addend(count),
        dx(count),
        gamma(shape.channels),
        beta(shape.channels),
        running_mean(shape.channels, 0.25f),
        running_var(shape.channels, 1.5f),
        dgamma(shape.channels),
        dbeta(shape.channels),
        mean(statistics),
        inv_std(statistics) {
    Random random(static_cast<uint64_t>(count + shape.channels));
    random.fill_normal(x, std_of_x, mean_of_x);
    random.fill_normal(residual, 0.5 * std_of_x, 0.3 * std_of_x);
    random.fill_normal(dy, 1, 0.2);
    random.fill_normal(addend);
    random.fill_normal(gamma, 0.3, 1);
    random.fill_normal(beta, 0.5);
  }

  Values v(bool with_residual) const {  // rounded to float once, as the kernel does
    Values out = values(x);
    for (int64_t i = 0; i < count && with_residual; ++i) out[i] = x[i] + residual[i];
    return out;
  }
  bool intact() const {
    return x.intact() && residual.intact() && sum.intact() && y.intact() && dx.intact() && running_mean.intact() &&
           running_var.intact() && dgamma.intact() && dbeta.intact() && mean.intact() && inv_std.intact();
  }
  int32_t forward(secant_context* context, bool with_residual, bool keep, bool output, uint32_t mask = 0,
                  const float* rate = nullptr) {
    return secant_norm_forward(context, &spec, x.data(), with_residual ? residual.data() : nullptr,
                               keep ? sum.data() : nullptr, gamma.data(), beta.data(), mask, rate, running_mean.data(),
                               running_var.data(), mean.data(), inv_std.data(), output ? y.data() : nullptr);
  }
  int32_t backward(secant_context* context, const float* v_, const float* dy_, const float* addend_, float* dx_) {
    return secant_norm_backward(context, &spec, v_, gamma.data(), beta.data(), mean.data(), inv_std.data(), dy_,
                                addend_, dx_, dgamma.data(), dbeta.data());
  }

  secant_norm_spec spec;
  int64_t count, statistics;
  Buffer<float> x, residual, sum, y, dy, addend, dx, gamma, beta, running_mean, running_var, dgamma, dbeta, mean,
      inv_std;
};

// Means over a segment of |v - p| and (v - p)^2, p the first of each run of 64 rows.
void run_moments(const secant_norm_spec& spec, const Values& v, int64_t segment, int64_t c, double* first,
                 double* second) {
  *first = *second = 0;
  for (int64_t p = 0; p < spec.pixels; ++p) {
    const int64_t row = segment * spec.pixels + p;
    const double d = v[row * spec.channels + c] - v[(row - p % 64) * spec.channels + c];
    *first += std::fabs(d) / static_cast<double>(spec.pixels);
    *second += d * d / static_cast<double>(spec.pixels);
  }
}

// Statistics and y of one call against the formula. Each term of a run's sum meets at most 63 additions, the rounding
// of v - p (twice in the square) and that of the square.
void check_forward(const Case& t, const Values& v, const Buffer<float>* y) {
  const auto expected = reference::norm_forward(t.spec, v, values(t.gamma), values(t.beta));
  const int64_t C = t.spec.channels, P = t.spec.pixels;
  for (int64_t k = 0; k < t.statistics; ++k) {
    double first, second;
    run_moments(t.spec, v, k / C, k % C, &first, &second);
    const double mean_error = 64 * u * first + u * std::fabs(expected.mean[k]) + 1e-30;
    CHECK_NEAR(t.mean[k], expected.mean[k], mean_error);
    const double variance = expected.variance[k] + static_cast<double>(t.spec.eps);
    // The variance subtracts the squared mean of (v - pivot): an error of 2 |offset| times that of the sum.
    const double offset = std::fabs(expected.mean[k] - v[k / C * P * C + k % C]);
    const double relative = 0.51 * (66 * u * second + 2 * offset * 64 * u * first) / variance + 2 * u;
    CHECK_NEAR(t.inv_std[k] / expected.inv_std[k], 1, relative);
    for (int64_t p = 0; p < P && y != nullptr; ++p) {
      const int64_t at = (k / C * P + p) * C + k % C;
      const double scaled = std::fabs(expected.z[at] - static_cast<double>(t.beta[k % C]));
      const double shift = mean_error * std::fabs(static_cast<double>(t.gamma[k % C])) * expected.inv_std[k];
      const double bound = shift + scaled * (relative + 5 * u) + 3 * u * std::fabs(expected.z[at]) + 1e-30;
      CHECK_NEAR((*y)[at], expected.y[at], bound);
    }
  }
}

// dL_dx, dL_dgamma and dL_dbeta of one call, given the mean and inv_std it was given.
void check_backward(const Case& t, const Values& v, const Values* addend) {
  const auto e = reference::norm_backward(t.spec, v, values(t.gamma), values(t.beta), values(t.mean), values(t.inv_std),
                                          values(t.dy));
  const int64_t C = t.spec.channels, P = t.spec.pixels;
  Values gamma_bound(C, 1e-30), beta_bound(C, 1e-30);
  for (int64_t k = 0; k < t.statistics; ++k) {
    const double inv = static_cast<double>(t.inv_std[k]);
    const double scale = std::fabs(static_cast<double>(t.gamma[k % C])) * inv;
    const double m1 = e.dz_mean[k], k2 = e.dzd_mean[k] * inv * inv;
    const double m1_error = 66 * u * e.abs_dz_mean[k] + u * std::fabs(m1);
    const double k2_error = 68 * u * e.abs_dzd_mean[k] * inv * inv + u * std::fabs(k2);
    beta_bound[k % C] += 66 * u * e.abs_dz_mean[k] * static_cast<double>(P);
    gamma_bound[k % C] += 68 * u * e.abs_dzd_mean[k] * inv * static_cast<double>(P);
    for (int64_t p = 0; p < P; ++p) {
      const int64_t at = (k / C * P + p) * C + k % C;
      const double d = std::fabs(e.d[at]);
      const double plus = addend == nullptr ? 0 : (*addend)[at];
      const double terms = std::fabs(e.dz[at]) + std::fabs(m1) + d * std::fabs(k2);
      const double bound = scale * (m1_error + d * k2_error + 6 * u * terms) + 2 * u * std::fabs(plus) + 1e-30;
      CHECK_NEAR(t.dx[at], e.dx[at] + plus, bound);
    }
  }
  for (int64_t c = 0; c < C; ++c) {
    CHECK_NEAR(t.dgamma[c], e.dgamma[c], gamma_bound[c] + u * std::fabs(e.dgamma[c]));
    CHECK_NEAR(t.dbeta[c], e.dbeta[c], beta_bound[c] + u * std::fabs(e.dbeta[c]));
  }
}

// Where z is within rounding of the kink its gradient is a coin toss: no gradient comes in there.
void silence_kink(Case* t, const Values& v) {
  const auto expected = reference::norm_forward(t->spec, v, values(t->gamma), values(t->beta));
  for (int64_t i = 0; i < t->count; ++i) {
    if (std::fabs(expected.z[i]) < 1e-4) t->dy[i] = 0;
  }
}

void check_all(Case* t, secant_context* context, bool with_residual, bool with_addend) {
  const Values v = t->v(with_residual);
  CHECK_OK(t->forward(context, with_residual, true, true));
  for (int64_t i = 0; i < t->count; ++i) CHECK_EQ(t->sum[i], static_cast<float>(v[i]));
  check_forward(*t, v, &t->y);
  silence_kink(t, v);
  CHECK_OK(t->backward(context, t->sum.data(), t->dy.data(), with_addend ? t->addend.data() : nullptr, t->dx.data()));
  const Values addend = values(t->addend);
  check_backward(*t, v, with_addend ? &addend : nullptr);
  CHECK(t->intact());
}

}  // namespace

TEST(follows_the_formula_on_every_shape) {
  check::Context context(2);
  int turn = 0;
  for (const Shape& shape : kShapes) {
    const float slopes[] = {0.1f, 1.0f, 0.0f};
    Case t(shape, slopes[turn % 3]);
    check_all(&t, context, turn % 2 == 0, turn % 4 < 2);
    ++turn;
  }
}

TEST(every_combination_of_residual_addend_and_slope) {
  check::Context context(2);
  for (float slope : {0.1f, 1.0f, 0.0f}) {
    for (int bits = 0; bits < 4; ++bits) {
      Case t({2, 77, 19}, slope);
      check_all(&t, context, (bits & 1) != 0, (bits & 2) != 0);
    }
  }
}

TEST(a_mean_of_a_thousand_standard_deviations) {
  check::Context context(2);
  for (double mean : {1000.0, -1000.0}) {
    Case t({2, 3000, 32}, 0.1f, mean, 1);
    check_all(&t, context, false, false);
    for (int64_t k = 0; k < t.statistics; ++k) CHECK_NEAR(t.inv_std[k], 1, 0.1);
  }
}

TEST(a_first_pixel_far_from_the_others) {
  check::Context context(1);
  Case t({1, 100000, 16});
  for (int64_t c = 0; c < 16; ++c) t.x[c] = 1e4f;
  CHECK_OK(t.forward(context, false, false, true));
  check_forward(t, t.v(false), &t.y);
}

TEST(a_constant_channel_gives_beta) {
  check::Context context(1);
  Case t({1, 200, 17});
  for (int64_t i = 0; i < t.count; ++i) t.x[i] = 0.1f * static_cast<float>(i % 17);
  CHECK_OK(t.forward(context, false, false, true));
  for (int64_t i = 0; i < t.count; ++i) {
    const float beta = t.beta[i % 17];
    CHECK_EQ(t.mean[i % 17], t.x[i]);
    CHECK_EQ(t.y[i], beta > 0 ? beta : 0.1f * beta);
  }
}

// Values 7 and 9, eps 3: mean 8, variance 1, inv_std 1/2; every answer is a short binary fraction.
TEST(exact_answers) {
  for (int32_t channels : {1, 15, 16, 32, 37, 64, 128}) {
    Case t({2, 640, channels}, 0.5f);
    t.spec.eps = 3;
    for (int64_t i = 0; i < t.count; ++i) {
      t.x[i] = (i / channels + i % channels) % 2 == 0 ? 9.0f : 7.0f;
      t.dy[i] = 1;
      t.gamma[i % channels] = 2;
      t.beta[i % channels] = 0.5f;
    }
    check::Context context(2);
    CHECK_OK(t.forward(context, false, false, true));
    CHECK_OK(t.backward(context, t.x.data(), t.dy.data(), nullptr, t.dx.data()));
    for (int64_t k = 0; k < t.statistics; ++k) CHECK(t.mean[k] == 8 && t.inv_std[k] == 0.5f);
    for (int64_t i = 0; i < t.count; ++i) {
      CHECK_EQ(t.y[i], t.x[i] == 9 ? 1.5f : -0.25f);
      CHECK_EQ(t.dx[i], t.x[i] == 9 ? 0.1875f : -0.1875f);
    }
    for (int64_t c = 0; c < channels; ++c) CHECK(t.dgamma[c] == 160 && t.dbeta[c] == 960);
    CHECK(t.intact());
  }
}

TEST(same_bits_on_every_level_and_thread_count) {
  for (const Shape& shape : kShapes) {
    check::on_every_context([&](secant_context* context) {
      Case t(shape);
      const float rate = 0.9f;
      CHECK_OK(t.forward(context, true, true, true, 1, &rate));
      CHECK_OK(t.backward(context, t.sum.data(), t.dy.data(), t.addend.data(), t.dx.data()));
      std::vector<uint8_t> bits;
      for (const Buffer<float>* b :
           {&t.sum, &t.y, &t.mean, &t.inv_std, &t.running_mean, &t.running_var, &t.dx, &t.dgamma, &t.dbeta}) {
        append_bits(bits, *b);
      }
      secant_norm_spec one = t.spec;
      one.segments = 1;
      CHECK_OK(secant_norm_inference(context, &one, t.x.data(), t.residual.data(), nullptr, t.gamma.data(),
                                     t.beta.data(), t.running_mean.data(), t.running_var.data(), t.y.data()));
      append_bits(bits, t.y);
      CHECK_OK(secant_add(context, t.count, t.x.data(), t.residual.data(), t.sum.data()));
      append_bits(bits, t.sum);
      CHECK(t.intact());
      return bits;
    });
  }
}

TEST(the_gradient_is_the_slope_of_the_formula) {
  const Shape shape = {2, 9, 3};
  for (float slope : {0.1f, 1.0f, 0.0f}) {
    Case t(shape, slope);
    Values v = t.v(false), gamma = values(t.gamma), beta = values(t.beta);
    silence_kink(&t, v);
    const Values dy = values(t.dy);
    const auto loss = [&] {
      const auto y = reference::norm_forward(t.spec, v, gamma, beta).y;
      double sum = 0;
      for (size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
      return sum;
    };
    check::Context context(1);
    CHECK_OK(t.forward(context, false, false, true));
    CHECK_OK(t.backward(context, t.x.data(), t.dy.data(), nullptr, t.dx.data()));
    // h^2 times a third derivative plus the bounds of the kernel, whose terms are of order 1 here
    const double bound = 1e-7 + 100 * u;
    for (int64_t i = 0; i < t.count; ++i) CHECK_NEAR(t.dx[i], reference::slope_of(&v[i], loss), bound);
    for (int64_t c = 0; c < shape.channels; ++c) {
      CHECK_NEAR(t.dgamma[c], reference::slope_of(&gamma[c], loss), 10 * bound);
      CHECK_NEAR(t.dbeta[c], reference::slope_of(&beta[c], loss), 10 * bound);
    }
  }
}

TEST(running_statistics_follow_the_mask_in_order) {
  check::Context context(2);
  for (uint32_t mask : {0u, 1u, 2u, 4u, 5u, 7u}) {
    for (float rate : {0.999f, 0.1f, 0.0f, 1.0f}) {
      Case t({3, 50, 18});
      CHECK_OK(t.forward(context, false, false, false, mask, &rate));
      const auto e = reference::norm_forward(t.spec, t.v(false), values(t.gamma), values(t.beta));
      for (int64_t c = 0; c < 18; ++c) {
        double mean = 0.25, variance = 1.5;
        for (int64_t s = 0; s < 3; ++s) {
          if ((mask >> s & 1) == 0) continue;
          const double r = static_cast<double>(rate);
          mean = r * mean + (1 - r) * e.mean[s * 18 + c];
          variance = r * variance + (1 - r) * e.variance[s * 18 + c] * 50 / 49;
        }
        CHECK_NEAR(t.running_mean[c], mean, 400 * u);         // |v - p| < 5: 64 u * 5 and three roundings
        CHECK_NEAR(t.running_var[c], variance, 66 * 20 * u);  // mean of (v - p)^2 < 20
        if (mask == 0 || rate == 1.0f) CHECK(t.running_mean[c] == 0.25f && t.running_var[c] == 1.5f);
      }
      CHECK(t.y.untouched() && t.sum.untouched() && t.intact());
    }
  }
}

TEST(update_mask_zero_needs_no_running_statistics_and_bit_31_is_a_segment) {
  check::Context context(1);
  Case t({32, 2, 3});
  CHECK_OK(secant_norm_forward(context, &t.spec, t.x.data(), nullptr, nullptr, t.gamma.data(), t.beta.data(), 0,
                               nullptr, nullptr, nullptr, t.mean.data(), t.inv_std.data(), t.y.data()));
  const float rate = 0;
  CHECK_OK(t.forward(context, false, false, false, 0x80000000u, &rate));
  for (int64_t c = 0; c < 3; ++c) CHECK_EQ(t.running_mean[c], t.mean[31 * 3 + c]);
}

TEST(outputs_may_alias_inputs) {
  check::Context context(2);
  const Shape shape = {2, 700, 35};
  Case plain(shape);
  CHECK_OK(plain.forward(context, true, true, true));
  CHECK_OK(plain.backward(context, plain.sum.data(), plain.dy.data(), plain.addend.data(), plain.dx.data()));
  const auto forward = [&](Case* t, float* sum, float* y) {
    CHECK_OK(secant_norm_forward(context, &t->spec, t->x.data(), t->residual.data(), sum, t->gamma.data(),
                                 t->beta.data(), 0, nullptr, nullptr, nullptr, t->mean.data(), t->inv_std.data(), y));
    CHECK(t->mean.same(plain.mean) && t->inv_std.same(plain.inv_std));
  };
  Case a(shape), b(shape), c(shape), d(shape), e(shape);
  forward(&a, a.x.data(), a.y.data());
  CHECK(a.x.same(plain.sum) && a.y.same(plain.y) && a.residual.same(plain.residual));
  forward(&b, b.residual.data(), b.y.data());
  CHECK(b.residual.same(plain.sum) && b.y.same(plain.y));
  forward(&c, c.sum.data(), c.x.data());
  CHECK(c.sum.same(plain.sum) && c.x.same(plain.y));
  forward(&d, d.sum.data(), d.sum.data());
  CHECK(d.sum.same(plain.y));
  forward(&e, nullptr, e.residual.data());
  CHECK(e.residual.same(plain.y));
  CHECK_OK(a.backward(context, a.x.data(), a.dy.data(), a.addend.data(), a.dy.data()));
  CHECK(a.dy.same(plain.dx) && a.dgamma.same(plain.dgamma));
  CHECK_OK(b.backward(context, b.residual.data(), b.dy.data(), b.addend.data(), b.addend.data()));
  CHECK(b.addend.same(plain.dx) && b.dbeta.same(plain.dbeta));
}

TEST(inference_uses_the_given_statistics) {
  check::Context context(2);
  for (bool with_residual : {false, true}) {
    for (bool keep : {false, true}) {
      Case t({1, 333, 21});
      const Values v = t.v(with_residual);
      CHECK_OK(secant_norm_inference(context, &t.spec, t.x.data(), with_residual ? t.residual.data() : nullptr,
                                     keep ? t.sum.data() : nullptr, t.gamma.data(), t.beta.data(),
                                     t.running_mean.data(), t.running_var.data(), t.y.data()));
      for (int64_t i = 0; i < t.count; ++i) {
        const double gamma = static_cast<double>(t.gamma[i % 21]), beta = static_cast<double>(t.beta[i % 21]);
        const double scaled = gamma * (v[i] - 0.25) / std::sqrt(1.5 + static_cast<double>(t.spec.eps));
        const double z = scaled + beta;
        CHECK_NEAR(t.y[i], z > 0 ? z : static_cast<double>(0.1f) * z, u * (5 * std::fabs(scaled) + 3 * std::fabs(z)));
        if (keep) CHECK_EQ(t.sum[i], static_cast<float>(v[i]));
      }
      CHECK(t.intact() && (keep || t.sum.untouched()));
    }
  }
}

TEST(add_is_exact_and_in_place) {
  check::Context context(3);
  for (int64_t count : {1, 15, 17, 4096, 32768, 32769, 100003}) {
    Buffer<float> a(count), b(count), out(count);
    for (int64_t i = 0; i < count; ++i) {
      a[i] = static_cast<float>(i % 1000) / 8;
      b[i] = static_cast<float>(i % 77) - 30;
    }
    CHECK_OK(secant_add(context, count, a.data(), b.data(), out.data()));
    for (int64_t i = 0; i < count; ++i) {
      CHECK_EQ(out[i], static_cast<float>(i % 1000) / 8 + static_cast<float>(i % 77) - 30);
    }
    CHECK_OK(secant_add(context, count, a.data(), b.data(), a.data()));
    CHECK(a.same(out) && out.intact());
  }
}

TEST(rejections_of_the_forward_call) {
  check::Context context(1);
  Case t({2, 4, 3});
  const float rate = 0.5f, bad_rate = 1.5f;
  float *x = t.x.data(), *gamma = t.gamma.data(), *beta = t.beta.data(), *rm = t.running_mean.data(),
        *rv = t.running_var.data(), *mean = t.mean.data(), *inv = t.inv_std.data(), *y = t.y.data();
  const auto call = [&](secant_context* k, const secant_norm_spec* spec, const float* x_, const float* gamma_,
                        const float* beta_, uint32_t mask, const float* rate_, float* rm_, float* rv_, float* mean_,
                        float* inv_) {
    return secant_norm_forward(k, spec, x_, nullptr, nullptr, gamma_, beta_, mask, rate_, rm_, rv_, mean_, inv_, y);
  };
  const secant_norm_spec& s = t.spec;
  CHECK_REJECTED(call(nullptr, &s, x, gamma, beta, 1, &rate, rm, rv, mean, inv),
                 "secant_norm_forward: context is NULL");
  CHECK_REJECTED(call(context, nullptr, x, gamma, beta, 1, &rate, rm, rv, mean, inv), "spec is NULL");
  CHECK_REJECTED(call(context, &s, nullptr, gamma, beta, 1, &rate, rm, rv, mean, inv), "x is NULL");
  CHECK_REJECTED(call(context, &s, x, nullptr, beta, 1, &rate, rm, rv, mean, inv), "gamma is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, nullptr, 1, &rate, rm, rv, mean, inv), "beta is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, nullptr, rm, rv, mean, inv), "rate is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, &rate, nullptr, rv, mean, inv), "running_mean is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, &rate, rm, nullptr, mean, inv), "running_var is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, &rate, rm, rv, nullptr, inv), "mean is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, &rate, rm, rv, mean, nullptr), "inv_std is NULL");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 1, &bad_rate, rm, rv, mean, inv), "rate must be in [0, 1], got 1.5");
  CHECK_REJECTED(call(context, &s, x, gamma, beta, 5, &rate, rm, rv, mean, inv), "segments is 2, update_mask is 0x5");
  const auto with = [&](const secant_norm_spec& spec) {
    return call(context, &spec, x, gamma, beta, 1, &rate, rm, rv, mean, inv);
  };
  CHECK_REJECTED(with({0, 4, 3, 1e-3f, 0.1f}), "segments must be in 1..32, got 0");
  CHECK_REJECTED(with({33, 4, 3, 1e-3f, 0.1f}), "segments must be in 1..32, got 33");
  CHECK_REJECTED(with({2, 0, 3, 1e-3f, 0.1f}), "pixels must be at least 1, got 0");
  CHECK_REJECTED(with({2, 1, 3, 1e-3f, 0.1f}), "pixels >= 2");
  CHECK_REJECTED(with({2, 4, 0, 1e-3f, 0.1f}), "channels must be at least 1, got 0");
  CHECK_REJECTED(with({2, INT64_MAX / 2, 3, 1e-3f, 0.1f}), "at most 2^40");
  CHECK_REJECTED(with({2, int64_t{1} << 38, 3, 1e-3f, 0.1f}), "at most 2^40");
  CHECK_REJECTED(with({2, 4, 3, 0, 0.1f}), "eps must be finite and above 0, got 0");
  CHECK_REJECTED(with({2, 4, 3, NAN, 0.1f}), "eps must be");
  CHECK_REJECTED(with({2, 4, 3, 1e-3f, INFINITY}), "slope must be finite, got inf");
  CHECK(t.y.untouched() && t.mean.untouched() && t.inv_std.untouched());
  for (int64_t c = 0; c < 3; ++c) CHECK(rm[c] == 0.25f && rv[c] == 1.5f);
  const secant_norm_spec single = {2, 1, 3, 1e-3f, 0.1f};  // one pixel is fine when nothing is updated
  CHECK_OK(call(context, &single, x, gamma, beta, 0, nullptr, nullptr, nullptr, mean, inv));
}

TEST(rejections_of_inference) {
  check::Context context(1);
  Case t({1, 4, 3});
  float *x = t.x.data(), *gamma = t.gamma.data(), *beta = t.beta.data(), *rm = t.running_mean.data(),
        *rv = t.running_var.data(), *y = t.y.data();
  const auto call = [&](secant_context* k, const secant_norm_spec* spec, const float* x_, const float* gamma_,
                        const float* beta_, const float* rm_, const float* rv_, float* y_) {
    return secant_norm_inference(k, spec, x_, nullptr, nullptr, gamma_, beta_, rm_, rv_, y_);
  };
  const secant_norm_spec two = {2, 4, 3, 1e-3f, 0.1f};
  CHECK_REJECTED(call(nullptr, &t.spec, x, gamma, beta, rm, rv, y), "secant_norm_inference: context is NULL");
  CHECK_REJECTED(call(context, nullptr, x, gamma, beta, rm, rv, y), "spec is NULL");
  CHECK_REJECTED(call(context, &two, x, gamma, beta, rm, rv, y), "segments must be 1, got 2");
  CHECK_REJECTED(call(context, &t.spec, nullptr, gamma, beta, rm, rv, y), "x is NULL");
  CHECK_REJECTED(call(context, &t.spec, x, nullptr, beta, rm, rv, y), "gamma is NULL");
  CHECK_REJECTED(call(context, &t.spec, x, gamma, nullptr, rm, rv, y), "beta is NULL");
  CHECK_REJECTED(call(context, &t.spec, x, gamma, beta, nullptr, rv, y), "running_mean is NULL");
  CHECK_REJECTED(call(context, &t.spec, x, gamma, beta, rm, nullptr, y), "running_var is NULL");
  CHECK_REJECTED(call(context, &t.spec, x, gamma, beta, rm, rv, nullptr), "y is NULL");
  CHECK(t.y.untouched());
}

TEST(rejections_of_the_backward_call_and_of_add) {
  check::Context context(1);
  Case t({1, 4, 3});
  const char* names[] = {"v", "gamma", "beta", "mean", "inv_std", "dL_dy", "dL_dx", "dL_dgamma", "dL_dbeta"};
  for (int missing = 0; missing < 9; ++missing) {
    float* p[] = {t.x.data(),  t.gamma.data(), t.beta.data(),   t.running_mean.data(), t.running_var.data(),
                  t.dy.data(), t.dx.data(),    t.dgamma.data(), t.dbeta.data()};
    p[missing] = nullptr;
    CHECK_REJECTED(
        secant_norm_backward(context, &t.spec, p[0], p[1], p[2], p[3], p[4], p[5], nullptr, p[6], p[7], p[8]),
        std::string("secant_norm_backward: ") + names[missing] + " is NULL");
  }
  CHECK_REJECTED(t.backward(nullptr, t.x.data(), t.dy.data(), nullptr, t.dx.data()), "context is NULL");
  t.spec.segments = -1;
  CHECK_REJECTED(t.backward(context, t.x.data(), t.dy.data(), nullptr, t.dx.data()), "segments must be in 1..32");
  CHECK(t.dx.untouched() && t.dgamma.untouched() && t.dbeta.untouched());
  float *a = t.x.data(), *b = t.dy.data(), *out = t.dx.data();
  CHECK_REJECTED(secant_add(nullptr, 3, a, b, out), "secant_add: context is NULL");
  CHECK_REJECTED(secant_add(context, 0, a, b, out), "count must be in 1..2^40, got 0");
  CHECK_REJECTED(secant_add(context, (int64_t{1} << 40) + 1, a, b, out), "count must be in 1..2^40");
  CHECK_REJECTED(secant_add(context, 3, nullptr, b, out), "a is NULL");
  CHECK_REJECTED(secant_add(context, 3, a, nullptr, out), "b is NULL");
  CHECK_REJECTED(secant_add(context, 3, a, b, nullptr), "out is NULL");
  CHECK(t.dx.untouched());
}

CHECK_MAIN()
