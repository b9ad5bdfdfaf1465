// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The head of a training step, forward and backward, in one launch (secant_head_train).
//   pooled = mean over P of y;  z = pooled w^T + bias
//   L = mean over the first B rows of -sum_c targets_c * log softmax(z)_c + weight * consistency of the M rows behind
//   dL_dz by row (head.cu, consistency.cu);  dL_dw = dL_dz^T pooled;  dL_dbias = sum of dL_dz;  dL_dy = dL_dz w / P
// Fused: five or six launches. Never materialised: dL_dpooled, softmax, mixed targets, per-block weight gradients.
// Bytes: N P D sizeof(T) read, as much written; w, the teacher's logits and pooled and dL_dz (N rows of D and C floats,
// written and read once) from the L2. Limit: at N = 256, P = 64, D = 128 the chain of latencies: one launch, row,
// ticket, group, ticket, total.
//
// A block makes one row. Sums over the batch (dL_dw, dL_dbias, both losses) go by groups of rows: the last block of a
// group to finish adds its rows in order into partial sums in double, the last group adds those in order. Two tickets,
// no atomic on a value, no block waits for another. The bits depend on shapes and storage type only.
// Pooled values, logits, their gradients and dL_dpooled are rounded to float where the separate kernels store them.

#include "losses.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kRun = 64;        // pixels a thread sums in float
constexpr int kAtOnce = 4;      // sums of a thread whose loads go together
constexpr int64_t kGroup = 16;  // rows of a group, doubled until there are at most kMostGroups
constexpr int64_t kMostGroups = 32;
static_assert(kMostGroups + 1 <= kTickets);

// ---- kernel -------------------------------------------------------------------------------------------------------

struct Head {
  HeadArguments a;  // pooled and dL_dlogits are never NULL here
  ConsistencyRows mixed;
  int32_t rows;   // N
  int32_t lanes;  // threads that share a pixel
  int32_t group_rows, groups;
  bool staged;     // w in shared memory
  bool wide;       // 16-byte accesses of y and dL_dy
  double* losses;  // (N)
  double* sums;    // (groups, values): dL_dw (C, D), dL_dbias (C), loss, consistency
  int64_t values;
  unsigned int* tickets;  // one per group, then one of all
};

// Shared memory of a block: flag, sums over slices and later the warp's vectors, then rows of floats.
struct Room {
  int* flag;
  double* partial;    // kThreads * kWide values, or 3 C
  float* pooled;      // (D), later dL_dy of one pixel
  float* logits;      // (C)
  float* dL_dlogits;  // (C)
  float* w;           // (C, D) where it is staged
};

constexpr __host__ __device__ int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// Doubles before the rows of floats: two of the flag, then `partial`.
template <typename T>
constexpr __host__ __device__ int64_t room_doubles(int64_t classes) {
  return 2 + larger(static_cast<int64_t>(kThreads) * kWide<T>, 3 * classes);
}

template <typename T>
__device__ __forceinline__ Room room_of(const secant_head_spec& s) {
  Room r;
  r.flag = shared_memory<int>();
  r.partial = shared_memory<double>() + 2;
  r.pooled = reinterpret_cast<float*>(shared_memory<double>() + room_doubles<T>(s.classes));
  r.logits = r.pooled + s.channels;
  r.dL_dlogits = r.logits + s.classes;
  r.w = r.dL_dlogits + s.classes;
  return r;
}

// A thread's place: lane `lane` owns kWide neighbouring channels, slice `slice` every slices-th pixel, whether the
// accesses are wide or not, so that the order of the sums is the same.
struct Place {
  int32_t lane, slice, slices;
};

__device__ __forceinline__ Place place_of(const Head& h) {
  const int32_t thread = static_cast<int32_t>(threadIdx.x);
  return {thread % h.lanes, thread / h.lanes, kThreads / h.lanes};
}

// N values of one pixel, the first `count` of them in memory.
template <int N, typename T>
__device__ __forceinline__ void load_pixel(const T* from, bool wide, int32_t count, float* to) {
  if (wide) {
    load_values<N>(from, to);
    return;
  }
  SECANT_UNROLL
  for (int e = 0; e < N; ++e) to[e] = e < count ? to_float(from[e]) : 0.0f;
}

template <int N, typename T>
__device__ __forceinline__ void store_pixel(const float* from, bool wide, int32_t count, T* to) {
  if (wide) {
    store_values<N>(to, from);
    return;
  }
  SECANT_UNROLL
  for (int e = 0; e < N; ++e) {
    if (e < count) to[e] = Storage<T>::from(from[e]);
  }
}

