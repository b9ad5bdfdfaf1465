// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Normalised NonLin of many layers and its companions (arXiv 2210.16413, eq. 3; fields in secant.h).
//   u(v) = v / max(||v||, eps), f_k = points[rows_bk], g = mixed[b], m = sum_k lambda_k f_k, h = sum_k lambda_k u(f_k)
//   distance ||u(g) - h||   floor ||u(m) - h||   relative ||g - m|| / max(||m||, eps)   one_minus_cos 1 - <u(g), u(m)>
// Norms first, then the differences, formed directly in double: expanding the squares into dot products would cancel
// where layers are nearly linear. 1 - <u, v> = ||u - v||^2 / 2 + (1 - (||u||^2 + ||v||^2) / 2), and
// ||g - m||^2 = (||g|| - ||m||)^2 + ||g|| ||m|| ||u(g) - u(m)||^2, sums of squares both (as on the CPU).
// Fused, in one launch: gather, norms, unit vectors, mixing, four fields, all layers. Never materialised: normalised or
// mixed features.
// Bytes per sample: (K + 1) D sizeof(T), read once from memory: a block keeps its sample in shared memory between the
// two passes (three bf16 rows of 32768 are 192 KB of an H200's 227); a sample that does not fit is read again, mostly
// from the L2. Limit: the memory rate; in bf16 on an H200 the conversions to double come close to it.
// Layers of at most kSmall features take a warp per sample, larger ones a block. Sums: the values of a thread in order,
// lanes in a butterfly, warps in order: the bits depend on D alone.

#include "reduce.cuh"

