// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Schedule, step counter and optimiser against the formula in double precision, u = 2^-24.

#include "check.h"
#include "reference_train.h"
#include "secant_train.h"

using check::Buffer;
using check::Random;

namespace {

constexpr double u = 0x1p-24;

const secant_optim_spec kSpec = {0, 0, 0.9, 0.999, 1e-8, 0.02};

struct Arena {
  explicit Arena(int64_t count, int64_t decayed, uint64_t seed = 1)
      : spec(kSpec), grad(count), p(count), m(count), v(count), ema(count) {
    spec.count = count;
    spec.decayed = decayed;
    Random random(seed);
    random.fill_normal(grad, 0.1);
    random.fill_normal(p);
    random.fill_normal(m, 0.05);
    random.fill_normal(v, 0.01);
    for (int64_t i = 0; i < count; ++i) v[i] = std::fabs(v[i]);
    random.fill_normal(ema);
  }
  int32_t step(secant_context* context, int64_t at, float lr, float ema_rate) {
    return secant_optim_step(context, &spec, &at, &lr, &ema_rate, grad.data(), p.data(), m.data(), v.data(),
                             ema.data());
  }
  bool intact() const { return grad.intact() && p.intact() && m.intact() && v.intact() && ema.intact(); }

  secant_optim_spec spec;
  Buffer<float> grad, p, m, v, ema;
};

reference::Parameter parameter(const Arena& a, int64_t i) {
  return {static_cast<double>(a.p[i]), static_cast<double>(a.m[i]), static_cast<double>(a.v[i]),
          static_cast<double>(a.ema[i])};
}

// One step from `before`: each moment is a difference, a product with a rounded constant and a sum, so it is within
// 4 u of its terms; the update m / (sqrt v + eps) adds a handful of roundings to what m and v bring along.
void check_step(const Arena& before, const Arena& after, int64_t at, float lr_, float rate_) {
  const double lr = static_cast<double>(lr_), rate = static_cast<double>(rate_);
  for (int64_t i = 0; i < before.spec.count; ++i) {
    const double grad = static_cast<double>(before.grad[i]);
    reference::Parameter q = parameter(before, i);
    const double m_bound = 4 * u * (std::fabs(q.m) + std::fabs(grad));
    const double v_bound = 4 * u * (q.v + grad * grad) + 1e-44;
    const double ema_terms = std::fabs(q.ema);
    const double p_terms = std::fabs(q.p);
    reference::optim_step(before.spec, at, lr, rate, i < before.spec.decayed, grad, &q);
    CHECK_NEAR(after.m[i], q.m, m_bound);
    CHECK_NEAR(after.v[i], q.v, v_bound);
    const double t = static_cast<double>(at + 1);
    const double factor = lr * std::sqrt(1 - std::pow(before.spec.beta2, t)) / (1 - std::pow(before.spec.beta1, t));
    const double root = std::sqrt(q.v) + before.spec.eps;
    const double root_error = std::fabs(q.m) * (0.51 * v_bound / std::sqrt(q.v + 1e-40) / root + 6 * u);
    const double p_bound = factor * (m_bound + root_error) / root + 4 * u * p_terms + 4 * u * std::fabs(q.p);
    CHECK_NEAR(after.p[i], q.p, p_bound);
    CHECK_NEAR(after.ema[i], q.ema, p_bound + 3 * u * (ema_terms + std::fabs(q.p)));
  }
}

secant_schedule_spec schedule_spec() { return {1000, 0.002, 0, 100, 0.4, 0.999, 0, 0.999, 0}; }

}  // namespace

TEST(one_step_follows_the_formula) {
  check::Context context(2);
  for (int64_t count : {1, 15, 16, 17, 1000, 16384, 16385, 40007}) {
    for (int64_t decayed : {int64_t{0}, count / 2, count - 1, count}) {
      for (int64_t at : {int64_t{0}, int64_t{1}, int64_t{399}, int64_t{524287}}) {
        const Arena before(count, decayed, static_cast<uint64_t>(at + count));
        Arena after = before;
        CHECK_OK(after.step(context, at, 0.002f, 0.999f));
        check_step(before, after, at, 0.002f, 0.999f);
        CHECK(after.intact() && after.grad.same(before.grad));
      }
    }
  }
}

