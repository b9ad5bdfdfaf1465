// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Pooling, dense layer and cross entropy against the formula in double precision, u = 2^-24.

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
  int32_t batch, features, classes;
};
const Shape kShapes[] = {{1, 1, 1},     {3, 5, 2},       {7, 16, 3},    {2, 17, 10},   {128, 128, 10},
                         {65, 33, 100}, {5, 2048, 1000}, {1024, 20, 7}, {130, 1100, 5}};

struct Dense {
  explicit Dense(const Shape& s)
      : shape(s),
        x(int64_t{s.batch} * s.features),
        w(int64_t{s.classes} * s.features),
        bias(s.classes),
        logits(int64_t{s.batch} * s.classes),
        dlogits(logits.size()),
        dx(x.size()),
        dw(w.size()),
        dbias(s.classes) {
    Random random(static_cast<uint64_t>(s.batch * 31 + s.features));
    random.fill_normal(x);
    random.fill_normal(w, 0.2);
    random.fill_normal(bias);
    random.fill_normal(dlogits, 0.1);
  }
  int32_t forward(secant_context* context) {
    return secant_dense_forward(context, shape.batch, shape.features, shape.classes, x.data(), w.data(), bias.data(),
                                logits.data());
  }
  int32_t backward(secant_context* context) {
    return secant_dense_backward(context, shape.batch, shape.features, shape.classes, x.data(), w.data(),
                                 dlogits.data(), dx.data(), dw.data(), dbias.data());
  }
  bool intact() const { return logits.intact() && dx.intact() && dw.intact() && dbias.intact(); }

  Shape shape;
  Buffer<float> x, w, bias, logits, dlogits, dx, dw, dbias;
};

// sum_i a(i) b(i) is within 65 u sum_i |a(i) b(i)| (a product and at most 64 additions in float), rounded once.
template <typename A, typename B>
void check_sum(float found, int64_t count, double start, A a, B b) {
  double sum = start, absolute = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double product = static_cast<double>(a(i)) * static_cast<double>(b(i));
    sum += product;
    absolute += std::fabs(product);
  }
  CHECK_NEAR(found, sum, 65 * u * absolute + u * std::fabs(sum));
}

void random_targets(Buffer<float>* targets, int64_t classes, Random* random) {
  for (int64_t row = 0; row < targets->size(); row += classes) {
    float* t = targets->data() + row;
    for (int64_t c = 0; c < classes; ++c) t[c] = 0;
    const float lambda = static_cast<float>(random->below(257)) / 256;  // exact, and so is 1 - lambda
    t[random->below(classes)] += lambda;
    t[random->below(classes)] += 1 - lambda;
  }
}

}  // namespace

TEST(dense_follows_the_formula) {
  check::Context context(2);
  for (const Shape& s : kShapes) {
    Dense t(s);
    CHECK_OK(t.forward(context));
    CHECK_OK(t.backward(context));
    const int64_t B = s.batch, F = s.features, C = s.classes;
    for (int64_t b = 0; b < B; ++b) {
      for (int64_t c = 0; c < C; ++c) {
        check_sum(
            t.logits[b * C + c], F, static_cast<double>(t.bias[c]), [&](int64_t f) { return t.x[b * F + f]; },
            [&](int64_t f) { return t.w[c * F + f]; });
      }
      for (int64_t f = 0; f < F; f += 1 + F / 50) {
        check_sum(
            t.dx[b * F + f], C, 0, [&](int64_t c) { return t.dlogits[b * C + c]; },
            [&](int64_t c) { return t.w[c * F + f]; });
      }
    }
    for (int64_t c = 0; c < C; ++c) {
      for (int64_t f = 0; f < F; ++f) {
        check_sum(
            t.dw[c * F + f], B, 0, [&](int64_t b) { return t.dlogits[b * C + c]; },
            [&](int64_t b) { return t.x[b * F + f]; });
      }
      check_sum(
          t.dbias[c], B, 0, [&](int64_t b) { return t.dlogits[b * C + c]; }, [](int64_t) { return 1.0; });
    }
    CHECK(t.intact());
  }
}

