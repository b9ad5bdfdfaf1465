// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// K-way mixing from the resident uint8 pool.
//   images   mixed_b = sum_k lambda_bk * (scale * augment(pool[indices[rows_bk]]) + shift)
//   values   out_b   = sum_k lambda_bk * source[rows_bk]
//   labels   target_b = sum_k lambda_bk * onehot(labels[indices[rows_bk]])
// Fused, in one launch: order, crops, partners and lambda from their counters (the headers the CPU uses, so the same
// bits), gather, reflect-pad crop, flip, uint8 -> float, normalisation, mixing, the clean batch, soft targets, the
// draws. Never materialised: augmented or normalised partners, index lists before the launch. Products and sums are
// rounded one by one, k ascending, as on the CPU: float output has its bits, bf16 output is that rounded once. Bytes
// per image of n values: K n read (uint8), n sizeof(T) written, as much again for clean. Limit: at B = 128 the latency
// of one block (draws in double, one load, one store); at B >= 16k the memory rate. A block makes one image: a few
// threads draw, all stage the K sources in shared memory by 16-byte loads where they fit, then each thread makes four
// neighbouring values. References: Zhang et al., arXiv 1710.09412; Chaudhry et al., arXiv 2210.16413, eq. 1.

#include "common.cuh"
#include "dirichlet.h"
#include "feistel.h"
#include "partners.h"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kBlocks = 4;  // on a multiprocessor at least: 64 registers; left to itself ptxas took 48 and spilled
constexpr int64_t kMostValues = INT64_C(1) << 30;  // of an image, so that positions are 32 bits wide
constexpr int kValues = 4;                         // neighbouring values of a thread
constexpr int kLoads = 4;                          // 16-byte loads of a thread that are under way together

// ---- kernels ------------------------------------------------------------------------------------------------------

struct Images {
  const uint8_t* pixels;  // (N, H, W, F)
  int64_t count;
  int32_t height, width, channels, pad;
  float scale[4], shift[4];
  bool whole_loads, whole_stores;  // images are multiples of 16 bytes, outputs of four values, and aligned so
};

// A recipe with its constants.
struct Draw {
  uint64_t seed;
  int32_t stream, batch, ways, flip, pad, half_bits;
  bool independent, per_batch;
  const int32_t* members;
  int64_t member_count;
  const int64_t* step;
  GammaShape shapes[SECANT_MAX_WAYS];
  secant_draws out;
};

struct Targets {
  const int32_t* labels;
  int64_t count;
  int32_t classes;
  float* out;
};

// One source of a mixed image.
struct Source {
  int64_t index;  // negative: out of range
  int32_t dy, dx, flip, row;
  float lambda;
};

struct Sample {
  Source source[SECANT_MAX_WAYS];
  int32_t label[SECANT_MAX_WAYS];  // negative: out of range
  double gamma[SECANT_MAX_WAYS];
  int32_t shifts[SECANT_MAX_WAYS];
  float lambda[SECANT_MAX_WAYS];
};

__device__ int32_t reflect(int32_t i, int32_t n) {
  if (i < 0) return -i;
  return i >= n ? 2 * n - 2 - i : i;
}

// The order, the crop and the outputs of way k of row b.
__device__ void expand_way(const Draw& d, int32_t b, int32_t k, int64_t step, int64_t count, Sample* sample) {
  const int32_t t =
      d.independent ? k * d.batch + b : static_cast<int32_t>((static_cast<int64_t>(b) + sample->shifts[k]) % d.batch);
  const int64_t position = step * d.batch + t % d.batch;
  const uint32_t purpose =
      purpose_word(SECANT_PURPOSE_ORDER, static_cast<uint32_t>(d.stream), static_cast<uint32_t>(t / d.batch));
  const uint32_t member =
      feistel_permute(d.seed, purpose, static_cast<uint32_t>(position / d.member_count), d.half_bits, d.member_count,
                      static_cast<uint32_t>(position % d.member_count));
  const int32_t index = __ldg(d.members + member);
  const Crop crop = draw_crop(d.seed, d.stream, step, d.batch, d.flip, d.pad, t);
  const bool valid = index >= 0 && index < count;
  sample->source[k] = {valid ? index : -1, crop.dy, crop.dx, crop.flip, t, sample->lambda[k]};
  d.out.rows[static_cast<int64_t>(b) * d.ways + k] = t;
  d.out.lambda[static_cast<int64_t>(b) * d.ways + k] = sample->lambda[k];
  if (!d.independent && k > 0) return;  // way 0 of row b is source row b
  d.out.indices[t] = index;
  d.out.crops[3 * static_cast<int64_t>(t)] = crop.dy;
  d.out.crops[3 * static_cast<int64_t>(t) + 1] = crop.dx;
  d.out.crops[3 * static_cast<int64_t>(t) + 2] = crop.flip;
}