TEST(a_hundred_steps_stay_with_the_formula) {
  check::Context context(2);
  Arena a(333, 200);
  for (int64_t i = 0; i < 333; ++i) a.m[i] = a.v[i] = 0;
  std::vector<reference::Parameter> q;
  for (int64_t i = 0; i < 333; ++i) q.push_back(parameter(a, i));
  Random random(8);
  for (int64_t t = 0; t < 100; ++t) {
    random.fill_normal(a.grad, 0.1, 0.05);
    CHECK_OK(a.step(context, t, 0.002f, 0.9f));
    for (int64_t i = 0; i < 333; ++i) {
      reference::optim_step(a.spec, t, static_cast<double>(0.002f), static_cast<double>(0.9f), i < 200,
                            static_cast<double>(a.grad[i]), &q[i]);
    }
  }
  // An update is about lr; moments carry a few u each step, weighted by at most 10 and 100 steps of memory.
  for (int64_t i = 0; i < 333; ++i) {
    CHECK_NEAR(a.p[i], q[i].p, 100 * (0.002 * 100 * u + 4 * u * std::fabs(q[i].p)));
    CHECK_NEAR(a.ema[i], q[i].ema, 100 * (0.002 * 100 * u + 4 * u * std::fabs(q[i].p)));
  }
}

// m = v = 0, betas 1/2 and 3/4, step 0: m = g/2, v = g^2/4, factor lr * sqrt(1/4) / (1/2) = lr, m / sqrt v = sign g
// (eps vanishes beside it). The order shows: decay takes the parameter after Adam, EMA the parameter after decay.
TEST(exact_answers_and_the_order_adam_decay_ema) {
  check::Context context(2);
  for (int64_t count : {1, 3, 16, 33, 20000}) {
    const int64_t decayed = count / 3 * 2;
    Arena a(count, decayed);
    a.spec = {count, decayed, 0.5, 0.75, 1e-20, 1.0};
    for (int64_t i = 0; i < count; ++i) {
      a.grad[i] = i % 2 == 0 ? 4.0f : -0.5f;
      a.p[i] = 2;
      a.m[i] = a.v[i] = 0;
      a.ema[i] = 8;
    }
    CHECK_OK(a.step(context, 0, 0.25f, 0.75f));
    for (int64_t i = 0; i < count; ++i) {
      const float adam = i % 2 == 0 ? 1.75f : 2.25f;
      const float p = i < decayed ? adam * 0.75f : adam;
      CHECK_EQ(a.m[i], a.grad[i] / 2);
      CHECK_EQ(a.v[i], a.grad[i] * a.grad[i] / 4);
      CHECK_EQ(a.p[i], p);
      CHECK_EQ(a.ema[i], 6 + 0.25f * p);
    }
    CHECK(a.intact());
  }
}

TEST(zero_gradients_and_rates_keep_what_they_should) {
  check::Context context(1);
  Arena a(50, 0), before(50, 0);
  for (Arena* x : {&a, &before}) {
    for (int64_t i = 0; i < 50; ++i) x->grad[i] = x->m[i] = x->v[i] = 0;
  }
  CHECK_OK(a.step(context, 3, 0.002f, 1.0f));
  CHECK(a.p.same(before.p) && a.m.same(before.m) && a.v.same(before.v) && a.ema.same(before.ema));
  CHECK_OK(a.step(context, 4, 0.002f, 0.0f));
  CHECK(a.ema.same(a.p));
}

