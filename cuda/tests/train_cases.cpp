// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// What a training step needs besides, against the CPU library.

#include "session.h"

namespace kernel_tests {
namespace {

// Multiples of 1/8 of at most seven bits: sums of two are exact in bf16.
std::vector<float> eighths(uint64_t seed, int64_t count) {
  std::vector<float> v;
  for (int32_t k : below<int32_t>(seed, count, 127)) v.push_back(static_cast<float>(k - 63) / 8);
  return v;
}

struct Norm {
  int32_t segments;
  int64_t pixels;
  int32_t channels;
  bool residual;
  uint32_t mask;
  double mean;
  int64_t values() const { return segments * pixels * channels; }
  secant_norm_spec spec() const { return {segments, pixels, channels, 1e-3f, 0.1f}; }
};

void norm_forward_case(Session& s, const Norm& q) {
  const secant_norm_spec spec = q.spec();
  auto values = eighths(1, q.values());
  for (float& v : values) v += static_cast<float>(q.mean);
  float* x = s.put_activations(values);
  const float* residual = q.residual ? s.put_activations(eighths(2, q.values())) : nullptr;
  float* sum = q.residual ? x : nullptr;  // in place
  float *running_mean = s.put(normals(5, q.channels)), *running_var = s.put(uniforms(6, q.channels, .5, 2));
  float *mean = s.room<float>(q.segments * q.channels), *inv_std = s.room<float>(q.segments * q.channels);
  float* y = s.room_activations(q.values());
  must(secant_norm_forward(s, &spec, x, residual, sum, s.put(normals(3, q.channels)), s.put(normals(4, q.channels)),
                           q.mask, s.put(std::vector<float>{0.9f}), running_mean, running_var, mean, inv_std, y),
       "secant_norm_forward");
  s.give("mean", mean, q.segments * q.channels, 1e-6, 1e-6);
  s.give("inv_std", inv_std, q.segments * q.channels, 1e-6);
  s.give("running_mean", running_mean, q.channels, 1e-6, 1e-6);
  s.give("running_var", running_var, q.channels, 2e-6);
  s.give_activations("y", y, q.values(), 1e-5, 1e-5);
  if (q.residual) s.give_activations("sum", x, q.values());
}

void norm_inference_case(Session& s, int64_t pixels, int32_t channels) {
  const secant_norm_spec spec = {1, pixels, channels, 1e-3f, 0.1f};
  const int64_t n = pixels * channels;
  float *y = s.room_activations(n), *sum = s.room_activations(n);
  must(secant_norm_inference(s, &spec, s.put_activations(eighths(1, n)), s.put_activations(eighths(2, n)), sum,
                             s.put(normals(3, channels)), s.put(normals(4, channels)), s.put(normals(5, channels)),
                             s.put(uniforms(6, channels, .5, 2)), y),
       "secant_norm_inference");
  s.give_activations("y", y, n);
  s.give_activations("sum", sum, n);
}

void norm_backward_case(Session& s, const Norm& q, bool addend) {
  const secant_norm_spec spec = q.spec();
  const int64_t constants = q.segments * q.channels;
  float* dL_dx = s.room_activations(q.values());
  float *dL_dgamma = s.room<float>(q.channels), *dL_dbeta = s.room<float>(q.channels);
  must(secant_norm_backward(s, &spec, s.put_activations(eighths(1, q.values())), s.put(normals(2, q.channels)),
                            s.put(normals(3, q.channels)), s.put(normals(4, constants)),
                            s.put(uniforms(5, constants, .2, 2)), s.put_activations(eighths(6, q.values())),
                            addend ? s.put_activations(eighths(7, q.values())) : nullptr, dL_dx, dL_dgamma, dL_dbeta),
       "secant_norm_backward");
  s.give_activations("dL_dx", dL_dx, q.values(), 2e-5, 2e-4);
  s.give("dL_dgamma", dL_dgamma, q.channels, 2e-5, 2e-4 * std::sqrt(static_cast<double>(q.segments * q.pixels)));
  s.give("dL_dbeta", dL_dbeta, q.channels, 2e-5, 2e-5 * std::sqrt(static_cast<double>(q.segments * q.pixels)));
}

void sum_case(Session& s, int64_t count) {
  float* out = s.room_activations(count);
  must(secant_add(s, count, s.put_activations(normals(1, count)), s.put_activations(normals(2, count)), out),
       "secant_add");
  s.give_activations("out", out, count);
}

void pool_case(Session& s, int32_t batch, int32_t pixels, int32_t channels) {
  const int64_t n = static_cast<int64_t>(batch) * pixels * channels;
  float *pooled = s.room<float>(batch * channels), *dL_dy = s.room_activations(n);
  must(secant_pool_forward(s, batch, pixels, channels, s.put_activations(normals(1, n)), pooled),
       "secant_pool_forward");
  must(secant_pool_backward(s, batch, pixels, channels, s.put(normals(2, batch * channels)), dL_dy),
       "secant_pool_backward");
  s.give("pooled", pooled, batch * channels, 1e-5, 1e-6);
  s.give_activations("dL_dy", dL_dy, n);
}

void dense_case(Session& s, int32_t batch, int32_t features, int32_t classes) {
  const float *x = s.put(normals(1, batch * features)), *w = s.put(normals(2, classes * features));
  const float* dL_dlogits = s.put(normals(4, batch * classes));
  float *logits = s.room<float>(batch * classes), *dL_dx = s.room<float>(batch * features);
  float *dL_dw = s.room<float>(classes * features), *dL_dbias = s.room<float>(classes);
  must(secant_dense_forward(s, batch, features, classes, x, w, s.put(normals(3, classes)), logits),
       "secant_dense_forward");
  must(secant_dense_backward(s, batch, features, classes, x, w, dL_dlogits, dL_dx, dL_dw, dL_dbias),
       "secant_dense_backward");
  s.give("logits", logits, batch * classes, 1e-6, 2e-5);
  s.give("dL_dx", dL_dx, batch * features, 1e-6, 2e-5);
  s.give("dL_dw", dL_dw, classes * features, 1e-6, 2e-5);
  s.give("dL_dbias", dL_dbias, classes, 1e-6, 1e-6);
}

void cross_entropy_case(Session& s, int32_t batch, int32_t classes) {
  auto targets = uniforms(2, batch * classes, 0, 1);
  for (int32_t b = 0; b < batch; ++b) {
    float sum = 0;
    for (int32_t c = 0; c < classes; ++c) sum += targets[static_cast<size_t>(b * classes + c)];
    for (int32_t c = 0; c < classes; ++c) targets[static_cast<size_t>(b * classes + c)] /= sum;
  }
  const float *z = s.put(normals(1, batch * classes, 3)), *t = s.put(targets);
  float *loss = s.room<float>(1), *alone = s.room<float>(1), *dL_dlogits = s.room<float>(batch * classes);
  must(secant_cross_entropy(s, batch, classes, z, t, loss, dL_dlogits), "secant_cross_entropy");
  must(secant_cross_entropy(s, batch, classes, z, t, alone, nullptr), "secant_cross_entropy");
  s.give("loss", loss, 1, 2e-7);
  s.give("loss alone", alone, 1, 2e-7);
  s.give("dL_dlogits", dL_dlogits, batch * classes, 2e-7, 1e-12);
}

void schedule_case(Session& s, int64_t step, int32_t cosine, int32_t warmup) {
  const secant_schedule_spec spec = {10000, 0.002, cosine, 100, 0.4, 0.999, warmup, 0.999, warmup};
  int64_t* counter = s.put(std::vector<int64_t>{step});
  float *rates = s.room<float>(4), *next = s.room<float>(4);
  must(secant_schedule(s, &spec, counter, rates, rates + 1, rates + 2, rates + 3), "secant_schedule");
  float* rows = s.put(std::vector<float>(21, -1));
  const secant_step_log log = {rates, rates + 1, cosine != 0 ? rates + 2 : nullptr, 7, rows};
  must(secant_advance_logged(s, counter, &log), "secant_advance_logged");
  must(secant_schedule(s, &spec, counter, next, next + 1, next + 2, next + 3), "secant_schedule");
  s.give("kept", rows, 21, 1e-7);
  s.give("scalars", rates, 4, 1e-7);
  s.give("next", next, 4, 1e-7);
  s.give("step", counter, 1);
}

void optim_case(Session& s, int64_t count, int64_t decayed, int64_t step, bool copies) {
  const secant_optim_spec spec = {count, decayed, 0.9, 0.999, 1e-8, 0.02};
  float *p = s.put(normals(1, count)), *m = s.put(normals(2, count, .01)), *v = s.put(uniforms(3, count, 0, .01));
  float* ema = s.put(normals(4, count));
  uint16_t* copy = copies ? s.room<uint16_t>(count) : nullptr;
  uint16_t* ema_copy = copies ? s.room<uint16_t>(count) : nullptr;
  must(secant_optim_step_copies(s, &spec, s.put(std::vector<int64_t>{step}), s.put(std::vector<float>{0.002f}),
                                s.put(std::vector<float>{0.999f}), s.put(normals(5, count, .1)), p, m, v, ema, copy,
                                ema_copy),
       "secant_optim_step_copies");
  s.give("p", p, count);
  s.give("m", m, count);
  s.give("v", v, count);
  s.give("ema", ema, count);
  if (!copies) return;
  s.give("copy", copy, count);
  s.give("ema_copy", ema_copy, count);
}

// Float to bf16 and back, at aligned and at odd addresses; NaN and values between two bf16 included.
void convert_case(Session& s, int64_t count) {
  auto values = normals(1, count + 1);
  if (count > 2) values[1] = NAN, values[2] = 1.00390625f;  // halfway: to even
  const float* from = s.put(values);
  uint16_t* halves = s.room<uint16_t>(count + 1);
  float* back = s.room<float>(count + 1);
  for (int64_t at : {0, 1}) {
    must(secant_convert(s, count, SECANT_FLOAT32, from + at, SECANT_BFLOAT16, halves + at), "secant_convert");
    must(secant_convert(s, count, SECANT_BFLOAT16, halves + at, SECANT_FLOAT32, back + at), "secant_convert");
    s.give("halves", halves + at, count);
    s.give("back", back + at, count);
    for (int64_t i = 0; i < count; ++i) {
      const float v = values[static_cast<size_t>(i + at)];
      const double expected = secant::bf16_value(secant::bf16_bits(v)),
                   got = s.outputs().back().values[static_cast<size_t>(i)];
      if (got != expected && !(std::isnan(v) && std::isnan(got))) throw std::runtime_error("a value was not rounded");
    }
  }
}

}  // namespace

void add_train_cases() {
  const Norm norms[] = {
      {1, 64, 32, false, 1, 0}, {2, 49, 16, true, 1, 0},  {3, 100, 7, true, 5, 0},   {2, 257, 128, true, 2, 0},
      {1, 5, 40, false, 0, 0},  {4, 2, 33, false, 15, 0}, {1, 3000, 4, false, 1, 0}, {32, 3, 3, true, 0, 0},
  };
  for (const Norm& q : norms) {
    const std::string name = std::to_string(q.segments) + "x" + std::to_string(q.pixels) + "x" +
                             std::to_string(q.channels) + (q.residual ? ".residual" : "");
    add_wide_and_narrow("norm.forward." + name, q.channels % 4 == 0, [=](Session& s) { norm_forward_case(s, q); });
    add_wide_and_narrow("norm.backward." + name, q.channels % 4 == 0,
                        [=](Session& s) { norm_backward_case(s, q, q.residual); });
  }
  add_case("norm.forward.large_mean", false, [](Session& s) { norm_forward_case(s, {2, 500, 12, false, 1, 4096}); });
  add_wide_and_narrow("norm.inference.100x64", true, [](Session& s) { norm_inference_case(s, 100, 64); });
  add_case("norm.inference.33x5", true, [](Session& s) { norm_inference_case(s, 33, 5); });
  for (int64_t count : {1, 5, 1024, 4099}) {
    add_wide_and_narrow("add." + std::to_string(count), count > 1000, [=](Session& s) { sum_case(s, count); });
  }
  add_case("pool.2x64x128", true, [](Session& s) { pool_case(s, 2, 64, 128); });
  add_case("pool.3x1x5", true, [](Session& s) { pool_case(s, 3, 1, 5); });
  add_case("dense.6x128x10", false, [](Session& s) { dense_case(s, 6, 128, 10); });
  add_case("dense.3x33x100", false, [](Session& s) { dense_case(s, 3, 33, 100); });
  add_case("dense.1x1x1", false, [](Session& s) { dense_case(s, 1, 1, 1); });
  for (int32_t classes : {1, 10, 33, 100}) {
    add_case("cross_entropy." + std::to_string(classes), false, [=](Session& s) { cross_entropy_case(s, 9, classes); });
  }
  for (int64_t step : {0, 3999, 4000, 9999}) {
    add_case("schedule." + std::to_string(step), false, [=](Session& s) { schedule_case(s, step, 0, 1); });
  }
  add_case("schedule.cosine", false, [](Session& s) { schedule_case(s, 7000, 1, 0); });
  add_case("optim.4096", false, [](Session& s) { optim_case(s, 4096, 2048, 0, true); });
  add_case("optim.1003", false, [](Session& s) { optim_case(s, 1003, 501, 99999, true); });
  for (int64_t count : {1, 3, 1024, 5001}) {
    add_case("convert." + std::to_string(count), false, [=](Session& s) { convert_case(s, count); });
  }
  add_case("optim.no_copies", false, [](Session& s) { optim_case(s, 77, 0, 5, false); });
}

}  // namespace kernel_tests
