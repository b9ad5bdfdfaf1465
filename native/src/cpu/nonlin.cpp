// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Normalised NonLin of many layers and its companions (arXiv 2210.16413, eq. 3; fields in secant.h).
//   u(v) = v / max(||v||, eps), f_k = points[rows_bk], g = mixed[b], m = sum_k lambda_k f_k, h = sum_k lambda_k u(f_k)
//   distance ||u(g) - h||   floor ||u(m) - h||   relative ||g - m|| / max(||m||, eps)   one_minus_cos 1 - <u(g), u(m)>
// Up to three points: one pass, for the products of e = g - m and the f_k in double, since every difference is a
// combination of these, as g is. Products of g and the f_k would cancel where layers are nearly linear; e is small
// there. More points, and where the combination cancels all the same: two passes over a sample while it stays in cache,
// for the norms of f_k, g and m, then for the differences, formed directly in double. Likewise 1 - <u, v> = ||u - v||^2
// / 2 + (1 - (||u||^2 + ||v||^2) / 2), the second term 0 but for vectors shorter than eps, and
// ||g - m||^2 = (||g|| - ||m||)^2 + ||g|| ||m|| ||u(g) - u(m)||^2, a sum of squares, needs no third difference.
// Never materialised: normalised or mixed features. Bytes per sample: (K + 1) D sizeof(T) from memory, as many from
// cache for a second pass. Element i is added into lane i mod 8, lanes in a fixed tree: no dependence on threads or
// level.

#include <cstddef>

#include "cpu/kernels.h"
#include "cpu/lanes.h"
#include "cpu/wide.h"
#include "portable_bf16.h"

namespace secant {
namespace {

float value_of(float v) { return v; }
float value_of(uint16_t bits) { return bf16_value(bits); }

// T: float, or uint16_t for the bits of bf16.
template <typename T>
struct Sample {
  const T* f[SECANT_MAX_WAYS];
  double lambda[SECANT_MAX_WAYS];
  const T* g;
  int64_t features;
  int32_t ways;
};

struct Norms {
  double f[SECANT_MAX_WAYS], g, m;
};

// The last, partial eight values, with zeros, which add nothing to any sum.
template <typename T>
struct Tail {
  T f[SECANT_MAX_WAYS][8], g[8];
};

template <typename T>
void fill_tail(const Sample<T>& s, Tail<T>* tail) {
  const int64_t begin = s.features / 8 * 8;
  const size_t bytes = static_cast<size_t>(s.features - begin) * sizeof(T);
  __builtin_memset(tail, 0, sizeof *tail);
  for (int32_t k = 0; k < s.ways; ++k) __builtin_memcpy(tail->f[k], s.f[k] + begin, bytes);
  __builtin_memcpy(tail->g, s.g + begin, bytes);
}

// Calls add(f_at, g_at) for eight values after the other, the tail last; f_at(k), g_at: where those of f_k and g lie.
template <typename T, typename Add>
__attribute__((always_inline)) inline void by_eight(const Sample<T>& s, const Tail<T>& tail, Add add) {
  const int64_t whole = s.features / 8 * 8;
  for (int64_t i = 0; i < whole; i += 8) add([&](int32_t k) { return s.f[k] + i; }, s.g + i);
  if (whole < s.features) add([&](int32_t k) { return tail.f[k]; }, tail.g);
}

// kWays = 0: any number. A known number keeps the sums in registers.
template <int32_t kWays>
struct NormSums {
  static constexpr int32_t kRoom = kWays == 0 ? SECANT_MAX_WAYS : kWays;
  Wide f[kRoom], g, m;

