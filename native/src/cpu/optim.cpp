// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Adam, decoupled weight decay and the moving average of the weights over one flat arena of parameters.
//
//   t = step + 1
//   m += (1 - beta1) * (grad - m);  v += (1 - beta2) * (grad^2 - v)
//   p -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)
//   p -= weight_decay * lr * p          (the first `decayed` parameters)
//   ema = ema_rate * ema + (1 - ema_rate) * p
//
// Fused: all of it, one pass. Never materialised: the bias-corrected moments, the update. Bytes moved: 36 per parameter
// (read grad, p, m, v, ema; write p, m, v, ema). Scalars are formed in double and rounded once; the moments are written
// as steps towards the gradient, so that one rounded constant is used on both sides and v stays >= 0.

#include "cpu/kernels.h"
#include "cpu/native.h"

namespace secant::SECANT_LEVEL {
namespace {

constexpr int64_t kChunk = 16384;

struct Step {
  float beta1_rest, beta2_rest;  // 1 - beta
  float rate;                    // of the bias-corrected update
  float eps;
  float ema, ema_rest;
};

struct Arena {
  const float* grad;
  float* p;
  float* m;
  float* v;
  float* ema;
};

// x^n, n >= 0, by squaring: the same bits everywhere.
double power(double x, int64_t n) {
  double result = 1;
  for (; n > 0; n >>= 1, x *= x) {
    if (n & 1) result *= x;
  }
  return result;
}

template <int G>
inline void step_lanes(const Step& k, const Arena& a, float decay, int64_t at, int64_t n) {
  const Floats grad = load<G>(a.grad + at, 0, n);
  const Floats m0 = load<G>(a.m + at, 0, n);
  const Floats v0 = load<G>(a.v + at, 0, n);
  const Floats m = m0 + k.beta1_rest * (grad - m0);
  const Floats v = v0 + k.beta2_rest * (grad * grad - v0);
  Floats p = load<G>(a.p + at, 0, n);
  p -= k.rate * (m / (square_root(v) + k.eps));
  p -= decay * p;
  store<G>(a.m + at, 0, n, m);
  store<G>(a.v + at, 0, n, v);
  store<G>(a.p + at, 0, n, p);
  store<G>(a.ema + at, 0, n, k.ema * load<G>(a.ema + at, 0, n) + k.ema_rest * p);
}

void step_range(const Step& k, const Arena& a, float decay, int64_t begin, int64_t end) {
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) step_lanes<1>(k, a, decay, i, kLanes);
  if (i < end) step_lanes<0>(k, a, decay, i, end - i);
}

}  // namespace

void optim_step(Pool& pool, const secant_optim_spec& spec, int64_t step, float learning_rate, float ema_rate,
                const float* grad, float* p, float* m, float* v, float* ema) {
  const double lr = static_cast<double>(learning_rate);
  const double correction = __builtin_sqrt(1 - power(spec.beta2, step + 1)) / (1 - power(spec.beta1, step + 1));
  const Step k = {static_cast<float>(1 - spec.beta1),
                  static_cast<float>(1 - spec.beta2),
                  static_cast<float>(lr * correction),
                  static_cast<float>(spec.eps),
                  ema_rate,
                  1.0f - ema_rate};
  const Arena arena = {grad, p, m, v, ema};
  const float decay = static_cast<float>(spec.weight_decay * lr);
  auto body = [&](int64_t chunk) {
    const int64_t begin = chunk * kChunk;
    const int64_t end = smaller(begin + kChunk, spec.count);
    const int64_t border = spec.decayed < begin ? begin : smaller(spec.decayed, end);
    step_range(k, arena, decay, begin, border);
    step_range(k, arena, 0.0f, border, end);
  };
  parallel(pool, chunks_of(spec.count, kChunk), body);
}

}  // namespace secant::SECANT_LEVEL
