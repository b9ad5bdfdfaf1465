// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Batch norm, leaky ReLU and residual add over NHWC activations flattened to (S segments of P pixels, C channels).
//   forward    v = x + residual;  y = leaky(gamma * (v - mean) * inv_std + beta),  statistics per segment and channel
//   backward   dz = dL_dy * (z > 0 ? 1 : slope);
//              dL_dx = addend + gamma * inv_std * (dz - mean(dz) - xhat * mean(dz * xhat)),  xhat = (v - mean) *
//              inv_std
// Fused: the residual add and the running statistics into the first pass, the activation into the second, both into
// their gradients, and the addition of another branch's gradient. Never materialised: z, xhat, dz and the sign of z.
// Two launches each way (inference: one). Bytes, T = sizeof(type) S P C: forward 3T, with a residual 5T; backward 5T,
// 6T with an addend; inference 2T. Limit: the memory rate (the L2's where a tensor fits it).
//
// A block takes kGroup channels of a tile of rows: the statistics of a channel group are finished by the group's last
// block, so many blocks finish at once. Statistics without cancellation: runs of up to kRun rows in float about the
// run's first value, moved to the thread's first value in double, then merged by count, mean and M2 (Chan, Golub,
// LeVeque, 1983): threads in order, tiles in a fixed pattern. The cut depends on the shape only, so the bits do too.

#include "reduce.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kGroup = 32;  // channels of a block
constexpr int kRun = 32;    // rows summed in float
constexpr int kMergers = kThreads / kGroup;
constexpr int kStatisticsBlocks = 264;  // two per multiprocessor of an H200
constexpr int kApplyBlocks = 1056;

// ---- kernels: places and sums -------------------------------------------------------------------------------------

// The cut of a tensor; it depends on the shape only.
struct Cut {
  int64_t pixels, rows;  // P; rows of a tile
  int32_t segments, channels, tiles, groups;
};

// What a thread works on: N channels from `channel`, rows first + i * stride of [first, end) of the tensor.
struct Place {
  int64_t first, end, stride;
  int32_t segment, tile, group, channel;
  bool active;
};

template <int N>
__device__ Place place_of(const Cut& cut) {
  constexpr int kColumns = kGroup / N;
  Place p;
  const int32_t block = static_cast<int32_t>(blockIdx.x), thread = static_cast<int32_t>(threadIdx.x);
  p.group = block % cut.groups;
  p.tile = block / cut.groups % cut.tiles;
  p.segment = block / cut.groups / cut.tiles;
  p.channel = p.group * kGroup + thread % kColumns * N;
  p.active = p.channel < cut.channels;
  const int64_t begin = p.tile * cut.rows;
  const int64_t end = begin + cut.rows < cut.pixels ? begin + cut.rows : cut.pixels;
  p.first = p.segment * cut.pixels + begin + thread / kColumns;
  p.end = p.segment * cut.pixels + end;
  p.stride = kThreads / kColumns;
  return p;
}

// Count, mean and sum of squares about the mean.
struct Moments {
  double n, mean, m2;
};

__device__ __forceinline__ Moments merge(const Moments& a, const Moments& b) {
  if (b.n == 0.0) return a;
  if (a.n == 0.0) return b;
  const double n = a.n + b.n, d = b.mean - a.mean, share = b.n / n;
  return {n, a.mean + d * share, a.m2 + b.m2 + d * d * a.n * share};
}

// Two sums; merging adds.
struct Sums {
  double n, first, second;
};

__device__ __forceinline__ Sums merge(const Sums& a, const Sums& b) {
  return {a.n + b.n, a.first + b.first, a.second + b.second};
}

// Merges what the threads of a column found, in order of rows; the first thread of a column gets the result.
// room: kThreads * N of shared memory.
template <int N, typename Part>
__device__ void merge_rows(const Place& p, Part (&part)[N], Part* room) {
  constexpr int kColumns = kGroup / N;
  const int thread = static_cast<int>(threadIdx.x);
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) room[i * kThreads + thread] = part[i];
  __syncthreads();
  if (thread < kColumns && p.active) {
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      for (int row = 1; row < kThreads / kColumns; ++row)
        part[i] = merge(part[i], room[i * kThreads + row * kColumns + thread]);
    }
  }
  __syncthreads();
}

// partial (S, tiles, C), three doubles each.
template <typename Part>
__device__ Part* partial_of(void* partials, const Cut& cut, int64_t segment, int64_t tile) {
  return static_cast<Part*>(partials) + (segment * cut.tiles + tile) * cut.channels;
}