// room.pooled <- mean over the pixels of row n.
template <typename T>
__device__ __forceinline__ void pool_row(const Head& h, int64_t n, const Room& room) {
  constexpr int kN = kWide<T>;
  const secant_head_spec& s = h.a.spec;
  const T* y = reinterpret_cast<const T*>(h.a.in.y) + n * s.pixels * s.channels;
  const Place at = place_of(h);
  const int32_t chunk = h.lanes * kN;
  for (int32_t first = 0; first < s.channels; first += chunk) {
    const int32_t c = first + at.lane * kN;
    double total[kN] = {};
    if (at.slice < at.slices && c < s.channels) {
      for (int64_t begin = at.slice; begin < s.pixels; begin += kRun * at.slices) {
        float run[kN] = {};
        const int64_t end = begin + kRun * at.slices < s.pixels ? begin + kRun * at.slices : s.pixels;
        SECANT_UNROLL_4
        for (int64_t p = begin; p < end; p += at.slices) {
          float v[kN];
          load_pixel<kN>(y + p * s.channels + c, h.wide, s.channels - c, v);
          SECANT_UNROLL
          for (int e = 0; e < kN; ++e) run[e] += v[e];
        }
        SECANT_UNROLL
        for (int e = 0; e < kN; ++e) total[e] += run[e];
      }
    }
    if (at.slice < at.slices) {
      SECANT_UNROLL
      for (int e = 0; e < kN; ++e) room.partial[static_cast<int64_t>(at.slice) * chunk + at.lane * kN + e] = total[e];
    }
    __syncthreads();
    for (int32_t i = static_cast<int32_t>(threadIdx.x); i < chunk && first + i < s.channels; i += kThreads) {
      double sum = 0.0;
      for (int32_t slice = 0; slice < at.slices; ++slice) sum += room.partial[static_cast<int64_t>(slice) * chunk + i];
      room.pooled[first + i] = static_cast<float>(sum / s.pixels);
    }
    __syncthreads();
  }
}

// room.logits <- pooled w^T + bias, a warp per class.
__device__ __forceinline__ void logits_row(const Head& h, const float* w, const Room& room) {
  const secant_head_spec& s = h.a.spec;
  for (int32_t c = static_cast<int32_t>(threadIdx.x / 32); c < s.classes; c += kThreads / 32) {
    double sum = 0.0;
    for (int32_t d = lane_of(); d < s.channels; d += 32) {
      sum = fma(static_cast<double>(room.pooled[d]), static_cast<double>(w[static_cast<int64_t>(c) * s.channels + d]),
                sum);
    }
    sum = warp_sum(sum);
    if (lane_of() == 0) room.logits[c] = static_cast<float>(sum + static_cast<double>(h.a.in.bias[c]));
  }
}

// room.dL_dlogits and the loss of row n, by one warp.
__device__ __forceinline__ void loss_row(const Head& h, int64_t n, const Room& room) {
  const secant_head_spec& s = h.a.spec;
  double loss = 0.0;
  if (n < s.labelled) {
    loss = entropy_row(room.logits, h.a.in.targets + n * s.classes, s.classes, 1.0 / s.labelled, room.dL_dlogits);
  } else {
    const Vectors v = {room.partial, room.partial + s.classes, room.partial + 2 * static_cast<int64_t>(s.classes)};
    loss = consistency_row(h.mixed, n - s.labelled, room.logits, v);
    student_gradient(h.mixed.q, v, room.dL_dlogits);
  }
  if (lane_of() == 0) h.losses[n] = loss;
}

// Row n to memory, and room.pooled <- dL_dpooled / P. A thread reads and writes its own places.
__device__ __forceinline__ void keep_row(const Head& h, int64_t n, const float* w, const Room& room) {
  const secant_head_spec& s = h.a.spec;
  for (int32_t c = static_cast<int32_t>(threadIdx.x); c < s.classes; c += kThreads) {
    h.a.out.dL_dlogits[n * s.classes + c] = room.dL_dlogits[c];
    if (h.a.out.logits != nullptr) h.a.out.logits[n * s.classes + c] = room.logits[c];
  }
  for (int32_t d = static_cast<int32_t>(threadIdx.x); d < s.channels; d += kThreads) {
    h.a.out.pooled[n * s.channels + d] = room.pooled[d];
    double sum = 0.0;
    SECANT_UNROLL_4
    for (int32_t c = 0; c < s.classes; ++c) {
      sum = fma(static_cast<double>(room.dL_dlogits[c]),
                static_cast<double>(w[static_cast<int64_t>(c) * s.channels + d]), sum);
    }
    room.pooled[d] = static_cast<float>(sum) / static_cast<float>(s.pixels);
  }
}

