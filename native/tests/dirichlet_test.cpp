// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Philox, the strict transcendentals, and the Dirichlet draws built on them.

#include "dirichlet.h"

#include <algorithm>
#include <vector>

#include "check.h"
#include "cpu/strict_lanes.h"
#include "philox.h"
#include "strict_math.h"

using check::Buffer;
using check::Context;
using check::Random;

namespace {

// Error of `a` in units of the last place of the true value `b`.
double ulps(double a, long double b) {
  const double near = std::fabs(static_cast<double>(b));
  return static_cast<double>(std::fabs(a - b)) / (std::nextafter(near, INFINITY) - near);
}

std::vector<float> draw(int32_t rows, int32_t ways, const double* alpha) {
  const int64_t step = 5;
  std::vector<float> lambda(static_cast<size_t>(rows) * static_cast<size_t>(ways));
  CHECK_OK(secant_dirichlet(Context(2), 11, 1, &step, rows, 0, ways, alpha, lambda.data()));
  return lambda;
}

std::vector<float> draw(int32_t rows, int32_t ways, double alpha) {
  double all[SECANT_MAX_WAYS];
  std::fill(all, all + SECANT_MAX_WAYS, alpha);
  return draw(rows, ways, all);
}

// Integral of (s (1-s))^(a-1) over [0, x], x <= 1/2: with s = v^(1/a) the end point is smooth; Simpson's rule.
double half_beta(double a, double x) {
  const int n = 400;
  const double end = std::pow(x, a), h = end / n;
  const auto f = [a](double v) { return std::pow(1 - std::pow(v, 1 / a), a - 1); };
  double sum = f(0) + f(end);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(i * h);
  return sum * h / 3 / a;
}

// P(lambda_0 <= l0) for Beta(a, a); l1 = 1 - l0, given apart because it keeps its digits near 0.
double beta_cdf(double a, double l0, double l1) {
  const double half = 2 * half_beta(a, 0.5);
  return l0 <= 0.5 ? half_beta(a, l0) / half : 1 - half_beta(a, l1) / half;
}

}  // namespace