// Draws of row b into `sample` and the caller's buffers. Every thread of the block calls it.
__device__ void expand(const Draw& d, int32_t b, int64_t count, Sample* sample) {
  const int64_t step = *d.step;
  const int32_t thread = static_cast<int32_t>(threadIdx.x), way = thread - 32;
  if (thread == 0 && !d.independent) partner_shifts(d.seed, d.stream, step, d.batch, d.ways, sample->shifts);
  if (way >= 0 && way < d.ways) {
    const uint32_t purpose = purpose_word(SECANT_PURPOSE_LAMBDA, static_cast<uint32_t>(d.stream), 0);
    sample->gamma[way] = log_gamma_draw(d.shapes[way], d.seed, purpose, static_cast<uint32_t>(step),
                                        d.per_batch ? 0 : static_cast<uint32_t>(b), static_cast<uint32_t>(way));
  }
  __syncthreads();
  if (thread == 0) dirichlet_weights(sample->gamma, d.ways, sample->lambda);
  __syncthreads();
  if (thread < d.ways) expand_way(d, b, thread, step, count, sample);
  __syncthreads();
}

struct Explicit {
  int32_t ways, sources;
  const int32_t *indices, *crops, *rows;
  const float* lambda;
};

// Given draws of output row b; rows NULL: source row b with weight 1.
__device__ void gather(const Explicit& e, int64_t b, int32_t pad, int64_t count, Sample* sample) {
  const int32_t k = static_cast<int32_t>(threadIdx.x);
  if (k < e.ways) {
    const int32_t t = e.rows == nullptr ? static_cast<int32_t>(b) : e.rows[b * e.ways + k];
    Source s = {-1, pad, pad, 0, t, e.rows == nullptr ? 1.0f : e.lambda[b * e.ways + k]};
    if (t >= 0 && t < e.sources) {
      const int32_t index = e.indices[t];
      if (index >= 0 && index < count) s.index = index;
      if (e.crops != nullptr) {
        s.dy = e.crops[3 * static_cast<int64_t>(t)];
        s.dx = e.crops[3 * static_cast<int64_t>(t) + 1];
        s.flip = e.crops[3 * static_cast<int64_t>(t) + 2];
      }
    }
    if (s.dy < 0 || s.dy > 2 * pad || s.dx < 0 || s.dx > 2 * pad) s.index = -1;
    sample->source[k] = s;
  }
  __syncthreads();
}

// 16 bytes `j` of the K images, counted through; NULL where there are none.
__device__ __forceinline__ const uint4* piece(const Images& m, const Sample& sample, int32_t j, int32_t pieces,
                                              int32_t values) {
  const int32_t k = j / pieces;
  if (sample.source[k].index < 0) return nullptr;
  return reinterpret_cast<const uint4*>(m.pixels + sample.source[k].index * values) + j % pieces;
}

