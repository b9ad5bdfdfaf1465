// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The three flagship kernels on more data than any cache holds, for a profiler that counts the bytes of device memory:
// one launch that warms up and one to be counted, and the bytes that it cannot do without: every input once and
// every output once.

#include "traffic.h"

namespace kernel_tests {
namespace {

// Extents of the whole size, which wants 3 GB of device memory, or of a size for the emulation. What a launch leaves in
// the L2 (50 MB on an H200) is never counted: outputs are at least fifteen times that.
struct Extents {
  int64_t pool, mixed;      // images
  int64_t pairs, features;  // of NonLin
  int64_t rows, classes;    // of the consistency
};
constexpr Extents kWhole = {400000, 131072, 10000, 32768, 131072, 1600};
constexpr Extents kSmall = {50, 8, 6, 2048, 12, 10};

constexpr int32_t kSide = 32, kChannels = 3, kWays = 2;
constexpr int64_t kInt = static_cast<int64_t>(sizeof(int32_t));

// Device memory, freed at the end. Contents are a short pattern of the host again and again.
class Arena {
 public:
  explicit Arena(secant_context* context) : context_(context) {}
  ~Arena() {
    for (void* memory : all_) secant_memory_release(context_, memory);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  template <typename T>
  T* room(int64_t count) {
    void* memory = nullptr;
    must(secant_memory_allocate(context_, count * static_cast<int64_t>(sizeof(T)), &memory), "secant_memory_allocate");
    all_.push_back(memory);
    return static_cast<T*>(memory);
  }
  template <typename T>
  T* filled(int64_t count, const std::vector<T>& pattern) {
    T* to = room<T>(count);
    const int64_t step = static_cast<int64_t>(pattern.size());
    for (int64_t at = 0; at < count; at += step) {
      const int64_t n = at + step <= count ? step : count - at;
      must(secant_memory_copy(context_, to + at, pattern.data(), n * static_cast<int64_t>(sizeof(T))), "copy");
    }
    return to;
  }
  template <typename T>
  T* put(const std::vector<T>& values) {
    return filled(static_cast<int64_t>(values.size()), values);
  }

 private:
  secant_context* context_;
  std::vector<void*> all_;
};

// bf16 values around 0.5.
std::vector<uint16_t> halves() {
  std::vector<uint16_t> pattern;
  for (float v : normals(1, 1 << 16, 1, 0.5)) pattern.push_back(secant::bf16_bits(v));
  return pattern;
}

// Pairs of neighbours, and their equal weights.
std::vector<int32_t> neighbours(int64_t batch, int64_t sources) {
  std::vector<int32_t> rows;
  for (int64_t b = 0; b < batch; ++b) {
    for (int32_t k = 0; k < kWays; ++k) rows.push_back(static_cast<int32_t>((b + k) % sources));
  }
  return rows;
}

template <typename Launch>
void twice(secant_context* context, Launch launch) {
  for (int i = 0; i < 2; ++i) {
    launch();
    must(secant_synchronize(context), "secant_synchronize");
  }
}

int64_t mix(secant_context* context, const Extents& e) {
  Arena arena(context);
  const int64_t image = kSide * kSide * kChannels, sources = e.mixed * kWays;
  const secant_pool pool = {arena.filled(e.pool * image, below<uint8_t>(1, 1 << 20, 256)), e.pool, kSide, kSide,
                            kChannels};
  std::vector<int32_t> all(static_cast<size_t>(e.pool));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int32_t>(i);
  const double alpha[kWays] = {0.5, 0.5};
  const secant_recipe recipe = {
      1, 1, static_cast<int32_t>(e.mixed), kWays, SECANT_PARTNERS_INDEPENDENT, 0, 1, 2, alpha, arena.put(all), e.pool};
  const int64_t* step = arena.put(std::vector<int64_t>{0});
  const secant_draws draws = {arena.room<int32_t>(sources), arena.room<int32_t>(3 * sources),
                              arena.room<int32_t>(sources), arena.room<float>(sources)};
  const float scale[3] = {1 / 127.5f, 1 / 127.5f, 1 / 127.5f}, shift[3] = {-1, -1, -1};
  auto* out = reinterpret_cast<float*>(arena.room<uint16_t>(e.mixed * image));
  twice(context, [&] { must(secant_mix(context, &pool, &recipe, step, scale, shift, &draws, nullptr, out), "mix"); });
  const int64_t drawn = sources * 4 * kInt + 2 * sources * kInt;  // indices, crops; rows and lambda
  return sources * image + e.mixed * image * static_cast<int64_t>(sizeof(uint16_t)) + drawn;
}

int64_t nonlin(secant_context* context, const Extents& e) {
  Arena arena(context);
  const int64_t sources = e.pairs + kWays - 1;
  const std::vector<uint16_t> pattern = halves();
  const secant_nonlin_layer layer = {reinterpret_cast<const float*>(arena.filled(sources * e.features, pattern)),
                                     reinterpret_cast<const float*>(arena.filled(e.pairs * e.features, pattern)),
                                     e.features, SECANT_BFLOAT16};
  const int32_t* rows = arena.put(neighbours(e.pairs, sources));
  const float* lambda = arena.put(std::vector<float>(static_cast<size_t>(e.pairs * kWays), 1.0f / kWays));
  double* out = arena.room<double>(e.pairs * SECANT_NONLIN_FIELDS);
  twice(context, [&] {
    must(secant_nonlin(context, 1, &layer, static_cast<int32_t>(e.pairs), kWays, static_cast<int32_t>(sources), rows,
                       lambda, 1e-12, out),
         "nonlin");
  });
  const int64_t fields = e.pairs * SECANT_NONLIN_FIELDS * static_cast<int64_t>(sizeof(double));
  return (sources + e.pairs) * e.features * static_cast<int64_t>(sizeof(uint16_t)) + fields;
}

// A row of targets is read by two neighbours at about the same time: once from memory.
int64_t consistency(secant_context* context, const Extents& e) {
  Arena arena(context);
  const std::vector<float> pattern = normals(2, 1 << 16);
  const float* student = arena.filled(e.rows * e.classes, pattern);
  const float* targets = arena.filled(e.rows * e.classes, pattern);
  const int32_t* rows = arena.put(neighbours(e.rows, e.rows));
  const float* lambda = arena.put(std::vector<float>(static_cast<size_t>(e.rows * kWays), 1.0f / kWays));
  const float* weight = arena.put(std::vector<float>{1});
  float *loss = arena.room<float>(1), *gradient = arena.room<float>(e.rows * e.classes);
  const auto batch = static_cast<int32_t>(e.rows);
  twice(context, [&] {
    must(secant_consistency(context, SECANT_SPACE_LOGIT, SECANT_REDUCTION_MEAN, batch, kWays, batch,
                            static_cast<int32_t>(e.classes), student, targets, rows, lambda, weight, loss, gradient,
                            nullptr),
         "consistency");
  });
  const int64_t pairs = 2 * kWays * e.rows * kInt, losses = 2 * e.rows * static_cast<int64_t>(sizeof(double));
  return 3 * e.rows * e.classes * static_cast<int64_t>(sizeof(float)) + pairs + losses;
}

}  // namespace

int64_t traffic(secant_context* context, const std::string& kernel, bool small) {
  must(secant_context_set_type(context, SECANT_BFLOAT16), "secant_context_set_type");
  const Extents& e = small ? kSmall : kWhole;
  if (kernel == "mix") return mix(context, e);
  if (kernel == "nonlin") return nonlin(context, e);
  if (kernel == "consistency") return consistency(context, e);
  throw std::runtime_error("expected mix, nonlin or consistency, got " + kernel);
}

}  // namespace kernel_tests
