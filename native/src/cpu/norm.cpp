// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Batch norm, leaky ReLU and residual add over NHWC activations flattened to (S segments of P pixels, C channels).
//
//   forward    v = x + residual;  y = leaky(gamma * (v - mean) * inv_std + beta),  statistics per segment and channel
//   backward   dz = dL_dy * (z > 0 ? 1 : slope);
//              dL_dx = addend + gamma * inv_std * (dz - mean(dz) - xhat * mean(dz * xhat)),
//              xhat = (v - mean) * inv_std
//
// Fused: the residual add into the statistics pass, the activation into the scaling pass, both into their gradients,
// and the addition of another branch's gradient. Never materialised: z, xhat, dz and the sign of z (recomputed from v
// by the forward expression, so it is the same sign). Bytes moved, T = S*P*C values (float or bf16): forward 3T (read v
// twice, write y), with a residual 5T (read x, residual, v; write v, y); inference 2T; backward 5T (read v and dL_dy
// twice, write dL_dx), 6T with an addend.
//
// Statistics without cancellation: a run of up to 64 rows is summed in float about its own first row, p. Since p
// is one of the run's values, sum (v - p)^2 is at most 64 times the run's own sum about its mean, whatever the mean of
// the channel is. Runs are moved to the segment's first pixel in double and added up in a fixed order.

#include "cpu/kernels.h"
#include "cpu/native.h"