// The K source images, 16-byte aligned each, into shared memory; the caller waits at a barrier.
__device__ __forceinline__ void stage(const Images& m, const Sample& sample, int32_t ways, int32_t values, int32_t room,
                                      uint8_t* to) {
  const int32_t first = static_cast<int32_t>(threadIdx.x), stride = static_cast<int32_t>(blockDim.x);
  if (!m.whole_loads) {
    for (int32_t k = 0; k < ways; ++k) {
      if (sample.source[k].index < 0) continue;
      const uint8_t* from = m.pixels + sample.source[k].index * values;
      for (int32_t i = first; i < values; i += stride) to[k * room + i] = from[i];
    }
    return;
  }
  const int32_t pieces = values / 16, total = ways * pieces;
  for (int32_t begin = first; begin < total; begin += stride * kLoads) {
    uint4 kept[kLoads];
    SECANT_UNROLL
    for (int u = 0; u < kLoads; ++u) {
      const int32_t j = begin + u * stride;
      const uint4* from = j < total ? piece(m, sample, j, pieces, values) : nullptr;
      kept[u] = from != nullptr ? __ldg(from) : uint4{0, 0, 0, 0};
    }
    SECANT_UNROLL
    for (int u = 0; u < kLoads; ++u) {
      const int32_t j = begin + u * stride;  // room is the size of an image here
      if (j < total) reinterpret_cast<uint4*>(to)[j] = kept[u];
    }
  }
}

// Positions of a thread's neighbouring values, and what normalises them.
struct Spots {
  int32_t y[kValues], x[kValues], f[kValues];
  float scale[kValues], shift[kValues];
};

__device__ __forceinline__ float of_channel(const float (&values)[4], int32_t f) {
  return f == 0 ? values[0] : f == 1 ? values[1] : f == 2 ? values[2] : values[3];
}

__device__ __forceinline__ Spots spots_at(const Images& m, int32_t i) {
  Spots s;
  const int32_t pixel = i / m.channels;
  int32_t f = i - pixel * m.channels;
  int32_t y = pixel / m.width, x = pixel - y * m.width;
  SECANT_UNROLL
  for (int e = 0; e < kValues; ++e) {
    s.y[e] = y;
    s.x[e] = x;
    s.f[e] = f;
    s.scale[e] = of_channel(m.scale, f);
    s.shift[e] = of_channel(m.shift, f);
    if (++f < m.channels) continue;
    f = 0;
    if (++x < m.width) continue;
    x = 0;
    ++y;
  }
  return s;
}

// Value e of the spots in an augmented source, normalised.
__device__ __forceinline__ float pixel_value(const Images& m, const Source& s, const uint8_t* image, const Spots& spots,
                                             int e) {
  const int32_t sy = reflect(spots.y[e] + s.dy - m.pad, m.height);
  const int32_t x = s.flip != 0 ? m.width - 1 - spots.x[e] : spots.x[e];
  const int32_t sx = reflect(x + s.dx - m.pad, m.width);
  const float p = image[(sy * m.width + sx) * m.channels + spots.f[e]];
  return p * spots.scale[e] + spots.shift[e];
}

template <typename T>
__device__ __forceinline__ void put(T* to, int32_t i, int32_t values, bool whole, const float* from) {
  if (whole) {
    store_values<kValues>(to + i, from);
    return;
  }
  SECANT_UNROLL
  for (int e = 0; e < kValues; ++e) {
    if (i + e < values) to[i + e] = Storage<T>::from(from[e]);
  }
}

// clean: the first clean_ways ways write the clean rows they read; mixed: row b. Either may be NULL.
template <typename T>
__device__ __forceinline__ void mix_image(const Images& m, const Sample& sample, int32_t ways, int32_t clean_ways,
                                          int64_t b, int32_t values, int32_t room, const uint8_t* staged, T* clean,
                                          T* mixed) {
  const int32_t stride = static_cast<int32_t>(blockDim.x) * kValues;
  for (int32_t i = static_cast<int32_t>(threadIdx.x) * kValues; i < values; i += stride) {
    const Spots spots = spots_at(m, i);
    float sum[kValues] = {0, 0, 0, 0};
    for (int32_t k = 0; k < ways; ++k) {
      const Source& s = sample.source[k];
      const uint8_t* image = staged != nullptr ? staged + k * room : m.pixels + s.index * values;
      float value[kValues];
      SECANT_UNROLL
      for (int e = 0; e < kValues; ++e) {
        const bool valid = s.index >= 0 && i + e < values;
        value[e] = valid ? pixel_value(m, s, image, spots, e) : not_a_number();
        const float term = s.lambda * value[e];
        sum[e] = k == 0 ? term : sum[e] + term;
      }
      if (clean != nullptr && k < clean_ways)
        put(clean + static_cast<int64_t>(s.row) * values, i, values, m.whole_stores, value);
    }
    if (mixed != nullptr) put(mixed + b * values, i, values, m.whole_stores, sum);
  }
}