// Tiles of one segment and channel: kMergers threads take every kMergers-th tile, then one merges theirs in order.
// Every thread of the block calls it; valid for threads below kGroup.
template <typename Part>
__device__ Part merge_tiles(void* partials, const Cut& cut, int64_t segment, int32_t channel, Part* room) {
  const int thread = static_cast<int>(threadIdx.x);
  Part sum = {0.0, 0.0, 0.0};
  for (int32_t tile = thread / kGroup; channel < cut.channels && tile < cut.tiles; tile += kMergers) {
    sum = merge(sum, partial_of<Part>(partials, cut, segment, tile)[channel]);
  }
  room[thread] = sum;
  __syncthreads();
  for (int i = 1; i < kMergers && thread < kGroup; ++i) sum = merge(sum, room[i * kGroup + thread]);
  __syncthreads();
  return sum;
}

// ---- kernels: forward ---------------------------------------------------------------------------------------------

// v = x + residual as it is stored.
template <int N, typename T>
__device__ __forceinline__ void load_sum(const T* x, const T* residual, int64_t at, float* v) {
  load_values<N>(x + at, v);
  if (residual == nullptr) return;
  float r[N];
  load_values<N>(residual + at, r);
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) v[i] = to_float(Storage<T>::from(v[i] + r[i]));
}

// Sums of one channel in a thread: the current run in float about `pivot`, the finished ones in double about `base`.
struct Track {
  float base, pivot, s, q;
  double total, squares;
};

// Moves the run to the base: with t = pivot - base, sum (v - base) = s + n t, sum (v - base)^2 = q + 2 t s + n t^2.
__device__ __forceinline__ void fold(Track& k, int rows) {
  const double n = rows, t = static_cast<double>(k.pivot) - static_cast<double>(k.base), s = k.s;
  k.total += s + n * t;
  k.squares += k.q + t * (2.0 * s + n * t);
  k.s = k.q = 0.0f;
}

__device__ __forceinline__ Moments moments_of(const Track& k, int64_t rows) {
  if (rows == 0) return {0.0, 0.0, 0.0};
  const double n = static_cast<double>(rows), offset = k.total / n, m2 = k.squares - k.total * offset;
  return {n, static_cast<double>(k.base) + offset, m2 < 0.0 ? 0.0 : m2};
}

template <int N, typename T>
__device__ void thread_moments(const Place& p, const Cut& cut, const NormArguments& a, Moments (&found)[N]) {
  const T* x = static_cast<const T*>(a.x);
  const T* residual = static_cast<const T*>(a.residual);
  const bool keep = a.sum != nullptr && (residual != nullptr || a.sum != a.x);
  Track track[N] = {};
  int64_t rows = 0;
  int run = 0;
  for (int64_t row = p.first; p.active && row < p.end; row += p.stride) {
    const int64_t at = row * cut.channels + p.channel;
    float v[N];
    load_sum<N>(x, residual, at, v);
    if (keep) store_values<N>(static_cast<T*>(a.sum) + at, v);
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      if (rows == 0) track[i].base = v[i];
      if (run == 0) track[i].pivot = v[i];
      const float d = v[i] - track[i].pivot;
      track[i].s += d;
      track[i].q += d * d;
    }
    ++rows;
    if (++run < kRun) continue;
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) fold(track[i], run);
    run = 0;
  }
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    fold(track[i], run);
    found[i] = moments_of(track[i], rows);
  }
}

__device__ float inverse_std(double variance, float eps) {
  return static_cast<float>(1.0 / sqrt(variance + static_cast<double>(eps)));
}

__device__ float updated(float running, double rate, double batch) {
  return static_cast<float>(rate * static_cast<double>(running) + (1.0 - rate) * batch);
}

// Statistics of a channel group from the partials of all tiles, and the running statistics.
__device__ void finish_statistics(const Cut& cut, const NormArguments& a, int32_t group, void* partials,
                                  Moments* room) {
  const int thread = static_cast<int>(threadIdx.x);
  const int32_t channel = group * kGroup + thread % kGroup;
  for (int32_t s = 0; s < cut.segments; ++s) {
    const Moments m = merge_tiles(partials, cut, s, channel, room);
    if (thread >= kGroup || channel >= cut.channels) continue;
    const double variance = m.m2 / m.n;
    a.mean[s * cut.channels + channel] = static_cast<float>(m.mean);
    a.inv_std[s * cut.channels + channel] = inverse_std(variance, a.spec.eps);
    if ((a.update_mask >> s & 1u) == 0) continue;
    const double rate = *a.rate;
    a.running_mean[channel] = updated(a.running_mean[channel], rate, m.mean);
    a.running_var[channel] = updated(a.running_var[channel], rate, m.m2 / (m.n - 1.0));
  }
}

