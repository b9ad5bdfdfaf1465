// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The kernels of secant.h again: naive, from the formula, in double (long double where the kernel itself is double).
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "secant.h"

namespace reference {

inline int32_t reflect(int32_t i, int32_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; }

// Pixel (y, x, f) of an augmented image; crop = dy, dx, flip, or NULL.
inline uint8_t pixel(const secant_pool& pool, int32_t index, int32_t pad, const int32_t* crop, int32_t y, int32_t x,
                     int32_t f) {
  int32_t sy = y, sx = x;
  if (crop != nullptr) {
    sy = reflect(y + crop[0] - pad, pool.height);
    sx = reflect((crop[2] != 0 ? pool.width - 1 - x : x) + crop[1] - pad, pool.width);
  }
  return pool.pixels[((static_cast<int64_t>(index) * pool.height + sy) * pool.width + sx) * pool.channels + f];
}

using Matrix = std::vector<std::vector<double>>;

inline std::vector<double> softmax(std::vector<double> z) {
  double max = z[0], sum = 0;
  for (double v : z) max = std::fmax(max, v);
  for (double& v : z) sum += v = std::exp(v - max);
  for (double& v : z) v /= sum;
  return z;
}

// The unweighted loss. rows and lambda are (B, K).
inline double consistency(int32_t space, int32_t reduction, const Matrix& student, const Matrix& targets,
                          const std::vector<std::vector<int32_t>>& rows, const Matrix& lambda) {
  double loss = 0;
  const size_t batch = student.size(), classes = student[0].size();
  for (size_t b = 0; b < batch; ++b) {
    const std::vector<double> a = space == SECANT_SPACE_LOGIT ? student[b] : softmax(student[b]);
    std::vector<double> mixed(classes, 0.0);
    for (size_t k = 0; k < rows[b].size(); ++k) {
      const auto& z = targets[static_cast<size_t>(rows[b][k])];
      const std::vector<double> t = space == SECANT_SPACE_PROB ? softmax(z) : z;
      for (size_t c = 0; c < classes; ++c) mixed[c] += lambda[b][k] * t[c];
    }
    if (space == SECANT_SPACE_LOGIT_SOFTMAX) mixed = softmax(mixed);
    double squared = 0;
    for (size_t c = 0; c < classes; ++c) squared += (a[c] - mixed[c]) * (a[c] - mixed[c]);
    loss += reduction == SECANT_REDUCTION_L2 ? std::sqrt(squared) : squared;
  }
  loss /= static_cast<double>(batch);
  return reduction == SECANT_REDUCTION_MEAN ? loss / static_cast<double>(classes) : loss;
}

// The four fields of one sample; f (K) rows of D floats.
inline void nonlin(const std::vector<const float*>& f, const float* lambda, const float* g, int64_t features,
                   double eps, double* out) {
  using Vector = std::vector<long double>;
  const auto norm = [](const Vector& v) {
    long double sum = 0;
    for (long double x : v) sum += x * x;
    return std::sqrt(sum);
  };
  const auto unit = [&](Vector v) {
    const long double n = std::fmax(norm(v), static_cast<long double>(eps));
    for (long double& x : v) x /= n;
    return v;
  };
  const auto difference = [](Vector a, const Vector& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
    return a;
  };
  const size_t n = static_cast<size_t>(features);
  Vector m(n, 0), h(n, 0);
  for (size_t k = 0; k < f.size(); ++k) {
    const Vector v(f[k], f[k] + n);
    const Vector u = unit(v);
    for (size_t i = 0; i < n; ++i) {
      m[i] += static_cast<long double>(lambda[k]) * v[i];
      h[i] += static_cast<long double>(lambda[k]) * u[i];
    }
  }
  const Vector gv(g, g + n), ug = unit(gv), um = unit(m);
  long double cosine = 0;
  for (size_t i = 0; i < n; ++i) cosine += ug[i] * um[i];
  out[0] = static_cast<double>(norm(difference(ug, h)));
  out[1] = static_cast<double>(norm(difference(um, h)));
  out[2] = static_cast<double>(norm(difference(gv, m)) / std::fmax(norm(m), static_cast<long double>(eps)));
  out[3] = static_cast<double>(1 - cosine);
}

}  // namespace reference