  void clear() {
    for (int32_t k = 0; k < kRoom; ++k) f[k] = wide_zero();
    g = m = wide_zero();
  }
  template <typename T, typename At>
  __attribute__((always_inline)) void add(const Sample<T>& s, At f_at, const T* g_at) {
    const int32_t ways = kWays == 0 ? s.ways : kWays;
    const Wide vg = widen(g_at);
    g = g + vg * vg;
    Wide vm;
    for (int32_t k = 0; k < ways; ++k) {
      const Wide v = widen(f_at(k));
      f[k] = f[k] + v * v;
      vm = k == 0 ? s.lambda[0] * v : vm + s.lambda[k] * v;
    }
    m = m + vm * vm;
  }
};

template <int32_t kWays, typename T>
Norms norms_of(const Sample<T>& sample, const Tail<T>& tail) {
  const Sample<T> s = sample;
  const int32_t ways = kWays == 0 ? s.ways : kWays;
  NormSums<kWays> sums;
  sums.clear();
  by_eight(
      s, tail, [&](auto f_at, const T* g_at) __attribute__((always_inline)) { sums.add(s, f_at, g_at); });
  Norms norms;
  for (int32_t k = 0; k < ways; ++k) norms.f[k] = __builtin_sqrt(lane_sum(sums.f[k]));
  norms.g = __builtin_sqrt(lane_sum(sums.g));
  norms.m = __builtin_sqrt(lane_sum(sums.m));
  return norms;
}

double at_least(double x, double least) { return x < least ? least : x; }

// ||u(v)||^2: 1, less for vectors shorter than eps.
double unit_square(double norm, double eps) { return norm < eps ? (norm / eps) * (norm / eps) : 1.0; }

struct Scales {
  double unit[SECANT_MAX_WAYS];   // lambda_k / ||f_k||
  double mixed[SECANT_MAX_WAYS];  // lambda_k / ||m||
  double g;                       // 1 / ||g||
};

struct FieldSums {
  Wide distance, floor, angle;

  template <int32_t kWays, typename T, typename At>
  __attribute__((always_inline)) void add(const Sample<T>& s, const Scales& scales, At f_at, const T* g_at) {
    const int32_t ways = kWays == 0 ? s.ways : kWays;
    Wide um, h;
    for (int32_t k = 0; k < ways; ++k) {
      const Wide v = widen(f_at(k));
      um = k == 0 ? scales.mixed[0] * v : um + scales.mixed[k] * v;
      h = k == 0 ? scales.unit[0] * v : h + scales.unit[k] * v;
    }
    const Wide ug = scales.g * widen(g_at);
    const Wide to_h = ug - h, from_m = um - h, between = ug - um;
    distance = distance + to_h * to_h;
    floor = floor + from_m * from_m;
    angle = angle + between * between;
  }
};

// ||g - m|| element by element, for vectors shorter than eps, whose unit vectors are not of length 1.
template <typename T>
double short_difference(const Sample<T>& s) {
  double sum = 0.0;
  for (int64_t i = 0; i < s.features; ++i) {
    double m = 0.0;
    for (int32_t k = 0; k < s.ways; ++k) m += s.lambda[k] * value_of(s.f[k][i]);
    const double d = value_of(s.g[i]) - m;
    sum += d * d;
  }
  return __builtin_sqrt(sum);
}

template <typename T>
double difference_of(const Sample<T>& s, const Norms& norms, double angle, double eps) {
  if (norms.g < eps || norms.m < eps) return short_difference(s);
  const double gap = norms.g - norms.m;
  return __builtin_sqrt(gap * gap + norms.g * norms.m * angle);
}

template <int32_t kWays, typename T>
void fields_in_two_passes(const Sample<T>& sample, const Tail<T>& tail, double eps, double* out) {
  const Sample<T> s = sample;
  const Norms norms = norms_of<kWays>(s, tail);
  Scales scales;
  const double norm_m = at_least(norms.m, eps);
  for (int32_t k = 0; k < s.ways; ++k) {
    scales.unit[k] = s.lambda[k] / at_least(norms.f[k], eps);
    scales.mixed[k] = s.lambda[k] / norm_m;
  }
  scales.g = 1.0 / at_least(norms.g, eps);
  FieldSums sums = {wide_zero(), wide_zero(), wide_zero()};
  by_eight(
      s,
      tail, [&](auto f_at, const T* g_at) __attribute__((always_inline)) { sums.add<kWays>(s, scales, f_at, g_at); });
  out[0] = __builtin_sqrt(lane_sum(sums.distance));
  out[1] = __builtin_sqrt(lane_sum(sums.floor));
  const double angle = lane_sum(sums.angle);
  out[2] = difference_of(s, norms, angle, eps) / norm_m;
  out[3] = 0.5 * angle + (1.0 - 0.5 * (unit_square(norms.g, eps) + unit_square(norms.m, eps)));
}

// ---- one pass -------------------------------------------------------------------------------------------------------

// A pair k <= j of kWays points among all of them.
constexpr int32_t pair_index(int32_t k, int32_t j) { return j * (j + 1) / 2 + k; }

template <int32_t kWays>
struct Products {
  Wide ee, ef[kWays], ff[pair_index(0, kWays)];