template <typename T, int N>
__global__ void __launch_bounds__(kThreads, 2)
    norm_statistics_kernel(Cut cut, NormArguments a, Moments* partials, unsigned int* tickets) {
  auto* room = shared_memory<Moments>();
  auto* flag = reinterpret_cast<int*>(room + kThreads * N);
  const Place p = place_of<N>(cut);
  Moments found[N];
  thread_moments<N, T>(p, cut, a, found);
  merge_rows(p, found, room);
  if (threadIdx.x < kGroup / N && p.active) {
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      partial_of<Moments>(partials, cut, p.segment, p.tile)[p.channel + i] = found[i];
    }
  }
  if (last_block(tickets + p.group, static_cast<unsigned int>(cut.segments * cut.tiles), flag)) {
    finish_statistics(cut, a, p.group, partials, room);
  }
}

// y = leaky((v - mean) * (gamma * inv_std) + beta)
template <typename T, int N>
__global__ void __launch_bounds__(kThreads) norm_apply_kernel(Cut cut, NormArguments a) {
  const Place p = place_of<N>(cut);
  if (!p.active) return;
  const int64_t constants = static_cast<int64_t>(p.segment) * cut.channels + p.channel;
  float mean[N], scale[N], beta[N];
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    const float inv = a.inference ? inverse_std(a.running_var[constants + i], a.spec.eps) : a.inv_std[constants + i];
    mean[i] = a.inference ? a.running_mean[constants + i] : a.mean[constants + i];
    scale[i] = a.gamma[p.channel + i] * inv;
    beta[i] = a.beta[p.channel + i];
  }
  const bool kept = !a.inference && a.sum != nullptr;  // the first pass has stored v
  const T* x = static_cast<const T*>(kept ? a.sum : a.x);
  const T* residual = kept ? nullptr : static_cast<const T*>(a.residual);
  const bool keep = !kept && a.sum != nullptr && (residual != nullptr || a.sum != a.x);
  for (int64_t row = p.first; row < p.end; row += p.stride) {
    const int64_t at = row * cut.channels + p.channel;
    float v[N];
    load_sum<N>(x, residual, at, v);
    if (keep) store_values<N>(static_cast<T*>(a.sum) + at, v);
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      const float z = (v[i] - mean[i]) * scale[i] + beta[i];
      v[i] = z > 0.0f ? z : a.spec.slope * z;
    }
    store_values<N>(static_cast<T*>(a.y) + at, v);
  }
}

// ---- kernels: backward --------------------------------------------------------------------------------------------

// Per channel: what dz is made with.
template <int N>
struct Constants {
  float mean[N], scale[N], beta[N];
};

template <int N>
__device__ Constants<N> constants_of(const Place& p, const Cut& cut, const NormGradientArguments& a) {
  Constants<N> k;
  const int64_t at = static_cast<int64_t>(p.segment) * cut.channels + p.channel;
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    k.mean[i] = a.mean[at + i];
    k.scale[i] = a.gamma[p.channel + i] * a.inv_std[at + i];
    k.beta[i] = a.beta[p.channel + i];
  }
  return k;
}

// dz and d = v - mean; the sign of z as the forward pass had it.
template <int N, typename T>
__device__ __forceinline__ void load_gradient(const NormGradientArguments& a, const Constants<N>& k, int64_t at,
                                              float* dz, float* d) {
  load_values<N>(static_cast<const T*>(a.v) + at, d);
  load_values<N>(static_cast<const T*>(a.dL_dy) + at, dz);
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) {
    d[i] -= k.mean[i];
    const float z = d[i] * k.scale[i] + k.beta[i];
    dz[i] = z > 0.0f ? dz[i] : a.spec.slope * dz[i];
  }
}

template <int N, typename T>
__device__ void thread_sums(const Place& p, const Cut& cut, const NormGradientArguments& a, Sums (&found)[N]) {
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) found[i] = {0.0, 0.0, 0.0};
  if (!p.active) return;
  const Constants<N> k = constants_of<N>(p, cut, a);
  float s[N] = {}, q[N] = {};
  int run = 0;
  for (int64_t row = p.first; row < p.end; row += p.stride) {
    float dz[N], d[N];
    load_gradient<N, T>(a, k, row * cut.channels + p.channel, dz, d);
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      s[i] += dz[i];
      q[i] += dz[i] * d[i];
    }
    if (++run < kRun && row + p.stride < p.end) continue;
    run = 0;
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      found[i].first += s[i];
      found[i].second += q[i];
      s[i] = q[i] = 0.0f;
    }
  }
}

