// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The functions of secant_train.h again: naive, double precision, from the formula.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "reference.h"
#include "secant_train.h"

namespace reference {

using Values = std::vector<double>;

template <typename Buffer>
Values values(const Buffer& buffer) {
  Values out(static_cast<size_t>(buffer.size()));
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(buffer[static_cast<int64_t>(i)]);
  return out;
}

// ---- finite differences -------------------------------------------------------------------------------------------

// Central difference of loss() with respect to *at.
template <typename Loss>
double slope_of(double* at, Loss loss) {
  const double kept = *at, h = 1e-5;
  *at = kept + h;
  const double up = loss();
  *at = kept - h;
  const double down = loss();
  *at = kept;
  return (up - down) / (2 * h);
}

// ---- convolution --------------------------------------------------------------------------------------------------

// visit(of x, of w, of y): every product x * w that y (B, H/s, W/s, O) sums, by where it is in each tensor.
template <typename Visit>
void for_products(const secant_conv_spec& s, Visit visit) {
  const int64_t H = s.height / s.stride, W = s.width / s.stride, K = s.kernel, pad = (K - 1) / 2;
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t i = 0; i < H * W * K * K; ++i) {
      const int64_t row = i / (W * K * K), column = i / (K * K) % W, ky = i / K % K, kx = i % K;
      const int64_t from_row = row * s.stride + ky - pad, from_column = column * s.stride + kx - pad;
      if (from_row < 0 || from_row >= s.height || from_column < 0 || from_column >= s.width) continue;
      const int64_t from = ((b * s.height + from_row) * s.width + from_column) * s.in;
      const int64_t to = ((b * H + row) * W + column) * s.out;
      for (int64_t o = 0; o < s.out; ++o) {
        for (int64_t c = 0; c < s.in; ++c) visit(from + c, ((o * K + ky) * K + kx) * s.in + c, to + o);
      }
    }
  }
}

inline Values conv_forward(const secant_conv_spec& s, const Values& x, const Values& w) {
  Values y(static_cast<size_t>(s.batch) * (s.height / s.stride) * (s.width / s.stride) * s.out);
  for_products(s, [&](int64_t of_x, int64_t of_w, int64_t of_y) { y[of_y] += x[of_x] * w[of_w]; });
  return y;
}

inline Values conv_backward_data(const secant_conv_spec& s, const Values& w, const Values& dL_dy) {
  Values dL_dx(static_cast<size_t>(s.batch) * s.height * s.width * s.in);
  for_products(s, [&](int64_t of_x, int64_t of_w, int64_t of_y) { dL_dx[of_x] += dL_dy[of_y] * w[of_w]; });
  return dL_dx;
}

inline Values conv_backward_weights(const secant_conv_spec& s, const Values& x, const Values& dL_dy) {
  Values dL_dw(static_cast<size_t>(s.out) * s.kernel * s.kernel * s.in);
  for_products(s, [&](int64_t of_x, int64_t of_w, int64_t of_y) { dL_dw[of_w] += dL_dy[of_y] * x[of_x]; });
  return dL_dw;
}

// ---- norm ---------------------------------------------------------------------------------------------------------

struct Norm {
  Values mean, variance, inv_std;  // (S, C)
  Values z, y;                     // (S*P, C)
};

inline Norm norm_forward(const secant_norm_spec& spec, const Values& v, const Values& gamma, const Values& beta) {
  const int64_t S = spec.segments, P = spec.pixels, C = spec.channels;
  Norm out = {Values(S * C), Values(S * C), Values(S * C), Values(v.size()), Values(v.size())};
  for (int64_t s = 0; s < S; ++s) {
    for (int64_t c = 0; c < C; ++c) {
      double mean = 0, variance = 0;
      for (int64_t p = 0; p < P; ++p) mean += v[(s * P + p) * C + c];
      mean /= static_cast<double>(P);
      for (int64_t p = 0; p < P; ++p) variance += std::pow(v[(s * P + p) * C + c] - mean, 2);
      variance /= static_cast<double>(P);
      const double inv = 1 / std::sqrt(variance + static_cast<double>(spec.eps));
      out.mean[s * C + c] = mean;
      out.variance[s * C + c] = variance;
      out.inv_std[s * C + c] = inv;
      for (int64_t p = 0; p < P; ++p) {
        const int64_t at = (s * P + p) * C + c;
        out.z[at] = gamma[c] * (v[at] - mean) * inv + beta[c];
        out.y[at] = out.z[at] > 0 ? out.z[at] : static_cast<double>(spec.slope) * out.z[at];
      }
    }
  }
  return out;
}