  void clear() {
    ee = wide_zero();
    for (Wide& sum : ef) sum = wide_zero();
    for (Wide& sum : ff) sum = wide_zero();
  }
  template <typename T, typename At>
  __attribute__((always_inline)) void add(const Sample<T>& s, At f_at, const T* g_at) {
    Wide f[kWays], m;
    for (int32_t k = 0; k < kWays; ++k) {
      f[k] = widen(f_at(k));
      m = k == 0 ? s.lambda[0] * f[0] : m + s.lambda[k] * f[k];
      for (int32_t j = 0; j <= k; ++j) ff[pair_index(j, k)] = ff[pair_index(j, k)] + f[j] * f[k];
    }
    const Wide e = widen(g_at) - m;
    ee = ee + e * e;
    for (int32_t k = 0; k < kWays; ++k) ef[k] = ef[k] + e * f[k];
  }
};

// A sum beside that of the sizes of its terms. Terms have relative errors of some 1e-15, so a sum that keeps a ten
// thousandth of them has one of 1e-11.
struct Sum {
  double value = 0, size = 0;
  void add(double term) {
    value += term;
    size += term < 0 ? -term : term;
  }
  bool holds() const { return value >= 1e-4 * size; }  // not for NaN
};

// Of one sample, lanes added up.
template <int32_t kWays>
struct Gram {
  double ee, ef[kWays], ff[pair_index(0, kWays)];