// means (S, C, 2): mean of dz, inv_std^2 * mean of dz (v - mean).
__device__ void finish_gradient(const Cut& cut, const NormGradientArguments& a, int32_t group, void* partials,
                                float* means, Sums* room) {
  const int thread = static_cast<int>(threadIdx.x);
  const int32_t channel = group * kGroup + thread % kGroup;
  const double count = static_cast<double>(cut.pixels);
  double dgamma = 0.0, dbeta = 0.0;
  for (int32_t s = 0; s < cut.segments; ++s) {
    const Sums sums = merge_tiles(partials, cut, s, channel, room);
    if (thread >= kGroup || channel >= cut.channels) continue;
    const int64_t at = static_cast<int64_t>(s) * cut.channels + channel;
    const double inv = a.inv_std[at];
    means[2 * at] = static_cast<float>(sums.first / count);
    means[2 * at + 1] = static_cast<float>(sums.second * inv * inv / count);
    dbeta += sums.first;
    dgamma += sums.second * inv;
  }
  if (thread >= kGroup || channel >= cut.channels) return;
  a.dL_dgamma[channel] = static_cast<float>(dgamma);
  a.dL_dbeta[channel] = static_cast<float>(dbeta);
}

template <typename T, int N>
__global__ void __launch_bounds__(kThreads, 2)
    norm_sums_kernel(Cut cut, NormGradientArguments a, Sums* partials, float* means, unsigned int* tickets) {
  auto* room = shared_memory<Sums>();
  auto* flag = reinterpret_cast<int*>(room + kThreads * N);
  const Place p = place_of<N>(cut);
  Sums found[N];
  thread_sums<N, T>(p, cut, a, found);
  merge_rows(p, found, room);
  if (threadIdx.x < kGroup / N && p.active) {
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) partial_of<Sums>(partials, cut, p.segment, p.tile)[p.channel + i] = found[i];
  }
  if (last_block(tickets + p.group, static_cast<unsigned int>(cut.segments * cut.tiles), flag)) {
    finish_gradient(cut, a, p.group, partials, means, room);
  }
}

template <typename T, int N>
__global__ void __launch_bounds__(kThreads) norm_gradient_kernel(Cut cut, NormGradientArguments a, const float* means) {
  const Place p = place_of<N>(cut);
  if (!p.active) return;
  const Constants<N> k = constants_of<N>(p, cut, a);
  const float* mean_at = means + 2 * (static_cast<int64_t>(p.segment) * cut.channels + p.channel);
  const T* addend = static_cast<const T*>(a.addend);
  for (int64_t row = p.first; row < p.end; row += p.stride) {
    const int64_t at = row * cut.channels + p.channel;
    float dz[N], d[N], other[N] = {};
    load_gradient<N, T>(a, k, at, dz, d);
    if (addend != nullptr) load_values<N>(addend + at, other);
    SECANT_UNROLL
    for (int i = 0; i < N; ++i) {
      const float dx = k.scale[i] * (dz[i] - mean_at[2 * i] - d[i] * mean_at[2 * i + 1]);
      dz[i] = addend != nullptr ? dx + other[i] : dx;
    }
    store_values<N>(static_cast<T*>(a.dL_dx) + at, dz);
  }
}

// out = a + b; the last, partial pack value by value.
template <typename T, int N>
__global__ void __launch_bounds__(kThreads) add_kernel(AddArguments q) {
  const int64_t i = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * N;
  const T* b = static_cast<const T*>(q.b);
  float v[N];
  if (i + N <= q.count) {
    load_sum<N>(static_cast<const T*>(q.a), b, i, v);
    store_values<N>(static_cast<T*>(q.out) + i, v);
    return;
  }
  for (int64_t j = i; j < q.count; ++j) {
    load_sum<1>(static_cast<const T*>(q.a), b, j, v);
    store_values<1>(static_cast<T*>(q.out) + j, v);
  }
}

// ---- launchers ----------------------------------------------------------------------------------------------------