struct NormGradient {
  Values dx;                         // (S*P, C), without addend
  Values dgamma, dbeta;              // (C)
  Values dz, d;                      // (S*P, C): gradient at z; v - mean
  Values dz_mean, dzd_mean;          // (S, C)
  Values abs_dz_mean, abs_dzd_mean;  // (S, C): means of absolute values, for error bounds
};

inline NormGradient norm_backward(const secant_norm_spec& spec, const Values& v, const Values& gamma,
                                  const Values& beta, const Values& mean, const Values& inv_std, const Values& dy) {
  const int64_t S = spec.segments, P = spec.pixels, C = spec.channels;
  NormGradient out = {Values(v.size()), Values(C),     Values(C),     Values(v.size()), Values(v.size()),
                      Values(S * C),    Values(S * C), Values(S * C), Values(S * C)};
  for (int64_t s = 0; s < S; ++s) {
    for (int64_t c = 0; c < C; ++c) {
      const int64_t k = s * C + c;
      for (int64_t p = 0; p < P; ++p) {
        const int64_t at = (s * P + p) * C + c;
        const double d = out.d[at] = v[at] - mean[k];
        const double dz = out.dz[at] =
            gamma[c] * d * inv_std[k] + beta[c] > 0 ? dy[at] : static_cast<double>(spec.slope) * dy[at];
        out.dbeta[c] += dz;
        out.dgamma[c] += dz * d * inv_std[k];
        out.dz_mean[k] += dz / static_cast<double>(P);
        out.dzd_mean[k] += dz * d / static_cast<double>(P);
        out.abs_dz_mean[k] += std::fabs(dz) / static_cast<double>(P);
        out.abs_dzd_mean[k] += std::fabs(dz * d) / static_cast<double>(P);
      }
      for (int64_t p = 0; p < P; ++p) {
        const int64_t at = (s * P + p) * C + c;
        out.dx[at] = gamma[c] * inv_std[k] *
                     (out.dz[at] - out.dz_mean[k] - out.d[at] * inv_std[k] * inv_std[k] * out.dzd_mean[k]);
      }
    }
  }
  return out;
}

// ---- head ---------------------------------------------------------------------------------------------------------

inline Values dense(int64_t batch, int64_t features, int64_t classes, const Values& x, const Values& w,
                    const Values& bias) {
  Values out(batch * classes);
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t c = 0; c < classes; ++c) {
      out[b * classes + c] = bias[c];
      for (int64_t f = 0; f < features; ++f) out[b * classes + c] += x[b * features + f] * w[c * features + f];
    }
  }
  return out;
}

inline double cross_entropy(int64_t batch, int64_t classes, const Values& logits, const Values& targets) {
  double loss = 0;
  for (int64_t b = 0; b < batch; ++b) {
    const double top = *std::max_element(logits.begin() + b * classes, logits.begin() + (b + 1) * classes);
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c) sum += std::exp(logits[b * classes + c] - top);
    for (int64_t c = 0; c < classes; ++c) {
      loss -= targets[b * classes + c] * (logits[b * classes + c] - top - std::log(sum));
    }
  }
  return loss / static_cast<double>(batch);
}

struct Head {
  Values pooled, logits;         // (N, D), (N, C)
  double loss, consistency;      // the latter unweighted
  Values dz, dw, dbias, dpixel;  // (N, C), (C, D), (C), (N, D): dL_dy of each pixel
};