// dL_dy of row n: the same values for every pixel.
template <typename T>
__device__ __forceinline__ void spread_row(const Head& h, int64_t n, const Room& room) {
  constexpr int kN = kWide<T>;
  const secant_head_spec& s = h.a.spec;
  T* dL_dy = reinterpret_cast<T*>(h.a.out.dL_dy) + n * s.pixels * s.channels;
  const Place at = place_of(h);
  if (at.slice >= at.slices) return;
  for (int32_t c = at.lane * kN; c < s.channels; c += h.lanes * kN) {
    float v[kN];
    SECANT_UNROLL
    for (int e = 0; e < kN; ++e) v[e] = c + e < s.channels ? room.pooled[c + e] : 0.0f;
    for (int64_t p = at.slice; p < s.pixels; p += at.slices) {
      store_pixel<kN>(v, h.wide, s.channels - c, dL_dy + p * s.channels + c);
    }
  }
}

// Sums of one group, rows in order.
__device__ __forceinline__ void group_sums(const Head& h, int64_t group) {
  const secant_head_spec& s = h.a.spec;
  const float *pooled = h.a.out.pooled, *dz = h.a.out.dL_dlogits;
  const int64_t first = group * h.group_rows, end = first + h.group_rows < h.rows ? first + h.group_rows : h.rows;
  const int64_t weights = static_cast<int64_t>(s.classes) * s.channels;
  double* to = h.sums + group * h.values;
  for (int64_t begin = threadIdx.x; begin < weights; begin += kThreads * kAtOnce) {
    double sum[kAtOnce] = {};
    int64_t c[kAtOnce], d[kAtOnce];
    SECANT_UNROLL
    for (int j = 0; j < kAtOnce; ++j) {
      const int64_t i = begin + j * kThreads;
      c[j] = i < weights ? i / s.channels : 0;  // the first value again, not written
      d[j] = i < weights ? i % s.channels : 0;
    }
    SECANT_UNROLL_4
    for (int64_t n = first; n < end; ++n) {
      SECANT_UNROLL
      for (int j = 0; j < kAtOnce; ++j) {
        sum[j] = fma(static_cast<double>(dz[n * s.classes + c[j]]), static_cast<double>(pooled[n * s.channels + d[j]]),
                     sum[j]);
      }
    }
    SECANT_UNROLL
    for (int j = 0; j < kAtOnce; ++j) {
      if (begin + j * kThreads < weights) to[begin + j * kThreads] = sum[j];
    }
  }
  for (int64_t i = threadIdx.x; i < s.classes + 2; i += kThreads) {
    double sum = 0.0;
    SECANT_UNROLL_4
    for (int64_t n = first; n < end; ++n) {
      if (i < s.classes) {
        sum += static_cast<double>(dz[n * s.classes + i]);
      } else if ((n < s.labelled) == (i == s.classes)) {
        sum += h.losses[n];
      }
    }
    to[weights + i] = sum;
  }
}

// The groups' sums, in order, to the outputs.
__device__ __forceinline__ void put_total(const Head& h, int64_t i, double sum) {
  const secant_head_spec& s = h.a.spec;
  const int64_t weights = static_cast<int64_t>(s.classes) * s.channels;
  if (i < weights) {
    h.a.out.dL_dw[i] = static_cast<float>(sum);
  } else if (i < weights + s.classes) {
    h.a.out.dL_dbias[i - weights] = static_cast<float>(sum);
  } else if (i == weights + s.classes) {
    *h.a.out.loss = static_cast<float>(sum / s.labelled);
  } else if (s.mixed > 0) {
    *h.a.out.consistency = static_cast<float>(sum);
  }
}