TEST(dense_and_pool_are_exact_on_small_integers) {
  check::Context context(3);
  for (const Shape& s : kShapes) {
    Dense t(s);
    const int64_t B = s.batch, F = s.features, C = s.classes;
    for (int64_t i = 0; i < B * F; ++i) t.x[i] = static_cast<float>(i % 7 - 3);
    for (int64_t i = 0; i < C * F; ++i) t.w[i] = static_cast<float>(i % 5 - 2);
    for (int64_t i = 0; i < C; ++i) t.bias[i] = static_cast<float>(i) / 4;
    CHECK_OK(t.forward(context));
    const Values expected = reference::dense(B, F, C, values(t.x), values(t.w), values(t.bias));
    for (int64_t i = 0; i < B * C; ++i) CHECK_EQ(t.logits[i], expected[i]);
  }
  for (int32_t channels : {1, 16, 19, 64, 128}) {
    for (int32_t pixels : {1, 64, 256}) {
      Buffer<float> y(int64_t{3} * pixels * channels), pooled(3 * channels), dy(y.size());
      for (int64_t i = 0; i < y.size(); ++i) {
        y[i] = static_cast<float>(i % channels) + (i / channels % 2 == 0 && pixels > 1 ? 1.0f : 0.0f);
      }
      CHECK_OK(secant_pool_forward(context, 3, pixels, channels, y.data(), pooled.data()));
      for (int64_t i = 0; i < pooled.size(); ++i) {
        CHECK_EQ(pooled[i], static_cast<float>(i % channels) + (pixels > 1 ? 0.5f : 0.0f));
      }
      CHECK_OK(secant_pool_backward(context, 3, pixels, channels, pooled.data(), dy.data()));
      for (int64_t i = 0; i < dy.size(); ++i) {
        CHECK_EQ(dy[i], pooled[i / channels / pixels * channels + i % channels] / static_cast<float>(pixels));
      }
      CHECK(pooled.intact() && dy.intact());
    }
  }
}

TEST(pool_is_the_mean) {
  check::Context context(2);
  const int32_t batch = 5, pixels = 147, channels = 37;
  Buffer<float> y(int64_t{batch} * pixels * channels), pooled(batch * channels);
  Random(3).fill_normal(y, 1, 5);
  CHECK_OK(secant_pool_forward(context, batch, pixels, channels, y.data(), pooled.data()));
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t c = 0; c < channels; ++c) {
      check_sum(
          pooled[b * channels + c], pixels, 0, [&](int64_t p) { return y[(b * pixels + p) * channels + c]; },
          [&](int64_t) { return 1.0 / pixels; });
    }
  }
}

TEST(cross_entropy_follows_the_formula) {
  check::Context context(2);
  for (const Shape& s : kShapes) {
    for (double scale : {1.0, 50.0}) {
      const int64_t B = s.batch, C = s.classes, count = B * C;
      Buffer<float> z(count), targets(count), dz(count), loss(1), loss_only(1);
      Random random(9);
      random.fill_normal(z, scale, 100);
      random_targets(&targets, C, &random);
      CHECK_OK(secant_cross_entropy(context, s.batch, s.classes, z.data(), targets.data(), loss.data(), dz.data()));
      CHECK_OK(secant_cross_entropy(context, s.batch, s.classes, z.data(), targets.data(), loss_only.data(), nullptr));
      const double expected = reference::cross_entropy(B, C, values(z), values(targets));
      CHECK_NEAR(loss[0], expected, u * std::fabs(expected) + 1e-12 * scale);
      CHECK_EQ(loss[0], loss_only[0]);
      for (int64_t b = 0; b < B; ++b) {
        double sum = 0;
        for (int64_t c = 0; c < C; ++c) sum += std::exp(static_cast<double>(z[b * C + c]) - 100);
        for (int64_t c = 0; c < C; ++c) {
          const double softmax = std::exp(static_cast<double>(z[b * C + c]) - 100) / sum;
          const double gradient = (softmax - static_cast<double>(targets[b * C + c])) / static_cast<double>(B);
          CHECK_NEAR(dz[b * C + c], gradient, u * std::fabs(gradient) + 1e-12 / static_cast<double>(B));
        }
      }
      CHECK(loss.intact() && dz.intact());
    }
  }
}

