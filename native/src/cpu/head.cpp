// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The head of the network: average over pixels, dense layer, cross entropy with soft targets.
//
//   pooled = mean over P of y;  logits = x w^T + bias;  loss = mean over B of -sum_c targets_c * log softmax(logits)_c
//
// Fused: loss and gradient of the cross entropy (one read of logits and targets). Never materialised: softmax, one-hot
// targets, per-pixel copies. Bytes moved: each operand once, but for the dense layer, whose w (a few kB to a few MB) is
// read from the cache once per row. Long sums are runs of up to 64 products in float lanes, added up in double in a
// fixed order; exponentials and logarithms are in double, strict_math.h.

#include "cpu/kernels.h"
#include "cpu/native.h"
#include "strict_math.h"

namespace secant::SECANT_LEVEL {
namespace {

constexpr int64_t kRun = 64;  // terms summed in float

// A vector of sums in double.
struct Total {
  Doubles low, high;
};

inline void add_to(Total* total, Floats v) {
  total->low += half(v, 0);
  total->high += half(v, 1);
}

inline Floats rounded(const Total& v) {
  const HalfFloats parts[2] = {__builtin_convertvector(v.low, HalfFloats), __builtin_convertvector(v.high, HalfFloats)};
  Floats r;
  __builtin_memcpy(&r, parts, sizeof r);
  return r;
}

// Sum over i < count of a[i * a_stride] * rows[i * stride + lanes], one vector wide.
template <int G, typename T>
inline Total weighted_sum(const float* a, int64_t a_stride, const T* rows, int64_t stride, int64_t count, int64_t n) {
  Total total = {};
  for (int64_t i = 0; i < count; i += kRun) {
    Floats run = {};
    const int64_t end = smaller(i + kRun, count);
    for (int64_t k = i; k < end; ++k) run += a[k * a_stride] * load<G>(rows + k * stride, 0, n);
    add_to(&total, run);
  }
  return total;
}

// visit(Width<G>, first, n) over single vectors.
template <typename Visit>
inline void for_vectors(int64_t count, Visit visit) {
  int64_t c = 0;
  for (; c + kLanes <= count; c += kLanes) visit(Width<1>(), c, kLanes);
  if (c < count) visit(Width<0>(), c, count - c);
}

// out[f] = sum over i < count of a[i * a_stride] * rows[i * features + f], for every f < features.
void weighted_row(const float* a, int64_t a_stride, const float* rows, int64_t features, int64_t count, float* out) {
  for_vectors(features, [&](auto width, int64_t f, int64_t n) {
    constexpr int G = decltype(width)::kWidth;
    store<G>(out + f, 0, n, rounded(weighted_sum<G>(a, a_stride, rows + f, features, count, n)));
  });
}

// Dot product of `features` values plus bias: 16 sums whatever the level, each in runs of 64 products.
float dot(const float* a, const float* b, int64_t features, float bias) {
  constexpr int V = 16 / kLanes;
  double total[16] = {};
  for (int64_t begin = 0; begin < features; begin += 16 * kRun) {
    Floats run[V] = {};
    const int64_t end = smaller(begin + 16 * kRun, features);
    int64_t i = begin;
    for (; i + 16 <= end; i += 16) {
      for (int g = 0; g < V; ++g) run[g] += load<1>(a + i, g, 0) * load<1>(b + i, g, 0);
    }
    float lanes[16];
    __builtin_memcpy(lanes, run, sizeof lanes);
    for (int lane = 0; i < end; ++i, ++lane) lanes[lane] += a[i] * b[i];
    for (int lane = 0; lane < 16; ++lane) total[lane] += static_cast<double>(lanes[lane]);
  }
  for (int width = 8; width > 0; width /= 2) {
    for (int lane = 0; lane < width; ++lane) total[lane] += total[lane + width];
  }
  return static_cast<float>(total[0] + static_cast<double>(bias));
}

// Loss of one row; its gradient times `scale` to out unless that is NULL.
double entropy_row(const float* z, const float* target, int64_t classes, double scale, float* out) {
  float top = z[0];
  for (int64_t c = 1; c < classes; ++c) top = z[c] > top ? z[c] : top;
  double sum = 0, mass = 0, dot_product = 0;
  for (int64_t c = 0; c < classes; ++c) {
    const double d = static_cast<double>(z[c]) - static_cast<double>(top);
    const double t = static_cast<double>(target[c]);
    sum += strict_exp(d);
    mass += t;
    dot_product += t * d;
  }
  for (int64_t c = 0; c < classes && out != nullptr; ++c) {
    const double d = static_cast<double>(z[c]) - static_cast<double>(top);
    out[c] = static_cast<float>((mass * (strict_exp(d) / sum) - static_cast<double>(target[c])) * scale);
  }
  return mass * strict_log(sum) - dot_product;
}

template <typename T>
void mean_over_pixels(Pool& pool, int32_t batch, int32_t pixels, int32_t channels, const T* y, float* pooled) {
  const int64_t image = static_cast<int64_t>(pixels) * channels;
  const double count = pixels;
  const float one = 1;
  auto body = [&](int64_t b) {
    for_vectors(channels, [&](auto width, int64_t c, int64_t n) {
      constexpr int G = decltype(width)::kWidth;
      Total total = weighted_sum<G>(&one, 0, y + b * image + c, channels, pixels, n);
      total.low /= count;
      total.high /= count;
      store<G>(pooled + b * channels + c, 0, n, rounded(total));
    });
  };
  parallel(pool, batch, body);
}

template <typename T>
void spread_over_pixels(Pool& pool, int32_t batch, int32_t pixels, int32_t channels, const float* dL_dpooled,
                        T* dL_dy) {
  const int64_t image = static_cast<int64_t>(pixels) * channels;
  const float count = static_cast<float>(pixels);
  auto body = [&](int64_t b) {
    T* out = dL_dy + b * image;
    for_blocks(channels, [&](auto width, int64_t c, int64_t n) {
      constexpr int G = decltype(width)::kWidth;
      Floats d[decltype(width)::kVectors];
      for (int g = 0; g < decltype(width)::kVectors; ++g) d[g] = load<G>(dL_dpooled + b * channels + c, g, n) / count;
      for (int64_t p = 0; p < pixels; ++p) {
        for (int g = 0; g < decltype(width)::kVectors; ++g) store<G>(out + p * channels + c, g, n, d[g]);
      }
    });
  };
  parallel(pool, batch, body);
}

}  // namespace

void pool_forward(Pool& pool, const PoolArguments& a) {
  with_type(a.type, [&](auto t) {
    mean_over_pixels(pool, a.batch, a.pixels, a.channels, static_cast<const decltype(t)*>(a.y), a.pooled);
  });
}

void pool_backward(Pool& pool, const PoolGradientArguments& a) {
  with_type(a.type, [&](auto t) {
    spread_over_pixels(pool, a.batch, a.pixels, a.channels, a.dL_dpooled, static_cast<decltype(t)*>(a.dL_dy));
  });
}

void dense_forward(Pool& pool, int32_t batch, int32_t features, int32_t classes, const float* x, const float* w,
                   const float* bias, float* logits) {
  auto body = [&](int64_t b) {
    for (int64_t c = 0; c < classes; ++c) {
      logits[b * classes + c] = dot(x + b * features, w + c * features, features, bias[c]);
    }
  };
  parallel(pool, batch, body);
}

void dense_backward(Pool& pool, int32_t batch, int32_t features, int32_t classes, const float* x, const float* w,
                    const float* dL_dlogits, float* dL_dx, float* dL_dw, float* dL_dbias) {
  auto inputs = [&](int64_t b) {
    weighted_row(dL_dlogits + b * classes, 1, w, features, classes, dL_dx + b * features);
  };
  auto weights = [&](int64_t c) {
    weighted_row(dL_dlogits + c, classes, x, features, batch, dL_dw + c * features);
    double sum = 0;
    for (int64_t b = 0; b < batch; ++b) sum += static_cast<double>(dL_dlogits[b * classes + c]);
    dL_dbias[c] = static_cast<float>(sum);
  };
  parallel(pool, batch, inputs);
  parallel(pool, classes, weights);
}

void cross_entropy(Pool& pool, double* row_loss, int32_t batch, int32_t classes, const float* logits,
                   const float* targets, float* loss, float* dL_dlogits) {
  const double scale = 1.0 / batch;
  auto body = [&](int64_t b) {
    const int64_t at = b * classes;
    row_loss[b] =
        entropy_row(logits + at, targets + at, classes, scale, dL_dlogits == nullptr ? nullptr : dL_dlogits + at);
  };
  parallel(pool, batch, body);
  double sum = 0;
  for (int64_t b = 0; b < batch; ++b) sum += row_loss[b];
  *loss = static_cast<float>(sum / batch);
}

}  // namespace secant::SECANT_LEVEL