Cut cut_of(const secant_norm_spec& spec, int width, int64_t blocks) {
  Cut cut = {};
  cut.pixels = spec.pixels;
  cut.segments = spec.segments;
  cut.channels = spec.channels;
  cut.groups = static_cast<int32_t>(divide_up(spec.channels, kGroup));
  const int64_t at_once = kThreads / (kGroup / width);  // rows a block reads together
  const int64_t most = divide_up(spec.pixels, at_once),
                wanted = blocks / (static_cast<int64_t>(cut.groups) * cut.segments);
  const int64_t tiles = wanted < 1 ? 1 : wanted < most ? wanted : most;
  cut.rows = divide_up(spec.pixels, tiles);
  cut.tiles = static_cast<int32_t>(divide_up(spec.pixels, cut.rows));
  return cut;
}

int64_t blocks_of(const Cut& cut) { return static_cast<int64_t>(cut.tiles) * cut.segments * cut.groups; }

size_t partial_bytes(const Cut& cut) {
  return static_cast<size_t>(cut.tiles) * static_cast<size_t>(cut.segments) * static_cast<size_t>(cut.channels) *
         sizeof(Moments);
}

size_t shared_bytes(int width) {
  return static_cast<size_t>(kThreads) * static_cast<size_t>(width) * sizeof(Moments) + 16;
}

unsigned int* tickets_of(const Device& device, const Cut& cut) {
  if (cut.groups > kTickets) {
    throw Refusal(SECANT_UNAVAILABLE, "norm: at most " + std::to_string(kTickets * kGroup) +
                                          " channels on a device, got " + std::to_string(cut.channels));
  }
  return device.tickets;
}

// Calls body(T(), std::integral_constant<int, N>) with the widest access that the channels and all pointers allow.
template <typename Body, typename... Pointers>
void with_width(int32_t type, int32_t channels, Body body, Pointers... pointers) {
  const bool aligned = (aligned_to(pointers, 16) && ...);
  with_type(type, [&](auto t) {
    using T = decltype(t);
    constexpr int kN = kWide<T> < 4 ? kWide<T> : 4;
    if (aligned && channels % kN == 0) {
      body(t, std::integral_constant<int, kN>());
    } else {
      body(t, std::integral_constant<int, 1>());
    }
  });
}

}  // namespace

void norm(Device& device, const NormArguments& a) {
  with_width(
      a.type, a.spec.channels,
      [&](auto t, auto width) {
        using T = decltype(t);
        constexpr int kN = decltype(width)::value;
        if (!a.inference) {
          const Cut cut = cut_of(a.spec, kN, kStatisticsBlocks);
          auto* partials = static_cast<Moments*>(device.workspace(partial_bytes(cut)));
          launch(norm_statistics_kernel<T, kN>, grid_of(blocks_of(cut)), dim3(kThreads), shared_bytes(kN),
                 device.stream, cut, a, partials, tickets_of(device, cut));
        }
        if (a.y == nullptr) return;
        const Cut cut = cut_of(a.spec, kN, kApplyBlocks);
        launch(norm_apply_kernel<T, kN>, grid_of(blocks_of(cut)), dim3(kThreads), 0, device.stream, cut, a);
      },
      a.x, a.residual, a.sum, a.y);
}

void norm_backward(Device& device, const NormGradientArguments& a) {
  with_width(
      a.type, a.spec.channels,
      [&](auto t, auto width) {
        using T = decltype(t);
        constexpr int kN = decltype(width)::value;
        const Cut cut = cut_of(a.spec, kN, kStatisticsBlocks);
        const size_t values = static_cast<size_t>(cut.segments) * static_cast<size_t>(cut.channels);
        auto* partials = static_cast<Sums*>(device.workspace(partial_bytes(cut) + 2 * values * sizeof(float)));
        auto* means = reinterpret_cast<float*>(reinterpret_cast<unsigned char*>(partials) + partial_bytes(cut));
        launch(norm_sums_kernel<T, kN>, grid_of(blocks_of(cut)), dim3(kThreads), shared_bytes(kN), device.stream, cut,
               a, partials, means, tickets_of(device, cut));
        const Cut out = cut_of(a.spec, kN, kApplyBlocks);
        launch(norm_gradient_kernel<T, kN>, grid_of(blocks_of(out)), dim3(kThreads), 0, device.stream, out, a,
               static_cast<const float*>(means));
      },
      a.v, a.dL_dy, a.addend, a.dL_dx);
}

void add(Device& device, const AddArguments& a) {
  with_width(
      a.type, 16,
      [&](auto t, auto width) {
        using T = decltype(t);
        constexpr int kN = decltype(width)::value;
        launch(add_kernel<T, kN>, grid_of(divide_up(a.count, kThreads * kN)), dim3(kThreads), 0, device.stream, a);
      },
      a.a, a.b, a.out);
}

}  // namespace secant::cuda