namespace secant::SECANT_LEVEL {
namespace {

constexpr int64_t kRun = 64;             // rows summed in float
constexpr int64_t kChunkValues = 32768;  // values of a chunk: a few such streams stay in the second-level cache

// The cut of a tensor into chunks; it depends on the shape only.
struct Tiles {
  int64_t segments, pixels, channels, padded;  // padded: channels rounded up to whole vectors
  int64_t rows, per_segment, total;            // rows of a chunk, chunks of a segment and of the tensor
};

Tiles tiles_of(const secant_norm_spec& spec) {
  Tiles t = {};
  t.segments = spec.segments;
  t.pixels = spec.pixels;
  t.channels = spec.channels;
  t.padded = (t.channels + 15) / 16 * 16;
  t.rows = kChunkValues / t.channels / kRun * kRun;
  if (t.rows < kRun) t.rows = kRun;
  t.per_segment = chunks_of(t.pixels, t.rows);
  t.total = t.segments * t.per_segment;
  return t;
}

// What the second passes need per segment and channel, and the partial sums of the first; all (.., padded).
struct Scratch {
  double* partial;  // (chunks, 2, padded)
  float* pivot;     // (S, padded) first pixel of the segment
  float* scale;     // (S, padded) gamma * inv_std
  float* dz;        // (S, padded) mean of dz
  float* dzx;       // (S, padded) inv_std * mean of dz * xhat
};

Scratch scratch_of(void* memory, const Tiles& t) {
  Scratch s = {};
  s.partial = static_cast<double*>(memory);
  s.pivot = reinterpret_cast<float*>(s.partial + t.total * 2 * t.padded);
  s.scale = s.pivot + t.segments * t.padded;
  s.dz = s.scale + t.segments * t.padded;
  s.dzx = s.dz + t.segments * t.padded;
  return s;
}

// Calls body(segment, first row, rows) for the runs of a chunk.
template <typename Body>
inline void for_runs(const Tiles& t, int64_t chunk, Body body) {
  const int64_t segment = chunk / t.per_segment;
  const int64_t begin = (chunk % t.per_segment) * t.rows;
  const int64_t end = smaller(begin + t.rows, t.pixels);
  for (int64_t r = begin; r < end; r += kRun) body(segment, segment * t.pixels + r, smaller(kRun, end - r));
}

// The values of a run of rows: x, or x + residual.
template <typename T>
struct Source {
  const T* x;
  const T* residual;
};

template <int G, bool Residual, typename T>
inline Floats value(const Source<T>& s, int64_t at, int g, int64_t n) {
  Floats v = load<G>(s.x + at, g, n);
  if constexpr (Residual) v += load<G>(s.residual + at, g, n);
  return v;
}

// The same, and v itself where it is kept: what is computed from it is computed from what was stored.
template <int G, bool Residual, bool Keep, typename T>
inline Floats kept(const Source<T>& s, T* sum, int64_t at, int g, int64_t n) {
  const Floats v = value<G, Residual>(s, at, g, n);
  if constexpr (!Keep) return v;
  store<G>(sum + at, g, n, v);
  return held<T>(v);
}

// total[c] += sum[lane] over a block of vectors, in double.
template <int V>
inline void add_sums(const Floats (&sum)[V], double* total) {
  for (int i = 0; i < 2 * V; ++i) {
    double* at = total + kLanes / 2 * i;
    store_doubles(at, load_doubles(at) + half(sum[i / 2], i % 2));
  }
}

// Moves a run's sums about its pivot p to the segment's pivot and adds them: with t = p - pivot, n rows,
// sum (v - pivot) = s + n t, sum (v - pivot)^2 = q + 2 t s + n t^2.
template <int V>
inline void add_moments(const Floats (&p)[V], const Floats (&s)[V], const Floats (&q)[V], int64_t rows,
                        const float* pivot, double* total, double* squares) {
  const double n = static_cast<double>(rows);
  for (int i = 0; i < 2 * V; ++i) {
    const int64_t at = kLanes / 2 * i;
    const Doubles t = half(p[i / 2], i % 2) - half(load<1>(pivot, i / 2, 0), i % 2);
    const Doubles ds = half(s[i / 2], i % 2);
    store_doubles(total + at, load_doubles(total + at) + (ds + n * t));
    store_doubles(squares + at, load_doubles(squares + at) + (half(q[i / 2], i % 2) + t * (2.0 * ds + n * t)));
  }
}

// ---- forward ------------------------------------------------------------------------------------------------------

// First pass over a block of channels of one run: moments, and v itself where it is kept.
template <int G, bool Residual, bool Keep, typename T>
inline void moments(const Source<T>& source, T* sum, int64_t at, int64_t stride, int64_t rows, int64_t n,
                    const float* pivot, double* total, double* squares) {
  constexpr int V = Width<G>::kVectors;
  Floats p[V], s[V] = {}, q[V] = {};
  for (int g = 0; g < V; ++g) {
    p[g] = value<G, Residual>(source, at, g, n);
    if constexpr (Keep) p[g] = held<T>(p[g]);
  }
  for (int64_t r = 0; r < rows; ++r, at += stride) {
    for (int g = 0; g < V; ++g) {
      const Floats v = kept<G, Residual, Keep>(source, sum, at, g, n);
      const Floats d = v - p[g];
      s[g] += d;
      q[g] += d * d;
    }
  }
  add_moments(p, s, q, rows, pivot, total, squares);
}

template <bool Residual, bool Keep, typename T>
void moments_pass(Pool& pool, const Tiles& t, const Scratch& scratch, const Source<T>& source, T* sum) {
  auto body = [&](int64_t chunk) {
    double* total = scratch.partial + chunk * 2 * t.padded;
    double* squares = total + t.padded;
    for (int64_t c = 0; c < 2 * t.padded; ++c) total[c] = 0;
    for_runs(t, chunk, [&](int64_t segment, int64_t row, int64_t rows) {
      for_blocks(t.channels, [&](auto width, int64_t c, int64_t n) {
        constexpr int G = decltype(width)::kWidth;
        moments<G, Residual, Keep>(source, sum, row * t.channels + c, t.channels, rows, n,
                                   scratch.pivot + segment * t.padded + c, total + c, squares + c);
      });
    });
  };
  parallel(pool, t.total, body);
}

// Second pass over a block: y = leaky((v - mean) * scale + beta), and v itself where it is kept.
template <int G, bool Residual, bool Keep, typename T>
inline void activate(const Source<T>& source, T* sum, T* y, int64_t at, int64_t stride, int64_t rows, int64_t n,
                     const float* mean, const float* scale, const float* beta, float slope) {
  constexpr int V = Width<G>::kVectors;
  Floats m[V], a[V], b[V];
  for (int g = 0; g < V; ++g) {
    m[g] = load<G>(mean, g, n);
    a[g] = load<G>(scale, g, n);
    b[g] = load<G>(beta, g, n);
  }
  for (int64_t r = 0; r < rows; ++r, at += stride) {
    for (int g = 0; g < V; ++g) {
      const Floats v = kept<G, Residual, Keep>(source, sum, at, g, n);
      const Floats z = (v - m[g]) * a[g] + b[g];
      store<G>(y + at, g, n, z > 0.0f ? z : slope * z);
    }
  }
}

// Chunks are taken from the end: what the first pass left in the cache is read first.
template <bool Residual, bool Keep, typename T>
void activate_pass(Pool& pool, const Tiles& t, const float* scale, const Source<T>& source, T* sum, const float* mean,
                   const float* beta, float slope, T* y) {
  auto body = [&](int64_t chunk) {
    for_runs(t, t.total - 1 - chunk, [&](int64_t segment, int64_t row, int64_t rows) {
      for_blocks(t.channels, [&](auto width, int64_t c, int64_t n) {
        constexpr int G = decltype(width)::kWidth;
        activate<G, Residual, Keep>(source, sum, y, row * t.channels + c, t.channels, rows, n,
                                    mean + segment * t.channels + c, scale + segment * t.padded + c, beta + c, slope);
      });
    });
  };
  parallel(pool, t.total, body);
}

// sum NULL: v is not kept.
template <typename T>
void activate_any(Pool& pool, const Tiles& t, const float* scale, const Source<T>& source, T* sum, const float* mean,
                  const float* beta, float slope, T* y) {
  const bool keep = sum != nullptr && (source.residual != nullptr || sum != source.x);
  const auto pass = source.residual != nullptr
                        ? (keep ? activate_pass<true, true, T> : activate_pass<true, false, T>)
                        : (keep ? activate_pass<false, true, T> : activate_pass<false, false, T>);
  pass(pool, t, scale, source, sum, mean, beta, slope, y);
}

float inverse_std(double variance, float eps) {
  return static_cast<float>(1.0 / __builtin_sqrt(variance + static_cast<double>(eps)));
}

// Chunks of a segment -> mean and biased variance of one channel.
void combine(const Tiles& t, const Scratch& scratch, int64_t segment, int64_t c, double* mean, double* variance) {
  double total = 0, squares = 0;
  for (int64_t k = segment * t.per_segment; k < (segment + 1) * t.per_segment; ++k) {
    total += scratch.partial[k * 2 * t.padded + c];
    squares += scratch.partial[(k * 2 + 1) * t.padded + c];
  }
  const double count = static_cast<double>(t.pixels);
  const double offset = total / count;
  const double v = squares / count - offset * offset;
  *mean = static_cast<double>(scratch.pivot[segment * t.padded + c]) + offset;
  *variance = v < 0 ? 0 : v;
}

void update(float* running, double rate, double batch) {
  *running = static_cast<float>(rate * static_cast<double>(*running) + (1 - rate) * batch);
}

template <typename T>
void forward(Pool& pool, void* memory, const secant_norm_spec& spec, const T* x, const T* residual, T* sum,
             const float* gamma, const float* beta, uint32_t update_mask, const float* rate, float* running_mean,
             float* running_var, float* mean, float* inv_std, T* y) {
  const Tiles t = tiles_of(spec);
  const Scratch scratch = scratch_of(memory, t);
  // Before anything is written, since sum may be x.
  for (int64_t s = 0; s < t.segments; ++s) {
    for (int64_t c = 0; c < t.padded; ++c) {
      const int64_t at = s * t.pixels * t.channels + c;
      const float v = c >= t.channels       ? 0
                      : residual != nullptr ? to_value(x[at]) + to_value(residual[at])
                                            : to_value(x[at]);
      scratch.pivot[s * t.padded + c] = sum != nullptr ? held<T>(v) : v;
    }
  }
  const Source<T> source = {x, residual};
  const bool keep = sum != nullptr && (residual != nullptr || sum != x);
  const auto pass = residual != nullptr ? (keep ? moments_pass<true, true, T> : moments_pass<true, false, T>)
                                        : (keep ? moments_pass<false, true, T> : moments_pass<false, false, T>);
  pass(pool, t, scratch, source, sum);
  const double unbiased = static_cast<double>(t.pixels) / static_cast<double>(t.pixels - 1);
  for (int64_t s = 0; s < t.segments; ++s) {
    for (int64_t c = 0; c < t.channels; ++c) {
      double batch_mean, batch_var;
      combine(t, scratch, s, c, &batch_mean, &batch_var);
      mean[s * t.channels + c] = static_cast<float>(batch_mean);
      inv_std[s * t.channels + c] = inverse_std(batch_var, spec.eps);
      if (y != nullptr) scratch.scale[s * t.padded + c] = gamma[c] * inv_std[s * t.channels + c];
      if ((update_mask >> s & 1) == 0) continue;
      update(running_mean + c, *rate, batch_mean);
      update(running_var + c, *rate, batch_var * unbiased);
    }
  }
  if (y == nullptr) return;
  const Source<T> stored = sum != nullptr ? Source<T>{sum, nullptr} : source;
  activate_any<T>(pool, t, scratch.scale, stored, nullptr, mean, beta, spec.slope, y);
}

}  // namespace

int64_t norm_scratch(const secant_norm_spec& spec) {
  const Tiles t = tiles_of(spec);
  return t.padded *
         (t.total * 2 * static_cast<int64_t>(sizeof(double)) + t.segments * 4 * static_cast<int64_t>(sizeof(float)));
}

void norm_forward(Pool& pool, void* memory, const NormArguments& a) {
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    forward(pool, memory, a.spec, static_cast<const T*>(a.x), static_cast<const T*>(a.residual), static_cast<T*>(a.sum),
            a.gamma, a.beta, a.update_mask, a.rate, a.running_mean, a.running_var, a.mean, a.inv_std,
            static_cast<T*>(a.y));
  });
}