TEST(same_bits_on_every_level_and_thread_count) {
  for (int64_t count : {1, 31, 16390, 100001}) {
    check::on_every_context([&](secant_context* context) {
      Arena a(count, count * 2 / 3);
      for (int64_t t = 0; t < 3; ++t) CHECK_OK(a.step(context, t, 0.002f, 0.99f));
      std::vector<uint8_t> bits;
      for (const Buffer<float>* b : {&a.p, &a.m, &a.v, &a.ema}) append_bits(bits, *b);
      CHECK(a.intact());
      return bits;
    });
  }
}

TEST(schedule_follows_the_formula) {
  check::Context context(1);
  for (int32_t cosine : {0, 1}) {
    for (double ramp : {0.0, 0.4, 1.0}) {
      for (int32_t warmup : {0, 1}) {
        for (int64_t steps : {int64_t{1}, int64_t{1000}, int64_t{1} << 19}) {
          for (int64_t step : {int64_t{0}, int64_t{1}, steps / 10, steps * 2 / 5, steps - 1, steps}) {
            const secant_schedule_spec spec = {steps, 0.002, cosine, 100, ramp, 0.999, warmup, 0.99, 1 - warmup};
            Buffer<float> lr(1), weight(1), ema(1), bn(1);
            CHECK_OK(secant_schedule(context, &spec, &step, lr.data(), weight.data(), ema.data(), bn.data()));
            const auto e = reference::schedule(spec, step);
            CHECK_NEAR(lr[0], e.learning_rate, u * e.learning_rate * 1.001);
            CHECK_NEAR(weight[0], e.weight, u * e.weight * 1.001);
            CHECK_NEAR(ema[0], e.ema_rate, u);
            CHECK_NEAR(bn[0], e.bn_rate, u);
            CHECK(lr.intact() && weight.intact() && ema.intact() && bn.intact());
          }
        }
      }
    }
  }
}

TEST(schedule_by_hand) {
  check::Context context(1);
  secant_schedule_spec spec = schedule_spec();
  float lr, weight, ema, bn;
  const auto at = [&](int64_t step) { CHECK_OK(secant_schedule(context, &spec, &step, &lr, &weight, &ema, &bn)); };
  at(0);
  CHECK(lr == 0.002f && weight == 0.0f && ema == 0.999f && bn == 0.999f);
  at(100);
  CHECK_EQ(weight, 25.0f);
  at(400);
  CHECK_EQ(weight, 100.0f);
  at(999);
  CHECK_EQ(weight, 100.0f);
  spec.ramp_fraction = 0;
  spec.ema_warmup = 1;
  at(0);
  CHECK(weight == 100.0f && ema == 0.1f && bn == 0.999f);
  at(8);
  CHECK(ema == 0.5f);
  at(100000);
  CHECK(ema == 0.999f);
}

TEST(advance_counts) {
  check::Context context(1);
  Buffer<int64_t> step(1, 41);
  CHECK_OK(secant_advance(context, step.data()));
  CHECK(step[0] == 42 && step.intact());
  step[0] = int64_t{1} << 40;
  CHECK_OK(secant_advance(context, step.data()));
  CHECK_EQ(step[0], (int64_t{1} << 40) + 1);
}

TEST(advance_keeps_the_scalars_of_a_step) {
  check::Context context(1);
  Buffer<int64_t> step(1, 5);
  Buffer<float> rows(9, -1);
  float loss = 1.5f, consistency = 2.5f, weight = 3.5f;
  const secant_step_log log = {&loss, &consistency, &weight, 3, rows.data()};
  CHECK_OK(secant_advance_logged(context, step.data(), &log));  // 5 mod 3
  loss = 7;
  const secant_step_log supervised = {&loss, nullptr, nullptr, 3, rows.data()};
  CHECK_OK(secant_advance_logged(context, step.data(), &supervised));  // 6 mod 3
  CHECK_EQ(step[0], 7);
  const float expected[9] = {7, 0, 0, -1, -1, -1, 1.5f, 2.5f, 3.5f};
  for (int i = 0; i < 9; ++i) CHECK_EQ(rows[i], expected[i]);
  CHECK(rows.intact());
  secant_step_log bad = log;
  bad.row_count = 0;
  CHECK_REJECTED(secant_advance_logged(context, step.data(), &bad), "log.row_count must be at least 1, got 0");
  bad = log;
  bad.loss = nullptr;
  CHECK_REJECTED(secant_advance_logged(context, step.data(), &bad), "log.loss is NULL");
  bad = log;
  bad.rows = nullptr;
  CHECK_REJECTED(secant_advance_logged(context, step.data(), &bad), "log.rows is NULL");
  CHECK_REJECTED(secant_advance_logged(context, step.data(), nullptr), "log is NULL");
  CHECK_EQ(step[0], 7);
}