TEST(cross_entropy_of_equal_logits_and_of_certainty) {
  check::Context context(1);
  Buffer<float> z(8, 3.0f), targets(8, 0.0f), dz(8), loss(1);
  targets[1] = targets[4] = 1;
  CHECK_OK(secant_cross_entropy(context, 2, 4, z.data(), targets.data(), loss.data(), dz.data()));
  CHECK_EQ(loss[0], static_cast<float>(std::log(4.0)));
  for (int64_t i = 0; i < 8; ++i) CHECK_EQ(dz[i], i == 1 || i == 4 ? -0.375f : 0.125f);
  z[1] = z[4] = 2000;  // no overflow; the other classes underflow to nothing
  CHECK_OK(secant_cross_entropy(context, 2, 4, z.data(), targets.data(), loss.data(), dz.data()));
  CHECK_EQ(loss[0], 0.0f);
  for (int64_t i = 0; i < 8; ++i) CHECK_EQ(dz[i], 0.0f);
}

TEST(gradients_are_slopes_of_the_formula) {
  check::Context context(2);
  const Shape s = {4, 6, 5};
  Dense t(s);
  Buffer<float> targets(20), loss(1);
  Random random(4);
  random_targets(&targets, 5, &random);
  CHECK_OK(t.forward(context));
  CHECK_OK(secant_cross_entropy(context, 4, 5, t.logits.data(), targets.data(), loss.data(), t.dlogits.data()));
  CHECK_OK(t.backward(context));
  Values x = values(t.x), w = values(t.w), bias = values(t.bias);
  const auto formula = [&] {
    return reference::cross_entropy(4, 5, reference::dense(4, 6, 5, x, w, bias), values(targets));
  };
  const double bound = 1e-8 + 20 * u;  // h^2, and sums of a few terms below 1
  for (int64_t i = 0; i < 24; ++i) CHECK_NEAR(t.dx[i], reference::slope_of(&x[i], formula), bound);
  for (int64_t i = 0; i < 30; ++i) CHECK_NEAR(t.dw[i], reference::slope_of(&w[i], formula), bound);
  for (int64_t i = 0; i < 5; ++i) CHECK_NEAR(t.dbias[i], reference::slope_of(&bias[i], formula), bound);
}

TEST(same_bits_on_every_level_and_thread_count) {
  for (const Shape& s : kShapes) {
    check::on_every_context([&](secant_context* context) {
      Dense t(s);
      Buffer<float> targets(t.logits.size()), loss(1), pooled(s.features), spread(t.x.size());
      Random random(5);
      random_targets(&targets, s.classes, &random);
      std::vector<uint8_t> bits;
      CHECK_OK(t.forward(context));
      CHECK_OK(secant_cross_entropy(context, s.batch, s.classes, t.logits.data(), targets.data(), loss.data(),
                                    t.dlogits.data()));
      CHECK_OK(t.backward(context));
      CHECK_OK(secant_pool_forward(context, 1, s.batch, s.features, t.x.data(), pooled.data()));
      CHECK_OK(secant_pool_backward(context, 1, s.batch, s.features, pooled.data(), spread.data()));
      for (const Buffer<float>* b : {&t.logits, &loss, &t.dlogits, &t.dx, &t.dw, &t.dbias, &pooled, &spread}) {
        append_bits(bits, *b);
      }
      return bits;
    });
  }
}