// The label of way `threadIdx.x`, negative where there is none. Asked for before the images are on their way, stored
// behind them: one latency, not two.
__device__ __forceinline__ int32_t label_of(const Targets& targets, const Sample& sample, int32_t ways) {
  const int32_t k = static_cast<int32_t>(threadIdx.x);
  if (targets.labels == nullptr || k >= ways) return -1;
  const int64_t index = sample.source[k].index;
  return index >= 0 && index < targets.count ? __ldg(targets.labels + index) : -1;
}

__device__ __forceinline__ void mix_targets(const Targets& targets, const Sample& sample, int32_t ways, int64_t b) {
  for (int32_t c = static_cast<int32_t>(threadIdx.x); c < targets.classes; c += static_cast<int32_t>(blockDim.x)) {
    float sum = 0.0f;
    for (int32_t k = 0; k < ways; ++k) {
      if (sample.source[k].index < 0 || sample.source[k].index >= targets.count) {
        sum = not_a_number();
      } else if (sample.label[k] == c) {
        sum += sample.lambda[k];
      }
    }
    targets.out[b * targets.classes + c] = sum;
  }
}

__device__ Sample* shared_sample() { return shared_memory<Sample>(); }
__device__ uint8_t* shared_images() { return shared_memory<uint8_t>() + divide_up(sizeof(Sample), 16) * 16; }

template <typename T, bool kStaged>
__global__ void __launch_bounds__(kThreads, kBlocks)
    mix_recipe_kernel(Draw draw, Images images, Targets targets, int32_t room, T* clean, T* mixed) {
  Sample* sample = shared_sample();
  const int32_t b = static_cast<int32_t>(blockIdx.x);
  expand(draw, b, images.count, sample);
  const int32_t values = images.height * images.width * images.channels;  // 0: draws only
  const int32_t label = label_of(targets, *sample, draw.ways);
  uint8_t* staged = kStaged ? shared_images() : nullptr;
  if (kStaged) stage(images, *sample, draw.ways, values, room, staged);
  if (static_cast<int32_t>(threadIdx.x) < draw.ways) sample->label[threadIdx.x] = label;
  __syncthreads();
  if (targets.labels != nullptr) mix_targets(targets, *sample, draw.ways, b);
  if (clean == nullptr && mixed == nullptr) return;
  mix_image(images, *sample, draw.ways, draw.independent ? draw.ways : 1, b, values, room, staged, clean, mixed);
}

template <typename T, bool kStaged>
__global__ void __launch_bounds__(kThreads, kBlocks)
    mix_explicit_kernel(Explicit draws, Images images, int32_t room, T* clean, T* mixed) {
  Sample* sample = shared_sample();
  const int64_t b = blockIdx.x;
  gather(draws, b, images.pad, images.count, sample);
  const int32_t values = images.height * images.width * images.channels;
  uint8_t* staged = kStaged ? shared_images() : nullptr;
  if (kStaged) {
    stage(images, *sample, draws.ways, values, room, staged);
    __syncthreads();
  }
  mix_image(images, *sample, draws.ways, 1, b, values, room, staged, clean, mixed);
}

// lambda (rows, K): a thread per row.
__global__ void __launch_bounds__(kThreads) dirichlet_kernel(Draw draw, int32_t rows, int32_t first_row) {
  const int32_t row = static_cast<int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  if (row >= rows) return;
  const uint32_t purpose = purpose_word(SECANT_PURPOSE_LAMBDA, static_cast<uint32_t>(draw.stream), 0);
  dirichlet_draw(draw.shapes, draw.ways, draw.seed, purpose, static_cast<uint32_t>(*draw.step),
                 static_cast<uint32_t>(first_row + row), draw.out.lambda + static_cast<int64_t>(row) * draw.ways);
}