TEST(a_readback_keeps_what_was_there_when_it_started) {
  check::Context context(1);
  float value = 1;
  secant_readback* readback = nullptr;
  CHECK_OK(secant_readback_create(context, sizeof value, &readback));
  const void* data = nullptr;
  CHECK_OK(secant_readback_wait(context, readback, &data));
  CHECK(*static_cast<const float*>(data) == 0);
  CHECK_OK(secant_readback_start(context, readback, &value));
  value = 2;
  CHECK_OK(secant_readback_wait(context, readback, &data));
  CHECK(*static_cast<const float*>(data) == 1);
  CHECK_REJECTED(secant_readback_create(context, 0, &readback), "bytes must be at least 1, got 0");
  CHECK_REJECTED(secant_readback_start(context, readback, nullptr), "from is NULL");
  CHECK_REJECTED(secant_readback_start(context, nullptr, &value), "readback is NULL");
  CHECK_OK(secant_readback_wait(context, readback, nullptr));
  CHECK_OK(secant_readback_destroy(context, readback));
  CHECK_OK(secant_readback_destroy(context, nullptr));
}

TEST(rejections_of_the_schedule) {
  check::Context context(1);
  const int64_t step = 3, negative = -1;
  Buffer<float> out(4);
  const auto call = [&](const secant_schedule_spec& spec) {
    return secant_schedule(context, &spec, &step, &out[0], &out[1], &out[2], &out[3]);
  };
  const auto with = [&](auto secant_schedule_spec::*field, double value) {
    secant_schedule_spec spec = schedule_spec();
    spec.*field = static_cast<std::remove_reference_t<decltype(spec.*field)>>(value);
    return call(spec);
  };
  using Spec = secant_schedule_spec;
  CHECK_REJECTED(with(&Spec::steps, 0), "secant_schedule: steps must be at least 1, got 0");
  CHECK_REJECTED(with(&Spec::learning_rate, -1), "learning_rate must be finite and at least 0, got -1");
  CHECK_REJECTED(with(&Spec::learning_rate, INFINITY), "learning_rate must be finite");
  CHECK_REJECTED(with(&Spec::cosine, 2), "cosine must be 0 or 1, got 2");
  CHECK_REJECTED(with(&Spec::weight_max, NAN), "weight_max must be finite");
  CHECK_REJECTED(with(&Spec::ramp_fraction, 1.5), "ramp_fraction must be in [0, 1], got 1.5");
  CHECK_REJECTED(with(&Spec::ema_decay, NAN), "ema_decay must be in [0, 1], got nan");
  CHECK_REJECTED(with(&Spec::ema_warmup, -1), "ema_warmup must be 0 or 1, got -1");
  CHECK_REJECTED(with(&Spec::bn_decay, -0.5), "bn_decay must be in [0, 1], got -0.5");
  CHECK_REJECTED(with(&Spec::bn_warmup, 7), "bn_warmup must be 0 or 1, got 7");
  const Spec spec = schedule_spec();
  float* o = out.data();
  CHECK_REJECTED(secant_schedule(nullptr, &spec, &step, o, o, o, o), "context is NULL");
  CHECK_REJECTED(secant_schedule(context, nullptr, &step, o, o, o, o), "spec is NULL");
  CHECK_REJECTED(secant_schedule(context, &spec, nullptr, o, o, o, o), "step is NULL");
  CHECK_REJECTED(secant_schedule(context, &spec, &negative, o, o, o, o), "*step must be at least 0");
  CHECK_REJECTED(secant_schedule(context, &spec, &step, nullptr, o, o, o), "learning_rate is NULL");
  CHECK_REJECTED(secant_schedule(context, &spec, &step, o, nullptr, o, o), "weight is NULL");
  CHECK_REJECTED(secant_schedule(context, &spec, &step, o, o, nullptr, o), "ema_rate is NULL");
  CHECK_REJECTED(secant_schedule(context, &spec, &step, o, o, o, nullptr), "bn_rate is NULL");
  CHECK(out.untouched());
  int64_t last = INT64_MAX;
  CHECK_REJECTED(secant_advance(nullptr, &last), "secant_advance: context is NULL");
  CHECK_REJECTED(secant_advance(context, nullptr), "step is NULL");
  CHECK_REJECTED(secant_advance(context, &last), "*step must be at least 0 and below 2^63 - 1");
}