namespace secant::cuda {
namespace {

constexpr int kSmall = 1024;    // features a warp takes
constexpr int kMaxLayers = 48;  // of one launch: the list travels as a kernel parameter
constexpr int kReduced = 3;     // sums of the second pass

// Threads of a block: with many ways a thread needs twice the registers.
constexpr __host__ __device__ int threads_of(int ways) { return ways > 4 ? 256 : 512; }
// Doubles for sums over the block.
constexpr __host__ __device__ int room_of(int ways) { return (ways + 2) * threads_of(ways) / 32; }
// Values of one access: with many ways 8 bytes, for all rows of a step wait in registers.
template <typename T>
constexpr __host__ __device__ int width_of(int ways) {
  return ways > 4 ? kWide<T> / 2 : kWide<T>;
}

// ---- kernels ------------------------------------------------------------------------------------------------------

struct Layer {
  const void* points;
  const void* mixed;
  int64_t features;
  int64_t first_block;  // its blocks begin here
  bool half;            // bf16, else float
  bool small, staged, wide;
};

struct Problem {
  Layer layer[kMaxLayers];
  int32_t layers, batch, ways, sources;
  const int32_t* rows;
  const float* lambda;
  double eps;
  double* out;  // (L, B, 4)
};

// The threads that make one sample: a warp, or the block.
struct Team {
  int rank, size;
  double* room;  // of the block; NULL for a warp
};

template <int N>
__device__ __forceinline__ void team_sums(const Team& team, double (&values)[N]) {
  if (team.room != nullptr) {
    block_sums(values, team.room);
    return;
  }
  SECANT_UNROLL
  for (int i = 0; i < N; ++i) values[i] = warp_sum(values[i]);
}

// One sample: rows of T, lambda in double.
template <typename T>
struct Sample {
  const T* f[SECANT_MAX_WAYS];
  const T* g;
  double lambda[SECANT_MAX_WAYS];
  int64_t features;
  int32_t ways;
  bool valid;
};

// kWays: room for that many rows, so that arrays stay in registers; s.ways <= kWays.
template <typename T, int kWays>
__device__ Sample<T> sample_of(const Problem& p, const Layer& layer, int64_t b) {
  Sample<T> s;
  s.features = layer.features;
  s.ways = p.ways;
  s.g = static_cast<const T*>(layer.mixed) + b * layer.features;
  s.valid = true;
  SECANT_UNROLL
  for (int k = 0; k < kWays; ++k) {
    if (k >= p.ways) break;
    const int32_t row = __ldg(p.rows + b * p.ways + k);
    s.valid = s.valid && row >= 0 && row < p.sources;
    s.f[k] = static_cast<const T*>(layer.points) + (s.valid ? row : 0) * layer.features;
    s.lambda[k] = __ldg(p.lambda + b * p.ways + k);
  }
  return s;
}

// N neighbouring values of the K points and the mixed activation (at kWays).
template <int N, int kWays, typename T>
struct Packs {
  Pack<T, N> row[kWays + 1];
};

template <int N, int kWays, typename T>
__device__ __forceinline__ void load_packs(const Sample<T>& s, int64_t i, Packs<N, kWays, T>* to) {
  SECANT_UNROLL
  for (int k = 0; k < kWays; ++k) {
    if (k < s.ways) to->row[k] = *reinterpret_cast<const Pack<T, N>*>(s.f[k] + i);
  }
  to->row[kWays] = *reinterpret_cast<const Pack<T, N>*>(s.g + i);
}

// First pass: squares of f_k, g and m; a copy of all rows where `staged` is not NULL.
template <int N, int kWays, typename T>
__device__ __forceinline__ void add_squares(const Sample<T>& s, const Packs<N, kWays, T>& packs, int64_t i, T* staged,
                                            double (&sums)[kWays + 2]) {
  double m[N] = {};
  SECANT_UNROLL
  for (int k = 0; k < kWays; ++k) {
    if (k >= s.ways) continue;
    SECANT_UNROLL
    for (int e = 0; e < N; ++e) {
      const double v = to_float(packs.row[k].value[e]);
      sums[k] = fma(v, v, sums[k]);
      m[e] = fma(s.lambda[k], v, m[e]);
    }
    if (staged != nullptr) *reinterpret_cast<Pack<T, N>*>(staged + k * s.features + i) = packs.row[k];
  }
  SECANT_UNROLL
  for (int e = 0; e < N; ++e) {
    const double v = to_float(packs.row[kWays].value[e]);
    sums[kWays] = fma(v, v, sums[kWays]);
    sums[kWays + 1] = fma(m[e], m[e], sums[kWays + 1]);
  }
  if (staged != nullptr) *reinterpret_cast<Pack<T, N>*>(staged + s.ways * s.features + i) = packs.row[kWays];
}

// The whole first pass of a thread. Two steps' loads are under way together: at 16 bytes, 512 threads and three rows
// that is 48 KB per multiprocessor, about twice what latency times rate asks for.
template <int N, int kWays, typename T>
__device__ __forceinline__ void square_pass(const Team& team, const Sample<T>& s, T* staged,
                                            double (&sums)[kWays + 2]) {
  const int64_t step = static_cast<int64_t>(team.size) * N;
  int64_t i = static_cast<int64_t>(team.rank) * N;
  if constexpr (kWays <= 4) {
    for (; i + step < s.features; i += 2 * step) {
      Packs<N, kWays, T> near, far;
      load_packs(s, i, &near);
      load_packs(s, i + step, &far);
      add_squares(s, near, i, staged, sums);
      add_squares(s, far, i + step, staged, sums);
    }
  }
  for (; i < s.features; i += step) {
    Packs<N, kWays, T> packs;
    load_packs(s, i, &packs);
    add_squares(s, packs, i, staged, sums);
  }
}

// What the second pass multiplies with.
template <int kWays>
struct Scales {
  double unit[kWays];   // lambda_k / ||f_k||
  double mixed[kWays];  // lambda_k / ||m||
  double g;             // 1 / ||g||
};

// Second pass: squares of u(g) - h, u(m) - h, u(g) - u(m).
template <int N, int kWays, typename T>
__device__ __forceinline__ void add_fields(const Sample<T>& s, const Scales<kWays>& scales, int64_t i,
                                           double (&sums)[kReduced]) {
  double um[N] = {}, h[N] = {};
  SECANT_UNROLL
  for (int k = 0; k < kWays; ++k) {
    if (k >= s.ways) continue;
    const Pack<T, N> pack = *reinterpret_cast<const Pack<T, N>*>(s.f[k] + i);
    SECANT_UNROLL
    for (int e = 0; e < N; ++e) {
      const double v = to_float(pack.value[e]);
      um[e] = fma(scales.mixed[k], v, um[e]);
      h[e] = fma(scales.unit[k], v, h[e]);
    }
  }
  const Pack<T, N> pack = *reinterpret_cast<const Pack<T, N>*>(s.g + i);
  SECANT_UNROLL
  for (int e = 0; e < N; ++e) {
    const double ug = scales.g * static_cast<double>(to_float(pack.value[e]));
    const double to_h = ug - h[e], from_m = um[e] - h[e], between = ug - um[e];
    sums[0] = fma(to_h, to_h, sums[0]);
    sums[1] = fma(from_m, from_m, sums[1]);
    sums[2] = fma(between, between, sums[2]);
  }
}

// ||g - m|| value by value, for vectors shorter than eps, whose unit vectors are not of length 1.
template <typename T, int kWays>
__device__ double short_difference(const Team& team, const Sample<T>& s) {
  double sum[1] = {0.0};
  for (int64_t i = team.rank; i < s.features; i += team.size) {
    double m = 0.0;
    SECANT_UNROLL
    for (int k = 0; k < kWays; ++k) {
      if (k < s.ways) m = fma(s.lambda[k], static_cast<double>(to_float(s.f[k][i])), m);
    }
    const double d = to_float(s.g[i]) - m;
    sum[0] = fma(d, d, sum[0]);
  }
  team_sums(team, sum);
  return sqrt(sum[0]);
}

__device__ double at_least(double x, double least) { return x < least ? least : x; }

// ||u(v)||^2: 1, less for vectors shorter than eps.
__device__ double unit_square(double norm, double eps) { return norm < eps ? (norm / eps) * (norm / eps) : 1.0; }

template <typename T, int kWays>
__device__ void fields_of(const Team& team, Sample<T> s, bool wide, T* staged, double eps, double* out) {
  constexpr int kN = width_of<T>(kWays);
  double norms[kWays + 2] = {};
  if (wide) {
    square_pass<kN, kWays>(team, s, staged, norms);
  } else {
    square_pass<1, kWays>(team, s, staged, norms);
  }
  team_sums(team, norms);
  const double norm_g = sqrt(norms[kWays]), norm_m = sqrt(norms[kWays + 1]), long_m = at_least(norm_m, eps);
  Scales<kWays> scales;
  SECANT_UNROLL
  for (int k = 0; k < kWays; ++k) {
    if (k >= s.ways) continue;
    scales.unit[k] = s.lambda[k] / at_least(sqrt(norms[k]), eps);
    scales.mixed[k] = s.lambda[k] / long_m;
    if (staged != nullptr) s.f[k] = staged + k * s.features;
  }
  if (staged != nullptr) s.g = staged + s.ways * s.features;
  scales.g = 1.0 / at_least(norm_g, eps);
  double sums[kReduced] = {};
  if (wide) {  // a thread reads from shared memory what it wrote there
    for (int64_t i = static_cast<int64_t>(team.rank) * kN; i < s.features; i += static_cast<int64_t>(team.size) * kN) {
      add_fields<kN, kWays>(s, scales, i, sums);
    }
  } else {
    for (int64_t i = team.rank; i < s.features; i += team.size) add_fields<1, kWays>(s, scales, i, sums);
  }
  team_sums(team, sums);
  const double gap = norm_g - norm_m;
  double difference = sqrt(gap * gap + norm_g * norm_m * sums[2]);
  if (norm_g < eps || norm_m < eps) difference = short_difference<T, kWays>(team, s);  // the same in every thread
  if (team.rank != 0) return;
  out[0] = s.valid ? sqrt(sums[0]) : NAN;
  out[1] = s.valid ? sqrt(sums[1]) : NAN;
  out[2] = s.valid ? difference / long_m : NAN;
  out[3] = s.valid ? 0.5 * sums[2] + (1.0 - 0.5 * (unit_square(norm_g, eps) + unit_square(norm_m, eps))) : NAN;
}

template <typename T, int kWays>
__device__ __forceinline__ void one_sample(const Team& team, const Problem& p, int32_t l, int64_t b, void* stage) {
  const Layer& layer = p.layer[l];
  const Sample<T> s = sample_of<T, kWays>(p, layer, b);
  fields_of<T, kWays>(team, s, layer.wide, layer.staged ? static_cast<T*>(stage) : nullptr, p.eps,
                      p.out + (static_cast<int64_t>(l) * p.batch + b) * SECANT_NONLIN_FIELDS);
}

template <int kWays>
__global__ void __launch_bounds__(threads_of(kWays), 1) nonlin_kernel(Problem p) {
  constexpr int kThreads = threads_of(kWays);
  double* room = shared_memory<double>();
  void* stage = room + room_of(kWays);
  int32_t l = 0;
  while (l + 1 < p.layers && static_cast<int64_t>(blockIdx.x) >= p.layer[l + 1].first_block) ++l;
  const Layer& layer = p.layer[l];
  const int64_t block = blockIdx.x - layer.first_block;
  const int thread = static_cast<int>(threadIdx.x);
  const Team team = layer.small ? Team{thread % 32, 32, nullptr} : Team{thread, kThreads, room};
  const int64_t b = layer.small ? block * (kThreads / 32) + thread / 32 : block;
  if (b >= p.batch) return;  // whole warps of a block that has no barrier
  if (layer.half) {
    one_sample<bf16, kWays>(team, p, l, b, stage);
  } else {
    one_sample<float, kWays>(team, p, l, b, stage);
  }
}

// ---- launcher -----------------------------------------------------------------------------------------------------

struct Plan {
  Problem problem;
  int64_t blocks;
  size_t shared;
};

template <typename T>
bool wide_of(const secant_nonlin_layer& layer) {
  return layer.features % kWide<T> == 0 && aligned_to(layer.points, 16) && aligned_to(layer.mixed, 16);
}

Plan plan_of(const Device& device, const NonlinArguments& a, int32_t first, int32_t count, int ways) {
  const size_t room = static_cast<size_t>(room_of(ways)) * sizeof(double);
  Plan plan = {};
  Problem& p = plan.problem;
  p.layers = count;
  p.batch = a.batch;
  p.ways = a.ways;
  p.sources = a.sources;
  p.rows = a.rows;
  p.lambda = a.lambda;
  p.eps = a.eps;
  p.out = a.out + static_cast<int64_t>(first) * a.batch * SECANT_NONLIN_FIELDS;
  plan.shared = room;
  for (int32_t l = 0; l < count; ++l) {
    const secant_nonlin_layer& from = a.layers[first + l];
    Layer& to = p.layer[l];
    to.points = from.points;
    to.mixed = from.mixed;
    to.half = from.type == SECANT_BFLOAT16;
    to.features = from.features;
    to.first_block = plan.blocks;
    to.small = from.features <= kSmall;
    to.wide = to.half ? wide_of<bf16>(from) : wide_of<float>(from);
    const size_t bytes = to.half ? sizeof(bf16) : sizeof(float);
    const size_t sample = static_cast<size_t>(a.ways + 1) * static_cast<size_t>(from.features) * bytes;
    to.staged = !to.small && room + sample <= device.shared_limit;
    if (to.staged && room + sample > plan.shared) plan.shared = room + sample;
    plan.blocks += to.small ? divide_up(a.batch, threads_of(ways) / 32) : a.batch;
  }
  return plan;
}

template <int kWays>
void run(Device& device, const NonlinArguments& a) {
  for (int32_t first = 0; first < a.layer_count; first += kMaxLayers) {
    const int32_t rest = a.layer_count - first;
    const Plan plan = plan_of(device, a, first, rest < kMaxLayers ? rest : kMaxLayers, kWays);
    launch(nonlin_kernel<kWays>, grid_of(plan.blocks), dim3(threads_of(kWays)), plan.shared, device.stream,
           plan.problem);
  }
}

}  // namespace

void nonlin(Device& device, const NonlinArguments& a) {
  if (a.ways <= 2) {
    run<2>(device, a);
  } else if (a.ways <= 4) {
    run<4>(device, a);
  } else {
    run<SECANT_MAX_WAYS>(device, a);
  }
}

}  // namespace secant::cuda