// A block makes kThreads * N values of one row.
template <typename T, int N>
__global__ void __launch_bounds__(kThreads)
    mix_values_kernel(ValuesArguments a, int64_t chunks, const T* source, T* out) {
  const int64_t b = blockIdx.x / chunks;
  const int64_t i = ((blockIdx.x % chunks) * blockDim.x + threadIdx.x) * N;
  if (i >= a.features) return;
  float sum[N] = {};
  for (int32_t k = 0; k < a.ways; ++k) {
    const int32_t row = __ldg(a.rows + b * a.ways + k);
    const float lambda = __ldg(a.lambda + b * a.ways + k);
    float value[N];
    if (row >= 0 && row < a.sources) {
      load_values<N>(source + row * a.features + i, value);
    } else {
      for (int e = 0; e < N; ++e) value[e] = not_a_number();
    }
    SECANT_UNROLL
    for (int e = 0; e < N; ++e) sum[e] = k == 0 ? lambda * value[e] : sum[e] + lambda * value[e];
  }
  store_values<N>(out + b * a.features + i, sum);
}

__global__ void __launch_bounds__(kThreads) mix_labels_kernel(LabelsArguments a, int64_t total) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= total) return;
  const int64_t b = i / a.classes;
  const int32_t c = static_cast<int32_t>(i % a.classes);
  float sum = 0.0f;
  for (int32_t k = 0; k < a.ways; ++k) {
    const int64_t t = a.rows == nullptr ? b : a.rows[b * a.ways + k];
    const int64_t index = t >= 0 && t < a.sources ? a.indices[t] : -1;
    if (index < 0 || index >= a.label_count) {
      sum = not_a_number();
    } else if (a.labels[index] == c) {
      sum += a.rows == nullptr ? 1.0f : a.lambda[b * a.ways + k];
    }
  }
  a.out[i] = sum;
}

// ---- launchers ----------------------------------------------------------------------------------------------------

Images images_of(const secant_pool& pool, int32_t pad, const float* scale, const float* shift, const void* out,
                 const void* other, int32_t type) {
  Images m = {pool.pixels, pool.count,   pool.height,  pool.width, pool.channels,
              pad,         {0, 0, 0, 0}, {0, 0, 0, 0}, false,      false};
  for (int32_t f = 0; f < pool.channels; ++f) {
    m.scale[f] = scale[f];
    m.shift[f] = shift[f];
  }
  const int64_t values = static_cast<int64_t>(pool.height) * pool.width * pool.channels;
  if (values > kMostValues) {
    throw Refusal(SECANT_UNAVAILABLE, "mix: at most " + std::to_string(kMostValues) +
                                          " values per image on a device, got " + std::to_string(values));
  }
  const size_t bytes = kValues * (type == SECANT_BFLOAT16 ? sizeof(bf16) : sizeof(float));
  m.whole_loads = values % 16 == 0 && aligned_to(pool.pixels, 16);
  m.whole_stores = values % kValues == 0 && aligned_to(out, bytes) && aligned_to(other, bytes);
  return m;
}

Draw draw_of(uint64_t seed, int32_t stream, int32_t ways, const double* alpha, const int64_t* step) {
  Draw d = {};
  d.seed = seed;
  d.stream = stream;
  d.ways = ways;
  d.step = step;
  for (int32_t k = 0; k < ways; ++k) d.shapes[k] = gamma_shape(alpha[k]);
  return d;
}