TEST(rejections_of_the_optimiser) {
  check::Context context(1);
  Arena a(5, 2);
  const Arena kept = a;
  const auto with = [&](auto secant_optim_spec::*field, double value) {
    Arena b = a;
    b.spec.*field = static_cast<std::remove_reference_t<decltype(b.spec.*field)>>(value);
    const int32_t status = b.step(context, 0, 0.1f, 0.5f);
    CHECK(b.p.same(kept.p) && b.m.same(kept.m) && b.v.same(kept.v) && b.ema.same(kept.ema));
    return status;
  };
  using Spec = secant_optim_spec;
  CHECK_REJECTED(with(&Spec::count, 0), "secant_optim_step: count must be in 1..2^40, got 0");
  CHECK_REJECTED(with(&Spec::decayed, -1), "decayed must be in 0..count, count is 5, decayed is -1");
  CHECK_REJECTED(with(&Spec::decayed, 6), "decayed must be in 0..count, count is 5, decayed is 6");
  CHECK_REJECTED(with(&Spec::beta1, 1), "beta1 must be in [0, 1), got 1");
  CHECK_REJECTED(with(&Spec::beta2, -0.1), "beta2 must be in [0, 1), got -0.1");
  CHECK_REJECTED(with(&Spec::eps, 0), "eps must be finite and above 0, got 0");
  CHECK_REJECTED(with(&Spec::eps, 1e-60), "eps must be finite and above 0");
  CHECK_REJECTED(with(&Spec::weight_decay, -1), "weight_decay must be finite and at least 0, got -1");
  CHECK_REJECTED(a.step(context, -1, 0.1f, 0.5f), "*step must be at least 0");
  CHECK_REJECTED(a.step(context, 0, -0.1f, 0.5f), "*learning_rate must be finite and at least 0");
  CHECK_REJECTED(a.step(context, 0, NAN, 0.5f), "*learning_rate must be finite");
  CHECK_REJECTED(a.step(context, 0, 0.1f, 1.5f), "*ema_rate must be in [0, 1], got 1.5");
  CHECK_REJECTED(a.step(nullptr, 0, 0.1f, 0.5f), "context is NULL");
  const int64_t step = 0;
  const float rate = 0.5f;
  const char* names[] = {"spec", "step", "learning_rate", "ema_rate", "grad", "p", "m", "v", "ema"};
  for (int missing = 0; missing < 9; ++missing) {
    float* p[] = {a.grad.data(), a.p.data(), a.m.data(), a.v.data(), a.ema.data()};
    if (missing >= 4) p[missing - 4] = nullptr;
    CHECK_REJECTED(
        secant_optim_step(context, missing == 0 ? nullptr : &a.spec, missing == 1 ? nullptr : &step,
                          missing == 2 ? nullptr : &rate, missing == 3 ? nullptr : &rate, p[0], p[1], p[2], p[3], p[4]),
        std::string(names[missing]) + " is NULL");
  }
  CHECK(a.p.same(kept.p) && a.m.same(kept.m) && a.v.same(kept.v) && a.ema.same(kept.ema));
}

CHECK_MAIN()