TEST(rejections) {
  check::Context context(1);
  Dense t({2, 3, 4});
  Buffer<float> loss(1), targets(8, 0.25f);
  float *x = t.x.data(), *w = t.w.data(), *bias = t.bias.data(), *z = t.logits.data(), *dz = t.dlogits.data(),
        *dx = t.dx.data(), *dw = t.dw.data(), *db = t.dbias.data();
  CHECK_REJECTED(secant_pool_forward(nullptr, 1, 2, 3, x, z), "secant_pool_forward: context is NULL");
  CHECK_REJECTED(secant_pool_forward(context, 0, 2, 3, x, z), "batch must be at least 1, got 0");
  CHECK_REJECTED(secant_pool_forward(context, 1, -2, 3, x, z), "pixels must be at least 1, got -2");
  CHECK_REJECTED(secant_pool_forward(context, 1, 2, 0, x, z), "channels must be at least 1, got 0");
  CHECK_REJECTED(secant_pool_forward(context, INT32_MAX, INT32_MAX, 3, x, z), "at most 2^40");
  CHECK_REJECTED(secant_pool_forward(context, 1, 2, 3, nullptr, z), "y is NULL");
  CHECK_REJECTED(secant_pool_forward(context, 1, 2, 3, x, nullptr), "pooled is NULL");
  CHECK_REJECTED(secant_pool_backward(nullptr, 1, 2, 3, x, z), "secant_pool_backward: context is NULL");
  CHECK_REJECTED(secant_pool_backward(context, 1, 0, 3, x, z), "pixels must be at least 1, got 0");
  CHECK_REJECTED(secant_pool_backward(context, 1, 2, 3, nullptr, z), "dL_dpooled is NULL");
  CHECK_REJECTED(secant_pool_backward(context, 1, 2, 3, x, nullptr), "dL_dy is NULL");
  CHECK_REJECTED(secant_dense_forward(nullptr, 2, 3, 4, x, w, bias, z), "secant_dense_forward: context is NULL");
  CHECK_REJECTED(secant_dense_forward(context, 0, 3, 4, x, w, bias, z), "batch must be at least 1, got 0");
  CHECK_REJECTED(secant_dense_forward(context, 2, 0, 4, x, w, bias, z), "features must be at least 1, got 0");
  CHECK_REJECTED(secant_dense_forward(context, 2, 3, 0, x, w, bias, z), "classes must be at least 1, got 0");
  CHECK_REJECTED(secant_dense_forward(context, INT32_MAX, INT32_MAX, 4, x, w, bias, z), "at most 2^40");
  CHECK_REJECTED(secant_dense_forward(context, 2, 3, 4, nullptr, w, bias, z), "x is NULL");
  CHECK_REJECTED(secant_dense_forward(context, 2, 3, 4, x, nullptr, bias, z), "w is NULL");
  CHECK_REJECTED(secant_dense_forward(context, 2, 3, 4, x, w, nullptr, z), "bias is NULL");
  CHECK_REJECTED(secant_dense_forward(context, 2, 3, 4, x, w, bias, nullptr), "logits is NULL");
  const char* names[] = {"x", "w", "dL_dlogits", "dL_dx", "dL_dw", "dL_dbias"};
  for (int missing = 0; missing < 6; ++missing) {
    float* p[] = {x, w, dz, dx, dw, db};
    p[missing] = nullptr;
    CHECK_REJECTED(secant_dense_backward(context, 2, 3, 4, p[0], p[1], p[2], p[3], p[4], p[5]),
                   std::string("secant_dense_backward: ") + names[missing] + " is NULL");
  }
  CHECK_REJECTED(secant_dense_backward(nullptr, 2, 3, 4, x, w, dz, dx, dw, db), "context is NULL");
  CHECK_REJECTED(secant_dense_backward(context, 2, 3, -4, x, w, dz, dx, dw, db), "classes must be at least 1, got -4");
  float* l = loss.data();
  CHECK_REJECTED(secant_cross_entropy(nullptr, 2, 4, x, w, l, dx), "secant_cross_entropy: context is NULL");
  CHECK_REJECTED(secant_cross_entropy(context, 0, 4, x, w, l, dx), "batch must be at least 1, got 0");
  CHECK_REJECTED(secant_cross_entropy(context, 2, 0, x, w, l, dx), "classes must be at least 1, got 0");
  CHECK_REJECTED(secant_cross_entropy(context, INT32_MAX, INT32_MAX, x, w, l, dx), "at most 2^40");
  CHECK_REJECTED(secant_cross_entropy(context, 2, 4, nullptr, w, l, dx), "logits is NULL");
  CHECK_REJECTED(secant_cross_entropy(context, 2, 4, x, nullptr, l, dx), "targets is NULL");
  CHECK_REJECTED(secant_cross_entropy(context, 2, 4, x, w, nullptr, dx), "loss is NULL");
  CHECK(t.logits.untouched() && t.dx.untouched() && t.dw.untouched() && t.dbias.untouched() && loss.untouched());
}

CHECK_MAIN()