Draw draw_of(const secant_recipe& r, const int64_t* step, const secant_draws& out) {
  Draw d = draw_of(r.seed, r.stream, r.ways, r.alpha, step);
  d.batch = r.batch;
  d.flip = r.flip;
  d.pad = r.pad;
  d.half_bits = feistel_half_bits(r.member_count);
  d.independent = r.partners == SECANT_PARTNERS_INDEPENDENT;
  d.per_batch = r.lambda_scope == SECANT_LAMBDA_BATCH;
  d.members = r.members;
  d.member_count = r.member_count;
  d.out = out;
  return d;
}

// Shared memory of a block: the sample, and the K images where they fit.
struct Room {
  int32_t image;
  size_t bytes;
  bool staged;
};

Room room_of(const Device& device, const secant_pool* pool, int32_t ways) {
  const size_t sample = static_cast<size_t>(divide_up(sizeof(Sample), 16) * 16);
  if (pool == nullptr) return {0, sample, false};
  const int64_t image = divide_up(static_cast<int64_t>(pool->height) * pool->width * pool->channels, 16) * 16;
  const bool staged = image <= static_cast<int64_t>(device.shared_limit - sample) / ways;
  return {static_cast<int32_t>(image), sample + (staged ? static_cast<size_t>(image * ways) : 0), staged};
}

}  // namespace

void mix(Device& device, const MixArguments& a) {
  const Draw draw = draw_of(*a.recipe, a.step, a.draws);
  Images images = {};
  images.count = INT32_MAX;
  if (a.pool != nullptr) {
    images = images_of(*a.pool, a.recipe->pad, a.scale, a.shift, a.clean, a.mixed, a.type);
  }
  const Targets targets = {a.labels, images.count, a.classes, a.targets};
  const Room room = room_of(device, a.clean == nullptr && a.mixed == nullptr ? nullptr : a.pool, draw.ways);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    launch(room.staged ? mix_recipe_kernel<T, true> : mix_recipe_kernel<T, false>, grid_of(draw.batch), dim3(kThreads),
           room.bytes, device.stream, draw, images, targets, room.image, static_cast<T*>(a.clean),
           static_cast<T*>(a.mixed));
  });
}

void mix_images(Device& device, const ImagesArguments& a) {
  const bool plain = a.rows == nullptr;
  const Explicit draws = {plain ? 1 : a.ways, a.sources, a.indices, a.crops, a.rows, a.lambda};
  const Images images = images_of(*a.pool, a.pad, a.scale, a.shift, a.out, nullptr, a.type);
  const Room room = room_of(device, a.pool, draws.ways);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    T* out = static_cast<T*>(a.out);
    launch(room.staged ? mix_explicit_kernel<T, true> : mix_explicit_kernel<T, false>,
           grid_of(plain ? a.sources : a.batch), dim3(kThreads), room.bytes, device.stream, draws, images, room.image,
           plain ? out : static_cast<T*>(nullptr), plain ? static_cast<T*>(nullptr) : out);
  });
}

void mix_values(Device& device, const ValuesArguments& a) {
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    const bool wide = a.features % kWide<T> == 0 && aligned_to(a.source, 16) && aligned_to(a.out, 16);
    const int64_t chunks = divide_up(a.features, kThreads * (wide ? kWide<T> : 1));
    launch(wide ? mix_values_kernel<T, kWide<T>> : mix_values_kernel<T, 1>, grid_of(a.batch * chunks), dim3(kThreads),
           0, device.stream, a, chunks, static_cast<const T*>(a.source), static_cast<T*>(a.out));
  });
}

void mix_labels(Device& device, const LabelsArguments& arguments) {
  LabelsArguments a = arguments;
  if (a.rows == nullptr) a.ways = 1;
  const int64_t total = static_cast<int64_t>(a.rows == nullptr ? a.sources : a.batch) * a.classes;
  launch(mix_labels_kernel, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a, total);
}

void dirichlet(Device& device, const DirichletArguments& a) {
  Draw draw = draw_of(a.seed, a.stream, a.ways, a.alpha, a.step);
  draw.out.lambda = a.lambda;
  launch(dirichlet_kernel, grid_of(divide_up(a.rows, kThreads)), dim3(kThreads), 0, device.stream, draw, a.rows,
         a.first_row);
}

}  // namespace secant::cuda