__device__ __forceinline__ void total_sums(const Head& h) {
  for (int64_t begin = threadIdx.x; begin < h.values; begin += kThreads * kAtOnce) {
    double sum[kAtOnce] = {};
    SECANT_UNROLL_4
    for (int32_t g = 0; g < h.groups; ++g) {
      SECANT_UNROLL
      for (int j = 0; j < kAtOnce; ++j) {
        const int64_t i = begin + j * kThreads;
        if (i < h.values) sum[j] += h.sums[g * h.values + i];
      }
    }
    SECANT_UNROLL
    for (int j = 0; j < kAtOnce; ++j) {
      if (begin + j * kThreads < h.values) put_total(h, begin + j * kThreads, sum[j]);
    }
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads, 2) head_train_kernel(Head h) {
  const secant_head_spec& s = h.a.spec;
  const Room room = room_of<T>(s);
  const int64_t n = blockIdx.x, group = n / h.group_rows;
  const float* w = h.a.in.w;
  if (h.staged) {  // on its way while the row is pooled; the barriers there come before the first use
    for (int64_t i = threadIdx.x; i < static_cast<int64_t>(s.classes) * s.channels; i += kThreads) room.w[i] = w[i];
    w = room.w;
  }
  pool_row<T>(h, n, room);
  logits_row(h, w, room);
  __syncthreads();
  if (threadIdx.x < 32) loss_row(h, n, room);
  __syncthreads();
  keep_row(h, n, w, room);
  const int64_t rest = h.rows - group * h.group_rows;
  const bool last =
      last_block(h.tickets + group, static_cast<unsigned int>(rest < h.group_rows ? rest : h.group_rows), room.flag);
  spread_row<T>(h, n, room);  // after the ticket: nobody waits for it
  if (!last) return;
  group_sums(h, group);
  if (last_block(h.tickets + h.groups, static_cast<unsigned int>(h.groups), room.flag)) total_sums(h);
}

// ---- launcher -----------------------------------------------------------------------------------------------------

// Bytes of shared memory without and with w in it.
template <typename T>
size_t shared_bytes(const secant_head_spec& s, bool staged) {
  const int64_t floats = static_cast<int64_t>(s.channels) + 2 * static_cast<int64_t>(s.classes) +
                         (staged ? static_cast<int64_t>(s.classes) * s.channels : 0);
  return static_cast<size_t>(room_doubles<T>(s.classes)) * sizeof(double) + static_cast<size_t>(floats) * sizeof(float);
}

template <typename T>
void require_room(const Device& device, const secant_head_spec& s) {
  const size_t needed = shared_bytes<T>(s, false);
  if (needed <= device.shared_limit) return;
  throw Refusal(SECANT_UNAVAILABLE,
                "head: a row of D=" + std::to_string(s.channels) + " channels and C=" + std::to_string(s.classes) +
                    " classes takes " + std::to_string(needed) + " bytes of shared memory, " + device.name +
                    " has at most " + std::to_string(device.shared_limit) + ": use the separate functions");
}

Head head_of(const HeadArguments& a) {
  const secant_head_spec& s = a.spec;
  Head h = {};
  h.a = a;
  h.rows = s.labelled + s.mixed;
  h.mixed = consistency_rows({s.space, s.reduction, s.mixed, s.ways, s.sources, s.classes, nullptr, a.in.teacher,
                              a.in.rows, a.in.lambda, a.in.weight, nullptr, nullptr, nullptr});
  int64_t group = kGroup;
  while (divide_up(h.rows, group) > kMostGroups) group *= 2;
  h.group_rows = static_cast<int32_t>(group);
  h.groups = static_cast<int32_t>(divide_up(h.rows, group));
  h.values = static_cast<int64_t>(s.classes) * s.channels + s.classes + 2;
  return h;
}

// Intermediate values the caller does not want live in the workspace.
void take_workspace(Device& device, Head* h) {
  const secant_head_spec& s = h->a.spec;
  const int64_t doubles = h->rows + h->groups * h->values;
  const int64_t pooled = h->a.out.pooled == nullptr ? static_cast<int64_t>(h->rows) * s.channels : 0;
  const int64_t dL_dlogits = h->a.out.dL_dlogits == nullptr ? static_cast<int64_t>(h->rows) * s.classes : 0;
  h->losses = static_cast<double*>(device.workspace(static_cast<size_t>(doubles) * sizeof(double) +
                                                    static_cast<size_t>(pooled + dL_dlogits) * sizeof(float)));
  h->sums = h->losses + h->rows;
  auto* floats = reinterpret_cast<float*>(h->losses + doubles);
  if (pooled > 0) h->a.out.pooled = floats;
  if (dL_dlogits > 0) h->a.out.dL_dlogits = floats + pooled;
}

}  // namespace

void head_train(Device& device, const HeadArguments& a) {
  const secant_head_spec& s = a.spec;
  Head h = head_of(a);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    require_room<T>(device, s);
    h.staged = shared_bytes<T>(s, true) <= device.shared_limit / 2;  // two blocks of a multiprocessor
    h.wide = s.channels % kWide<T> == 0 && aligned_to(a.in.y, 16) && aligned_to(a.out.dL_dy, 16);
    const int64_t lanes = divide_up(s.channels, kWide<T>);
    h.lanes = static_cast<int32_t>(lanes < kThreads ? lanes : kThreads);
    take_workspace(device, &h);
    h.tickets = device.tickets;
    launch(head_train_kernel<T>, grid_of(h.rows), dim3(kThreads), shared_bytes<T>(s, h.staged), device.stream, h);
  });
}

}  // namespace secant::cuda
