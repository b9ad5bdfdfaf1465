// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// lambda ~ Dirichlet(alpha_1..alpha_K) from counters, in double, by log-space Gamma draws (Marsaglia and Tsang, "A
// simple method for generating gamma variables", ACM TOMS 26, 2000). A port to any language with IEEE doubles gives the
// same bits if it follows this text; every operation is rounded to double, in the order written, never contracted.
//
//   way k of sample s at step t:
//     a' = alpha_k < 1 ? alpha_k + 1 : alpha_k
//     d = a' - 1/3           (1/3 = the double 1.0 / 3.0)
//     c = 1 / sqrt(9 * d)
//     for a = 0 .. 63:
//       (w0, w1, w2, w3) = Philox(key = seed, counter = (LAMBDA | stream << 8, t mod 2^32, s, 64 * k + a))
//       u_i = (w_i + 0.5) * 2^-32
//       x = sqrt(-2 * log(u0)) * cos_2pi(u1)
//       r = 1 + c * x;  if r <= 0: next attempt
//       v = (r * r) * r
//       l = log(v)
//       if not log(u2) < ((((0.5 * x) * x) + d) - d * v) + d * l: next attempt
//       g_k = log(d) + l;  if alpha_k < 1: g_k = g_k + log(u3) / alpha_k
//       done
//     all 64 rejected (never seen; about 10^-83): g_k = log(d)
//   m = max g_k;  e_k = exp(g_k - m);  z = e_0 + e_1 + .. in order;  lambda_k = (float)(e_k / z)
//
// log, exp: fdlibm, as Java's StrictMath; cos_2pi: strict_math.h (its sin and cos are StrictMath's). K = 1 gives 1.
// With one lambda per batch every row is a copy of sample 0.
#pragma once

#include <math.h>
#include <stdint.h>

#include "philox.h"
#include "secant.h"
#include "strict_math.h"

namespace secant {

// What depends on alpha alone.
struct GammaShape {
  double alpha, d, c, log_d;
};

SECANT_INLINE GammaShape gamma_shape(double alpha) {
  const double d = (alpha < 1.0 ? alpha + 1.0 : alpha) - 1.0 / 3.0;
  return {alpha, d, 1.0 / sqrt(9.0 * d), strict_log(d)};
}

// log of a Gamma(alpha) variate.
SECANT_INLINE double log_gamma_draw(const GammaShape& g, uint64_t seed, uint32_t purpose, uint32_t step,
                                    uint32_t sample, uint32_t way) {
  for (uint32_t attempt = 0; attempt < 64; ++attempt) {
    const Philox p = philox(seed, purpose, step, sample, 64 * way + attempt);
    const double x = sqrt(-2.0 * strict_log(uniform(p.word[0]))) * cos_2pi(uniform(p.word[1]));
    const double r = 1.0 + g.c * x;
    if (r <= 0.0) continue;
    const double v = (r * r) * r;
    const double l = strict_log(v);
    if (!(strict_log(uniform(p.word[2])) < ((((0.5 * x) * x) + g.d) - g.d * v) + g.d * l)) continue;
    const double log_g = g.log_d + l;
    return g.alpha < 1.0 ? log_g + strict_log(uniform(p.word[3])) / g.alpha : log_g;
  }
  return g.log_d;
}

// lambda (K) from the logarithms of K Gamma variates, which are overwritten.
SECANT_INLINE void dirichlet_weights(double* g, int32_t ways, float* lambda) {
  double max = g[0];
  for (int32_t k = 1; k < ways; ++k) {
    if (g[k] > max) max = g[k];
  }
  double sum = 0.0;
  for (int32_t k = 0; k < ways; ++k) {
    g[k] = strict_exp(g[k] - max);
    sum += g[k];
  }
  for (int32_t k = 0; k < ways; ++k) lambda[k] = static_cast<float>(g[k] / sum);
}

// lambda (K) of one sample; purpose = purpose_word(SECANT_PURPOSE_LAMBDA, stream, 0).
SECANT_INLINE void dirichlet_draw(const GammaShape* shapes, int32_t ways, uint64_t seed, uint32_t purpose,
                                  uint32_t step, uint32_t sample, float* lambda) {
  double g[SECANT_MAX_WAYS];
  for (int32_t k = 0; k < ways; ++k) {
    g[k] = log_gamma_draw(shapes[k], seed, purpose, step, sample, static_cast<uint32_t>(k));
  }
  dirichlet_weights(g, ways, lambda);
}

}  // namespace secant