  explicit Gram(const Products<kWays>& p) : ee(lane_sum(p.ee)) {
    for (int32_t k = 0; k < kWays; ++k) ef[k] = lane_sum(p.ef[k]);
    for (int32_t i = 0; i < pair_index(0, kWays); ++i) ff[i] = lane_sum(p.ff[i]);
  }
  // || of_e e + sum_k of_f[k] f_k ||^2
  Sum square(double of_e, const double* of_f) const {
    Sum sum;
    sum.add(of_e * of_e * ee);
    for (int32_t k = 0; k < kWays; ++k) {
      sum.add(2 * of_e * of_f[k] * ef[k]);
      for (int32_t j = 0; j < k; ++j) sum.add(2 * of_f[j] * of_f[k] * ff[pair_index(j, k)]);
      sum.add(of_f[k] * of_f[k] * ff[pair_index(k, k)]);
    }
    return sum;
  }
};

template <int32_t kWays, typename T>
Gram<kWays> gram_of(const Sample<T>& sample, const Tail<T>& tail) {
  const Sample<T> s = sample;
  Products<kWays> products;
  products.clear();
  by_eight(
      s, tail, [&](auto f_at, const T* g_at) __attribute__((always_inline)) { products.add(s, f_at, g_at); });
  return Gram<kWays>(products);
}

// With s(v) = 1 / ||v||:  u(g) - h = s(g) e + sum_k lambda_k (s(g) - s(f_k)) f_k,  u(m) - h = sum_k lambda_k (s(m) -
// s(f_k)) f_k,  u(g) - u(m) = s(g) e + (s(g) - s(m)) m.  The last difference of scales is formed of <m, e> and <e, e>,
// for it is as small as e. False where a sum cancels or a vector is shorter than eps: out is not written then.
template <int32_t kWays, typename T>
bool fields_in_one_pass(const Sample<T>& s, const Tail<T>& tail, double eps, double* out) {
  const Gram<kWays> gram = gram_of<kWays>(s, tail);
  const Sum gg = gram.square(1, s.lambda), mm = gram.square(0, s.lambda);
  if (!(gg.holds() && mm.holds())) return false;
  const double norm_g = __builtin_sqrt(gg.value), norm_m = __builtin_sqrt(mm.value);
  if (!(norm_g >= eps && norm_m >= eps)) return false;
  double me = 0, to_h[kWays], from_m[kWays];
  for (int32_t k = 0; k < kWays; ++k) {
    const double scale = 1.0 / at_least(__builtin_sqrt(gram.ff[pair_index(k, k)]), eps);
    to_h[k] = s.lambda[k] * (1.0 / norm_g - scale);
    from_m[k] = s.lambda[k] * (1.0 / norm_m - scale);
    me += s.lambda[k] * gram.ef[k];
  }
  const Sum distance = gram.square(1.0 / norm_g, to_h), floor = gram.square(0, from_m);
  const double scales = -(2 * me + gram.ee) / ((norm_g + norm_m) * norm_g * norm_m);
  Sum angle;
  angle.add(gram.ee / gg.value);
  angle.add(2 * scales * me / norm_g);
  angle.add(scales * scales * mm.value);
  if (!(distance.holds() && floor.holds() && angle.holds())) return false;
  out[0] = __builtin_sqrt(distance.value);
  out[1] = __builtin_sqrt(floor.value);
  out[2] = __builtin_sqrt(gram.ee) / norm_m;
  out[3] = 0.5 * angle.value;
  return true;
}

template <int32_t kWays, typename T>
void fields_of_few(const Sample<T>& sample, const Tail<T>& tail, double eps, double* out) {
  if (!fields_in_one_pass<kWays>(sample, tail, eps, out)) fields_in_two_passes<kWays>(sample, tail, eps, out);
}

template <typename T>
void one_sample(const Sample<T>& sample, double eps, double* out) {
  Tail<T> tail;
  fill_tail(sample, &tail);
  switch (sample.ways) {
    case 1:
      return fields_of_few<1>(sample, tail, eps, out);
    case 2:
      return fields_of_few<2>(sample, tail, eps, out);
    case 3:
      return fields_of_few<3>(sample, tail, eps, out);
    default:
      return fields_in_two_passes<0>(sample, tail, eps, out);
  }
}

}  // namespace

namespace SECANT_LEVEL {
namespace {

// Row b of a layer.
template <typename T>
void row_of(const secant_nonlin_layer& layer, int64_t b, int32_t ways, const int32_t* rows, const float* lambda,
            double eps, double* out) {
  Sample<T> sample;
  sample.ways = ways;
  sample.features = layer.features;
  sample.g = reinterpret_cast<const T*>(layer.mixed) + b * layer.features;
  for (int32_t k = 0; k < ways; ++k) {
    sample.f[k] = reinterpret_cast<const T*>(layer.points) + rows[b * ways + k] * layer.features;
    sample.lambda[k] = lambda[b * ways + k];
  }
  one_sample(sample, eps, out);
}

}  // namespace

void nonlin(Pool& pool, int32_t layer_count, const secant_nonlin_layer* layers, int32_t batch, int32_t ways,
            const int32_t* rows, const float* lambda, double eps, double* out) {
  auto body = [&](int64_t chunk) {
    const secant_nonlin_layer& layer = layers[chunk / batch];
    const auto row = layer.type == SECANT_BFLOAT16 ? row_of<uint16_t> : row_of<float>;
    row(layer, chunk % batch, ways, rows, lambda, eps, out + chunk * SECANT_NONLIN_FIELDS);
  };
  parallel(pool, static_cast<int64_t>(layer_count) * batch, body);
}

}  // namespace SECANT_LEVEL
}  // namespace secant