// What row b of the mixed rows, with logits z, adds to the consistency.
inline double head_consistency(const secant_head_spec& s, int64_t b, const Values& z, const Values& teacher,
                               const std::vector<int32_t>& rows, const Values& lambda) {
  Matrix targets;
  std::vector<int32_t> in_order;
  for (int64_t k = 0; k < s.ways; ++k) {
    const auto from = teacher.begin() + int64_t{rows[b * s.ways + k]} * s.classes;
    targets.emplace_back(from, from + s.classes);
    in_order.push_back(static_cast<int32_t>(k));
  }
  const Values weights(lambda.begin() + b * s.ways, lambda.begin() + (b + 1) * s.ways);
  return consistency(s.space, s.reduction, {z}, targets, {in_order}, {weights}) / s.mixed;
}

// dz of the mixed rows are central differences of the formula.
inline Head head(const secant_head_spec& s, const Values& y, const Values& w, const Values& bias, const Values& targets,
                 const Values& teacher, const std::vector<int32_t>& rows, const Values& lambda, double weight) {
  const int64_t N = s.labelled + s.mixed, P = s.pixels, D = s.channels, C = s.classes;
  Head h = {Values(N * D), Values(), 0, 0, Values(N * C), Values(C * D), Values(C), Values(N * D)};
  for (int64_t i = 0; i < N * P * D; ++i) h.pooled[i / (P * D) * D + i % D] += y[i] / static_cast<double>(P);
  h.logits = dense(N, D, C, h.pooled, w, bias);
  h.loss = cross_entropy(s.labelled, C, h.logits, targets);
  for (int64_t n = 0; n < N; ++n) {
    Values z(h.logits.begin() + n * C, h.logits.begin() + (n + 1) * C);
    const Values p = softmax(z);
    const auto row = [&] { return head_consistency(s, n - s.labelled, z, teacher, rows, lambda); };
    if (n >= s.labelled) h.consistency += row();
    for (int64_t c = 0; c < C; ++c) {
      double& dz = h.dz[n * C + c];
      dz = n < s.labelled ? (p[c] - targets[n * C + c]) / s.labelled : weight * slope_of(&z[c], row);
    }
  }
  for (int64_t n = 0; n < N; ++n) {
    for (int64_t c = 0; c < C; ++c) {
      const double dz = h.dz[n * C + c];
      h.dbias[c] += dz;
      for (int64_t d = 0; d < D; ++d) {
        h.dw[c * D + d] += dz * h.pooled[n * D + d];
        h.dpixel[n * D + d] += dz * w[c * D + d] / static_cast<double>(P);
      }
    }
  }
  return h;
}

// ---- schedule and optimiser ---------------------------------------------------------------------------------------

struct Scalars {
  double learning_rate, weight, ema_rate, bn_rate;
};

inline Scalars schedule(const secant_schedule_spec& spec, int64_t step) {
  const double t = static_cast<double>(step), n = static_cast<double>(spec.steps);
  const double early = (1 + t) / (10 + t);
  Scalars out = {};
  out.learning_rate = spec.learning_rate * (spec.cosine ? std::cos(7 * std::acos(-1.0) * t / (16 * n)) : 1);
  out.weight = spec.weight_max * (spec.ramp_fraction == 0 ? 1 : std::min(1.0, t / (spec.ramp_fraction * n)));
  out.ema_rate = spec.ema_warmup ? std::min(spec.ema_decay, early) : spec.ema_decay;
  out.bn_rate = spec.bn_warmup ? std::min(spec.bn_decay, early) : spec.bn_decay;
  return out;
}

struct Parameter {
  double p, m, v, ema;
};

inline void optim_step(const secant_optim_spec& spec, int64_t step, double lr, double ema_rate, bool decayed,
                       double grad, Parameter* q) {
  const double t = static_cast<double>(step + 1);
  q->m = spec.beta1 * q->m + (1 - spec.beta1) * grad;
  q->v = spec.beta2 * q->v + (1 - spec.beta2) * grad * grad;
  q->p -=
      lr * std::sqrt(1 - std::pow(spec.beta2, t)) / (1 - std::pow(spec.beta1, t)) * q->m / (std::sqrt(q->v) + spec.eps);
  if (decayed) q->p *= 1 - spec.weight_decay * lr;
  q->ema = ema_rate * q->ema + (1 - ema_rate) * q->p;
}

}  // namespace reference