TEST(philox_known_answers_of_random123) {
  const uint32_t cases[3][10] = {{0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                 {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
                                  0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                 {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
                                  0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (const auto& c : cases) {
    Buffer<uint32_t> out(4);
    CHECK_OK(secant_philox(c + 4, c, out.data()));
    for (int i = 0; i < 4; ++i) CHECK_EQ(out[i], c[6 + i]);
    CHECK(out.intact());
  }
}

TEST(uniform_never_reaches_its_ends) {
  CHECK_EQ(secant::uniform(0), 0x1p-33);
  CHECK_EQ(secant::uniform(0xffffffff), 1 - 0x1p-33);
  CHECK_EQ(secant::below(0xffffffff, 9), 8u);
  CHECK_EQ(secant::below(0, 9), 0u);
}

TEST(log_and_exp_are_within_an_ulp_of_the_truth) {
  Random random(2);
  double worst_log = 0, worst_exp = 0;
  for (int i = 0; i < 400000; ++i) {
    const double u = random.uniform();
    const double wide = std::ldexp(1 + u, static_cast<int>(random.below(2040)) - 1020);
    for (double x : {u, 1 + (u - 0.5) * 0x1p-10, wide}) {
      worst_log = std::fmax(worst_log, ulps(secant::strict_log(x), std::log(static_cast<long double>(x))));
    }
    for (double x : {u - 0.5, -40 * u, 1400 * (u - 0.5)}) {
      worst_exp = std::fmax(worst_exp, ulps(secant::strict_exp(x), std::exp(static_cast<long double>(x))));
    }
  }
  CHECK_NEAR(worst_log, 0, 1);
  CHECK_NEAR(worst_exp, 0, 1);
}

// FNV over the bits of log, exp and cos_2pi at two million arguments; the same loop over StrictMath (JDK 17) gave this.
TEST(log_exp_and_cosine_have_the_bits_of_java_strict_math) {
  Random random(7);
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](double x) { hash = (hash ^ secant::double_bits(x)) * 0x100000001b3u; };
  for (int i = 0; i < 2000000; ++i) {
    const uint64_t z = random.bits();
    const double u = (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;
    const double x[4] = {u, 1 + (u - 0.5) * 0x1p-8, u * 1e6, secant::bits_double(z & 0x7fefffffffffffffu)};
    const double y[4] = {-u, -750 * u, 1400 * (u - 0.5), -40 * u};
    add(secant::strict_log(x[i & 3]));
    add(secant::strict_exp(y[i & 3]));
    add(secant::cos_2pi(secant::uniform(static_cast<uint32_t>(z >> 32))));
  }
  CHECK_EQ(hash, 0x9a8473235d793165u);
}

TEST(log_and_exp_at_special_values) {
  CHECK_EQ(secant::strict_log(1), 0.0);
  CHECK_EQ(secant::strict_log(0), -INFINITY);
  CHECK_EQ(secant::strict_log(INFINITY), INFINITY);
  CHECK(std::isnan(secant::strict_log(-1)));
  CHECK(std::isnan(secant::strict_log(NAN)));
  CHECK_EQ(secant::strict_log(8), std::log(8));
  CHECK_NEAR(secant::strict_log(0x1p-1074), -744.4400719213812, 1e-12);
  CHECK_EQ(secant::strict_exp(0), 1.0);
  CHECK_EQ(secant::strict_exp(-INFINITY), 0.0);
  CHECK_EQ(secant::strict_exp(-746), 0.0);
  CHECK_EQ(secant::strict_exp(INFINITY), INFINITY);
  CHECK_EQ(secant::strict_exp(710), INFINITY);
  CHECK(std::isnan(secant::strict_exp(NAN)));
  CHECK_EQ(secant::strict_exp(-745), 0x1p-1074);
}

TEST(cos_2pi_at_quarters_and_between) {
  CHECK_EQ(secant::cos_2pi(0), 1.0);
  CHECK_EQ(secant::cos_2pi(0.25), 0.0);
  CHECK_EQ(secant::cos_2pi(0.5), -1.0);
  CHECK_EQ(secant::cos_2pi(0.75), 0.0);
  Random random(4);
  for (int i = 0; i < 300000; ++i) {
    const double u = secant::uniform(static_cast<uint32_t>(random.bits()));
    CHECK_NEAR(secant::cos_2pi(u), static_cast<double>(std::cos(6.283185307179586476925L * u)), 2.3e-16);
  }
}

TEST(lanes_of_exp_have_the_bits_of_the_scalar_one) {
  Random random(8);
  const double edges[] = {0,       -0.0,   -0x1p-28, -0x1p-29,  -0x1.8p-28, -0.34657359, -0.3466,
                          -1.0397, -1.04,  -708,     -709,      -709.8,     -710,        -740,
                          -745.13, -745.2, -1e300,   -INFINITY, NAN,        -1e-300};
  for (int i = 0; i < 100000; ++i) {
    secant::D8 x;
    for (int l = 0; l < 8; ++l) {
      const double u = random.uniform();
      const double values[] = {-u, -750 * u, -5 * u, -u * 0x1p-27, edges[random.below(20)]};
      x[l] = values[random.below(5)];
    }
    const secant::D8 y = secant::exp_nonpositive(x);
    for (int l = 0; l < 8; ++l) {
      const double expected = secant::strict_exp(x[l]);
      CHECK((std::isnan(y[l]) && std::isnan(expected)) || secant::double_bits(y[l]) == secant::double_bits(expected));
    }
  }
}

// Whatever the level and wherever a group of lanes ends, a row is the scalar draw of its sample.
TEST(every_context_has_the_bits_of_the_scalar_draw) {
  const double alphas[][3] = {{0.5, 0.5, 0.5}, {1e-3, 1.0, 1e3}, {0.1, 2.0, 7.5}};
  const int64_t step = 0xFFFFFFFF;
  const uint64_t seed = 0x123456789abcdef0u;
  const uint32_t purpose = secant::purpose_word(SECANT_PURPOSE_LAMBDA, 1, 0);
  for (const auto& alpha : alphas) {
    secant::GammaShape shapes[3];
    for (int k = 0; k < 3; ++k) shapes[k] = secant::gamma_shape(alpha[k]);
    for (int32_t rows : {1, 7, 8, 9, 63, 64, 65, 20000}) {
      const std::vector<float> found = check::on_every_context([&](secant_context* context) {
        Buffer<float> lambda(rows * 3);
        CHECK_OK(secant_dirichlet(context, seed, 1, &step, rows, 5, 3, alpha, lambda.data()));
        CHECK(lambda.intact());
        return std::vector<float>(lambda.data(), lambda.data() + rows * 3);
      });
      for (int32_t r = 0; r < rows; ++r) {
        float expected[3];
        secant::dirichlet_draw(shapes, 3, seed, purpose, static_cast<uint32_t>(step), static_cast<uint32_t>(5 + r),
                               expected);
        for (int k = 0; k < 3; ++k) CHECK_EQ(found[static_cast<size_t>(r * 3 + k)], expected[k]);
      }
    }
  }
}

TEST(one_way_is_exactly_one) {
  for (double alpha : {1e-3, 0.1, 1.0, 1e3}) {
    for (float l : draw(200, 1, alpha)) CHECK_EQ(l, 1.0f);
  }
}

TEST(rows_sum_to_one_and_are_finite) {
  for (double alpha : {1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 1e3}) {
    for (int32_t ways : {2, 3, 5, 16}) {
      const std::vector<float> lambda = draw(2000, ways, alpha);
      for (size_t row = 0; row < lambda.size(); row += static_cast<size_t>(ways)) {
        double sum = 0;
        for (size_t k = row; k < row + static_cast<size_t>(ways); ++k) {
          CHECK(lambda[k] >= 0 && lambda[k] <= 1);
          sum += lambda[k];
        }
        CHECK_NEAR(sum, 1, 2e-7);
      }
    }
  }
}

TEST(two_ways_follow_the_beta_distribution) {
  const int32_t n = 20000;
  for (double alpha : {0.1, 0.5, 1.0, 2.0, 7.5}) {
    const std::vector<float> lambda = draw(n, 2, alpha);
    std::vector<double> p;
    for (size_t i = 0; i < lambda.size(); i += 2) p.push_back(beta_cdf(alpha, lambda[i], lambda[i + 1]));
    std::sort(p.begin(), p.end());
    double distance = 0;
    for (int32_t i = 0; i < n; ++i) {
      const double u = p[static_cast<size_t>(i)];
      distance = std::fmax(distance, std::fmax(u - i / static_cast<double>(n), (i + 1) / static_cast<double>(n) - u));
    }
    // P(sqrt(n) D > 2.7) = 2 exp(-2 * 2.7^2) < 1e-6.
    CHECK_NEAR(distance, 0, 2.7 / std::sqrt(n));
  }
}

TEST(second_moment_and_mean_follow_the_formula) {
  const int32_t n = 40000;
  for (double alpha : {0.01, 0.1, 0.5, 1.0, 4.0}) {
    for (int32_t ways : {2, 3, 4, 5, 16}) {
      const std::vector<float> lambda = draw(n, ways, alpha);
      double squares = 0, first = 0;
      for (float l : lambda) squares += static_cast<double>(l) * l;
      for (size_t i = 0; i < lambda.size(); i += static_cast<size_t>(ways)) first += lambda[i];
      // Both lie in an interval no longer than 1, so their standard deviation is at most 1/2; five standard errors.
      CHECK_NEAR(squares / n, (alpha + 1) / (ways * alpha + 1), 5 * 0.5 / std::sqrt(n));
      CHECK_NEAR(first / n, 1.0 / ways, 5 * 0.5 / std::sqrt(n));
    }
  }
}

TEST(unequal_alpha_gives_the_means_alpha_over_their_sum) {
  const int32_t n = 40000;
  const double alpha[3] = {0.3, 1.0, 2.7};
  const std::vector<float> lambda = draw(n, 3, alpha);
  for (size_t k = 0; k < 3; ++k) {
    double sum = 0;
    for (size_t i = k; i < lambda.size(); i += 3) sum += lambda[i];
    CHECK_NEAR(sum / n, alpha[k] / 4.0, 5 * 0.5 / std::sqrt(n));
  }
}

TEST(rows_depend_on_their_sample_alone) {
  const int64_t step = 77;
  const double alpha[3] = {0.5, 0.5, 0.5};
  const Context context(3);
  Buffer<float> all(300), part(60);
  CHECK_OK(secant_dirichlet(context, 9, 2, &step, 100, 0, 3, alpha, all.data()));
  CHECK_OK(secant_dirichlet(context, 9, 2, &step, 20, 50, 3, alpha, part.data()));
  CHECK(all.intact() && part.intact());
  for (int i = 0; i < 60; ++i) CHECK_EQ(part[i], all[150 + i]);
  // Another stream, step or seed is another draw.
  const int64_t next = step + 1;
  Buffer<float> other(300);
  CHECK_OK(secant_dirichlet(context, 9, 1, &step, 100, 0, 3, alpha, other.data()));
  CHECK(!other.same(all));
  CHECK_OK(secant_dirichlet(context, 9, 2, &next, 100, 0, 3, alpha, other.data()));
  CHECK(!other.same(all));
  CHECK_OK(secant_dirichlet(context, uint64_t{9} << 32, 2, &step, 100, 0, 3, alpha, other.data()));
  CHECK(!other.same(all));
}

TEST(same_bits_on_every_context) {
  check::on_every_context([](secant_context* context) {
    const int64_t step = 3;
    const double alpha[5] = {0.01, 0.5, 1, 3, 900};
    Buffer<float> lambda(5 * 333);
    CHECK_OK(secant_dirichlet(context, 42, 0, &step, 333, 0, 5, alpha, lambda.data()));
    std::vector<uint8_t> bits;
    check::append_bits(bits, lambda);
    return bits;
  });
}

TEST(bad_arguments_are_rejected) {
  const Context c;
  int64_t step = 0;
  double alpha[2] = {0.5, 0.5};
  Buffer<float> out(8);
  const auto call = [&](int32_t stream, int32_t rows, int32_t first, int32_t ways) {
    return secant_dirichlet(c, 1, stream, &step, rows, first, ways, alpha, out.data());
  };
  CHECK_REJECTED(call(4, 2, 0, 2), "secant_dirichlet: stream must be in 0..3, got 4");
  CHECK_REJECTED(call(0, 0, 0, 2), "rows must be at least 1, got 0");
  CHECK_REJECTED(call(0, 2, -1, 2), "first_row must be in 0..2^31-1-rows, got -1");
  CHECK_REJECTED(call(0, 2, INT32_MAX, 2), "first_row must be");
  CHECK_REJECTED(call(0, 2, 0, 17), "ways must be in 1..16, got 17");
  CHECK_REJECTED(secant_dirichlet(nullptr, 1, 0, &step, 2, 0, 2, alpha, out.data()), "context is NULL");
  CHECK_REJECTED(secant_dirichlet(c, 1, 0, nullptr, 2, 0, 2, alpha, out.data()), "step is NULL");
  CHECK_REJECTED(secant_dirichlet(c, 1, 0, &step, 2, 0, 2, nullptr, out.data()), "alpha is NULL");
  CHECK_REJECTED(secant_dirichlet(c, 1, 0, &step, 2, 0, 2, alpha, nullptr), "lambda is NULL");
  for (double bad : {0.0, -1.0, 9e-4, 1001.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    alpha[1] = bad;
    CHECK_REJECTED(call(0, 2, 0, 2), "alpha[1] must be in [0.001, 1000], got " + check::show(bad).substr(0, 3));
  }
  alpha[1] = 1;
  step = -1;
  CHECK_REJECTED(call(0, 2, 0, 2), "*step must be in 0..4294967295, got -1");
  step = INT64_C(1) << 32;
  CHECK_REJECTED(call(0, 2, 0, 2), "*step must be in 0..4294967295, got 4294967296");
  uint32_t words[4] = {};
  CHECK_REJECTED(secant_philox(nullptr, words, words), "secant_philox: key is NULL");
  CHECK_REJECTED(secant_philox(words, nullptr, words), "counter is NULL");
  CHECK_REJECTED(secant_philox(words, words, nullptr), "out is NULL");
  CHECK(out.untouched());
}

CHECK_MAIN()