void norm_inference(Pool& pool, void* memory, const NormArguments& a) {
  const Tiles tiles = tiles_of(a.spec);
  float* scale = static_cast<float*>(memory);
  for (int64_t c = 0; c < tiles.channels; ++c) scale[c] = a.gamma[c] * inverse_std(a.running_var[c], a.spec.eps);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    const Source<T> source = {static_cast<const T*>(a.x), static_cast<const T*>(a.residual)};
    activate_any(pool, tiles, scale, source, static_cast<T*>(a.sum), a.running_mean, a.beta, a.spec.slope,
                 static_cast<T*>(a.y));
  });
}

// ---- backward -----------------------------------------------------------------------------------------------------

namespace {

template <typename T>
struct Gradient {
  const T* v;
  const T* dL_dy;
  const T* addend;
  float slope;
};

template <int G>
struct Channels {  // a block's constants in registers
  static constexpr int V = Width<G>::kVectors;
  Channels(const float* mean, const float* scale, const float* beta, int64_t n) {
    for (int g = 0; g < V; ++g) {
      m[g] = load<G>(mean, g, n);
      a[g] = load<G>(scale, g, n);
      b[g] = load<G>(beta, g, n);
    }
  }
  Floats m[V], a[V], b[V];
};

// dz of one vector; *d = v - mean.
template <int G, typename T>
inline Floats through_leaky(const Gradient<T>& in, const Channels<G>& k, int64_t at, int g, int64_t n, Floats* d) {
  *d = load<G>(in.v + at, g, n) - k.m[g];
  const Floats z = *d * k.a[g] + k.b[g];
  const Floats dy = load<G>(in.dL_dy + at, g, n);
  return z > 0.0f ? dy : in.slope * dy;
}

// First pass: sums of dz and of dz * (v - mean).
template <int G, typename T>
inline void gradient_sums(const Gradient<T>& in, const Channels<G>& k, int64_t at, int64_t stride, int64_t rows,
                          int64_t n, double* total, double* products) {
  constexpr int V = Width<G>::kVectors;
  Floats s[V] = {}, q[V] = {};
  for (int64_t r = 0; r < rows; ++r, at += stride) {
    for (int g = 0; g < V; ++g) {
      Floats d;
      const Floats dz = through_leaky<G>(in, k, at, g, n, &d);
      s[g] += dz;
      q[g] += dz * d;
    }
  }
  add_sums(s, total);
  add_sums(q, products);
}

// Second pass: dL_dx.
template <int G, bool Addend, typename T>
inline void gradient_out(const Gradient<T>& in, const Channels<G>& k, int64_t at, int64_t stride, int64_t rows,
                         int64_t n, const float* dz_mean, const float* dzx_mean, T* dL_dx) {
  constexpr int V = Width<G>::kVectors;
  Floats m1[V], m2[V];
  for (int g = 0; g < V; ++g) {
    m1[g] = load<G>(dz_mean, g, n);
    m2[g] = load<G>(dzx_mean, g, n);
  }
  for (int64_t r = 0; r < rows; ++r, at += stride) {
    for (int g = 0; g < V; ++g) {
      Floats d;
      const Floats dz = through_leaky<G>(in, k, at, g, n, &d);
      Floats dx = k.a[g] * (dz - m1[g] - d * m2[g]);
      if constexpr (Addend) dx += load<G>(in.addend + at, g, n);
      store<G>(dL_dx + at, g, n, dx);
    }
  }
}

template <typename T>
void sums_pass(Pool& pool, const Tiles& t, const Scratch& scratch, const Gradient<T>& in, const float* mean,
               const float* beta) {
  auto body = [&](int64_t chunk) {
    double* total = scratch.partial + chunk * 2 * t.padded;
    double* products = total + t.padded;
    for (int64_t c = 0; c < 2 * t.padded; ++c) total[c] = 0;
    for_runs(t, chunk, [&](int64_t s, int64_t row, int64_t rows) {
      for_blocks(t.channels, [&](auto width, int64_t c, int64_t n) {
        constexpr int G = decltype(width)::kWidth;
        const Channels<G> k(mean + s * t.channels + c, scratch.scale + s * t.padded + c, beta + c, n);
        gradient_sums<G>(in, k, row * t.channels + c, t.channels, rows, n, total + c, products + c);
      });
    });
  };
  parallel(pool, t.total, body);
}

template <bool Addend, typename T>
void out_pass(Pool& pool, const Tiles& t, const Scratch& scratch, const Gradient<T>& in, const float* mean,
              const float* beta, T* dL_dx) {
  auto body = [&](int64_t chunk) {
    for_runs(t, t.total - 1 - chunk, [&](int64_t s, int64_t row, int64_t rows) {
      for_blocks(t.channels, [&](auto width, int64_t c, int64_t n) {
        constexpr int G = decltype(width)::kWidth;
        const int64_t at = s * t.padded + c;
        const Channels<G> k(mean + s * t.channels + c, scratch.scale + at, beta + c, n);
        gradient_out<G, Addend>(in, k, row * t.channels + c, t.channels, rows, n, scratch.dz + at, scratch.dzx + at,
                                dL_dx);
      });
    });
  };
  parallel(pool, t.total, body);
}

template <typename T>
void backward(Pool& pool, void* memory, const secant_norm_spec& spec, const Gradient<T>& in, const float* gamma,
              const float* beta, const float* mean, const float* inv_std, T* dL_dx, float* dL_dgamma, float* dL_dbeta) {
  const Tiles t = tiles_of(spec);
  const Scratch scratch = scratch_of(memory, t);
  for (int64_t s = 0; s < t.segments; ++s) {
    for (int64_t c = 0; c < t.channels; ++c) scratch.scale[s * t.padded + c] = gamma[c] * inv_std[s * t.channels + c];
  }
  sums_pass(pool, t, scratch, in, mean, beta);
  const double count = static_cast<double>(t.pixels);
  for (int64_t c = 0; c < t.channels; ++c) {
    double dgamma = 0, dbeta = 0;
    for (int64_t s = 0; s < t.segments; ++s) {
      double total = 0, products = 0;
      for (int64_t k = s * t.per_segment; k < (s + 1) * t.per_segment; ++k) {
        total += scratch.partial[k * 2 * t.padded + c];
        products += scratch.partial[(k * 2 + 1) * t.padded + c];
      }
      const double inv = static_cast<double>(inv_std[s * t.channels + c]);
      scratch.dz[s * t.padded + c] = static_cast<float>(total / count);
      scratch.dzx[s * t.padded + c] = static_cast<float>(products * inv * inv / count);
      dbeta += total;
      dgamma += products * inv;
    }
    dL_dgamma[c] = static_cast<float>(dgamma);
    dL_dbeta[c] = static_cast<float>(dbeta);
  }
  in.addend != nullptr ? out_pass<true>(pool, t, scratch, in, mean, beta, dL_dx)
                       : out_pass<false>(pool, t, scratch, in, mean, beta, dL_dx);
}

template <typename T>
void add_of(Pool& pool, int64_t count, const T* a, const T* b, T* out) {
  auto body = [&](int64_t chunk) {
    const int64_t begin = chunk * kChunkValues;
    for_blocks(smaller(kChunkValues, count - begin), [&](auto width, int64_t i, int64_t n) {
      constexpr int G = decltype(width)::kWidth;
      Floats r[Width<G>::kVectors];
      for (int g = 0; g < Width<G>::kVectors; ++g) {
        r[g] = load<G>(a + begin + i, g, n) + load<G>(b + begin + i, g, n);
      }
      for (int g = 0; g < Width<G>::kVectors; ++g) store<G>(out + begin + i, g, n, r[g]);
    });
  };
  parallel(pool, chunks_of(count, kChunkValues), body);
}

}  // namespace

void norm_backward(Pool& pool, void* memory, const NormGradientArguments& a) {
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    const Gradient<T> in = {static_cast<const T*>(a.v), static_cast<const T*>(a.dL_dy), static_cast<const T*>(a.addend),
                            a.spec.slope};
    backward(pool, memory, a.spec, in, a.gamma, a.beta, a.mean, a.inv_std, static_cast<T*>(a.dL_dx), a.dL_dgamma,
             a.dL_dbeta);
  });
}

void add(Pool& pool, const AddArguments& a) {
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    add_of(pool, a.count, static_cast<const T*>(a.a), static_cast<const T*>(a.b), static_cast<T*>(a.out));
  });
}

}  // namespace secant::SECANT_LEVEL
