// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// K-way mixing.
//   images   mixed_b = sum_k lambda_bk * (scale * augment(pool[indices[rows_bk]]) + shift)
//   values   out_b   = sum_k lambda_bk * source[rows_bk]
// Fused: gather, reflect-pad crop, flip, uint8 -> float, normalisation, mixing, and the clean batch beside it.
// Never materialised: augmented or normalised partners, batch copies in another order.
// Bytes per image of n values: K n read (pool, uint8), 4 n written, 4 n more for clean. Augmented bytes live in a tile
// of 3 KiB per way (L1); an image that is neither cropped nor flipped is read where it lies.
// Products and sums are rounded one by one, k ascending: acc = lambda_0 v_0; acc = acc + lambda_k v_k.
// Reference: Zhang et al., "mixup" (arXiv 1710.09412); K ways after Chaudhry et al. (arXiv 2210.16413), eq. 1.

#include <immintrin.h>

#include <cstddef>

#include "cpu/kernels.h"
#include "cpu/lanes.h"

namespace secant {
namespace {

constexpr int32_t kPeriod = 48;    // lcm(3, 16)
constexpr int32_t kTile = 3072;    // values of one image worked on at once; a multiple of kPeriod
constexpr int32_t kRowSlack = 32;  // room that whole-vector copies may use after a row
constexpr int64_t kValuesTile = 4096;
constexpr int64_t kImagesPerChunk = 4;

typedef uint8_t U16 __attribute__((vector_size(16)));

int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

U16 load_bytes(const uint8_t* p) {
  U16 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
void store_bytes(uint8_t* p, U16 v) { __builtin_memcpy(p, &v, sizeof v); }

// Exactly n bytes in 16-byte moves, the last one overlapping.
void copy_bytes(uint8_t* to, const uint8_t* from, int32_t n) {
  int32_t i = 0;
  for (; i + 16 <= n; i += 16) store_bytes(to + i, load_bytes(from + i));
  if (i == n) return;
  if (n >= 16) {
    store_bytes(to + n - 16, load_bytes(from + n - 16));
  } else {
    for (; i < n; ++i) to[i] = from[i];
  }
}

int32_t reflect(int32_t i, int32_t n) {
  if (i < 0) return -i;
  return i >= n ? 2 * n - 2 - i : i;
}

// A rectangle of the output image: `rows` rows from y0, `columns` pixels from x0. Rows are whole unless there is one.
struct Tile {
  int32_t y0, rows, x0, columns;
};

// How an image is cut into tiles of at most kTile values, each contiguous in the output and starting at channel 0.
struct Cut {
  int32_t rows, columns, down, across;
};

Cut cut_image(const secant_pool& pool) {
  const int64_t row = static_cast<int64_t>(pool.width) * pool.channels;
  Cut cut;
  cut.columns = row <= kTile ? pool.width : kTile / pool.channels;
  cut.rows = row <= kTile ? smaller(pool.height, static_cast<int32_t>(kTile / row)) : 1;
  cut.down = (pool.height - 1) / cut.rows + 1;
  cut.across = (pool.width - 1) / cut.columns + 1;
  return cut;
}

Tile tile_of(const Cut& cut, const secant_pool& pool, int64_t i) {
  Tile tile;
  tile.y0 = static_cast<int32_t>(i / cut.across) * cut.rows;
  tile.x0 = static_cast<int32_t>(i % cut.across) * cut.columns;
  tile.rows = smaller(cut.rows, pool.height - tile.y0);
  tile.columns = smaller(cut.columns, pool.width - tile.x0);
  return tile;
}

// Shuffle that reverses 16 / F pixels of F bytes.
U16 reversal(int32_t channels) {
  const int32_t pixels = 16 / channels;
  U16 mask = {0};
  for (int32_t i = 0; i < pixels * channels; ++i) {
    mask[i] = static_cast<uint8_t>((pixels - 1 - i / channels) * channels + i % channels);
  }
  return mask;
}

// bytes[mask[i]] for every i; entries of the mask are below 16.
U16 shuffle(U16 bytes, U16 mask) {
#ifdef __clang__  // has no shuffle with a mask that varies
  U16 shuffled;
  for (int32_t i = 0; i < 16; ++i) shuffled[i] = bytes[mask[i]];
  return shuffled;
#else
  return __builtin_shuffle(bytes, mask);
#endif
}

// to <- the `columns` pixels of `from` in reverse order. Reads up to 15 bytes beyond either end of `from`, writes
// up to 15 after `to`.
void reverse_pixels(uint8_t* to, const uint8_t* from, int32_t columns, int32_t channels, U16 mask) {
  const int32_t step = 16 / channels;
  for (int32_t x = 0; x < columns; x += step) {
    store_bytes(to + x * channels, shuffle(load_bytes(from + (columns - x - step) * channels), mask));
  }
}

// One output row of `columns` pixels that starts at source pixel `first`: `left` pixels reflected at 0, `inside` pixels
// as they lie, the rest reflected at the width.
struct Span {
  int32_t first, left, inside, columns, width;
};

Span span_of(int32_t first, int32_t columns, int32_t width) {
  const int32_t left = first < 0 ? smaller(columns, -first) : 0;
  const int32_t room = smaller(columns - left, width - (first + left));
  return {first, left, room > 0 ? room : 0, columns, width};
}

template <int32_t F>
void shifted_row(uint8_t* to, const uint8_t* row, const Span& s) {
  int32_t x = 0;
  for (; x < s.left; ++x) __builtin_memcpy(to + x * F, row + reflect(s.first + x, s.width) * F, F);
  copy_bytes(to + x * F, row + static_cast<int64_t>(s.first + x) * F, s.inside * F);
  for (x += s.inside; x < s.columns; ++x) {
    __builtin_memcpy(to + x * F, row + reflect(s.first + x, s.width) * F, F);
  }
}

template <int32_t F>
void shifted_rows(uint8_t* to, const uint8_t* image, const Tile& tile, const Span& span, int32_t dy, int32_t height) {
  const Span s = span;
  for (int32_t y = 0; y < tile.rows; ++y) {
    const int64_t row = reflect(tile.y0 + y + dy, height);
    shifted_row<F>(to + y * s.columns * F, image + row * s.width * F, s);
  }
}

// Bytes of one tile of one augmented image: `buffer` filled, or the pool itself when nothing moves.
const uint8_t* gather(const secant_pool& pool, const Tile& tile, int32_t pad, int32_t index, const int32_t* crop,
                      U16 mask, uint8_t* buffer) {
  const int64_t row_bytes = static_cast<int64_t>(pool.width) * pool.channels;
  const uint8_t* image = pool.pixels + static_cast<int64_t>(index) * pool.height * row_bytes;
  const int32_t dy = crop == nullptr ? 0 : crop[0] - pad;
  const int32_t dx = crop == nullptr ? 0 : crop[1] - pad;
  const bool flip = crop != nullptr && crop[2] != 0;
  if (dy == 0 && dx == 0 && !flip) return image + tile.y0 * row_bytes + static_cast<int64_t>(tile.x0) * pool.channels;
  // A flipped tile is shifted first and reversed after, with whole rows between writing and reading a byte.
  alignas(64) uint8_t room[kRowSlack + kTile + kRowSlack];  // reverse_pixels reads beyond both ends
  uint8_t* straight = flip ? room + kRowSlack : buffer;
  if (flip) __builtin_memset(room, 0, kRowSlack);
  const int32_t x0 = flip ? pool.width - tile.x0 - tile.columns : tile.x0;
  const Span span = span_of(x0 + dx, tile.columns, pool.width);
  switch (pool.channels) {
    case 1:
      shifted_rows<1>(straight, image, tile, span, dy, pool.height);
      break;
    case 2:
      shifted_rows<2>(straight, image, tile, span, dy, pool.height);
      break;
    case 3:
      shifted_rows<3>(straight, image, tile, span, dy, pool.height);
      break;
    default:
      shifted_rows<4>(straight, image, tile, span, dy, pool.height);
  }
  const int32_t row = tile.columns * pool.channels;
  for (int32_t y = 0; flip && y < tile.rows; ++y) {
    reverse_pixels(buffer + y * row, straight + y * row, tile.columns, pool.channels, mask);
  }
  return buffer;
}

// Vectors of the level's own width: lanes never meet, so the width does not show in the bits. The conversion from bytes
// is spelled out because gcc takes generic vectors of bytes apart; it is exact.
#if defined(__AVX512F__)
constexpr int32_t kLanes = 16;
#elif defined(__AVX2__)
constexpr int32_t kLanes = 8;
#else
constexpr int32_t kLanes = 4;
#endif
typedef float Floats __attribute__((vector_size(4 * kLanes)));

Floats bytes_to_float(const uint8_t* p) {
#if defined(__AVX512F__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm512_maskz_cvtepi32_ps(0xFFFF, _mm512_maskz_cvtepu8_epi32(0xFFFF, bytes));
#elif defined(__AVX2__)
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadu_si64(p)));
#else
  return _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_loadu_si32(p)));
#endif
}
Floats load_floats(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
void store_floats(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

// Scale and shift of 48 successive values: the pattern of channels repeats within 48 for F = 1..4.
struct Affine {
  float scale[kPeriod], shift[kPeriod];
};

Affine affine_of(int32_t channels, const float* scale, const float* shift) {
  Affine a;
  for (int32_t i = 0; i < kPeriod; ++i) {
    a.scale[i] = scale[i % channels];
    a.shift[i] = shift[i % channels];
  }
  return a;
}

// One tile: `n` values of K sources. The first clean_ways of them are written to clean[k] too. mixed may be NULL.
struct TileJob {
  const uint8_t* from[SECANT_MAX_WAYS];
  float weight[SECANT_MAX_WAYS];
  float* clean[SECANT_MAX_WAYS];
  float* mixed;
  int32_t ways, clean_ways;
  int32_t n;
};

// Values i .. i+47. kWays, kCleanWays = -1: any number; known numbers unroll.
template <int32_t kWays, int32_t kCleanWays, bool kMixed>
__attribute__((always_inline)) inline void mix_period(const TileJob& job, const Affine& affine, int32_t i) {
  const int32_t ways = kWays < 0 ? job.ways : kWays;
  const int32_t clean_ways = kCleanWays < 0 ? job.clean_ways : kCleanWays;
  for (int32_t j = 0; j < kPeriod; j += kLanes) {
    const Floats scale = load_floats(affine.scale + j);
    const Floats shift = load_floats(affine.shift + j);
    Floats acc = {};
    for (int32_t k = 0; k < ways; ++k) {
      const Floats v = bytes_to_float(job.from[k] + i + j) * scale + shift;
      if (k < clean_ways) store_floats(job.clean[k] + i + j, v);
      if (kMixed) acc = k == 0 ? job.weight[0] * v : acc + job.weight[k] * v;
    }
    if (kMixed) store_floats(job.mixed + i + j, acc);
  }
}

// The last, partial period through copies that stay inside the buffers.
template <bool kMixed>
void mix_rest(const TileJob& job, const Affine& affine, int32_t i) {
  const size_t rest = static_cast<size_t>(job.n - i);
  uint8_t bytes[SECANT_MAX_WAYS][kPeriod] = {};
  float clean[SECANT_MAX_WAYS][kPeriod];
  float mixed[kPeriod];
  TileJob part = job;
  for (int32_t k = 0; k < job.ways; ++k) {
    __builtin_memcpy(bytes[k], job.from[k] + i, rest);
    part.from[k] = bytes[k];
    part.clean[k] = clean[k];
  }
  part.mixed = mixed;
  mix_period<-1, -1, kMixed>(part, affine, 0);
  for (int32_t k = 0; k < job.clean_ways; ++k) __builtin_memcpy(job.clean[k] + i, clean[k], rest * sizeof(float));
  if (kMixed) __builtin_memcpy(job.mixed + i, mixed, rest * sizeof(float));
}

template <int32_t kWays, int32_t kCleanWays, bool kMixed>
void mix_tile(const TileJob& job, const Affine& affine) {
  const TileJob local = job;  // a copy no store can alias: its pointers stay in registers
  int32_t i = 0;
  for (; i + kPeriod <= local.n; i += kPeriod) mix_period<kWays, kCleanWays, kMixed>(local, affine, i);
  if (i < local.n) mix_rest<kMixed>(job, affine, i);
}

template <int32_t kWays>
void mix_ways(const TileJob& job, const Affine& affine) {
  if (job.clean_ways == 0) return mix_tile<kWays, 0, true>(job, affine);
  if (job.clean_ways == 1) return mix_tile<kWays, 1, true>(job, affine);
  mix_tile<kWays, -1, true>(job, affine);
}

void run_tile(const TileJob& job, const Affine& affine) {
  if (job.mixed == nullptr) return mix_tile<1, 1, false>(job, affine);
  switch (job.ways) {
    case 2:
      return mix_ways<2>(job, affine);
    case 3:
      return mix_ways<3>(job, affine);
    case 4:
      return mix_ways<4>(job, affine);
    default:
      return mix_ways<-1>(job, affine);
  }
}

}  // namespace

namespace SECANT_LEVEL {

void mix_images(Pool& pool, const secant_pool& images, int32_t batch, int32_t ways, int32_t sources, int32_t pad,
                const int32_t* indices, const int32_t* crops, const int32_t* rows, const float* lambda,
                const float* scale, const float* shift, int32_t clean_ways, float* clean, float* mixed) {
  const bool only_clean = mixed == nullptr;
  const int32_t n_ways = only_clean ? 1 : ways;
  const int32_t n_clean = clean == nullptr ? 0 : only_clean ? 1 : clean_ways;
  const int64_t image = static_cast<int64_t>(images.height) * images.width * images.channels;
  const Cut cut = cut_image(images);
  const Affine affine = affine_of(images.channels, scale, shift);
  const U16 mask = reversal(images.channels);
  const int64_t tiles = static_cast<int64_t>(cut.down) * cut.across;
  const int64_t total = tiles * (only_clean ? sources : batch);
  // The images of a batch lie anywhere in the pool: ask for the next row's before working on this one.
  auto fetch = [&](int64_t i) {
    if (i >= total || tiles > 1) return;
    for (int32_t k = 0; k < n_ways; ++k) {
      const uint8_t* p = images.pixels + indices[only_clean ? i : rows[i * ways + k]] * image;
      for (int64_t at = 0; at < image; at += 64) __builtin_prefetch(p + at);
    }
  };
  auto body = [&](int64_t chunk) {
    alignas(64) uint8_t buffer[SECANT_MAX_WAYS][kTile + kRowSlack];
    for (int64_t i = chunk * kImagesPerChunk; i < total && i < (chunk + 1) * kImagesPerChunk; ++i) {
      fetch(i + 1);
      const int64_t b = i / tiles;
      const Tile tile = tile_of(cut, images, i % tiles);
      const int64_t offset = (static_cast<int64_t>(tile.y0) * images.width + tile.x0) * images.channels;
      TileJob job;
      job.ways = n_ways;
      job.n = tile.rows * tile.columns * images.channels;
      job.mixed = only_clean ? nullptr : mixed + b * image + offset;
      for (int32_t k = 0; k < n_ways; ++k) {
        const int64_t t = only_clean ? b : rows[b * ways + k];
        const int32_t* crop = crops == nullptr ? nullptr : crops + 3 * t;
        job.from[k] = gather(images, tile, pad, indices[t], crop, mask, buffer[k]);
        job.weight[k] = only_clean ? 1.0f : lambda[b * ways + k];
        job.clean[k] = k < n_clean ? clean + t * image + offset : nullptr;
      }
      job.clean_ways = n_clean;
      run_tile(job, affine);
    }
  };
  parallel(pool, (total + kImagesPerChunk - 1) / kImagesPerChunk, body);
}

void mix_values(Pool& pool, int32_t batch, int32_t ways, int64_t features, const float* source, const int32_t* rows,
                const float* lambda, float* out) {
  const int64_t parts = (features + kValuesTile - 1) / kValuesTile;
  // Narrow rows (soft targets) share a chunk.
  const int64_t rows_per_chunk = parts > 1 ? 1 : 1 + kValuesTile / (features * ways);
  const int64_t row_chunks = (batch + rows_per_chunk - 1) / rows_per_chunk;
  auto body = [&](int64_t chunk) {
    const int64_t begin = chunk % parts * kValuesTile;
    const int64_t end = begin + kValuesTile < features ? begin + kValuesTile : features;
    const int64_t first = chunk / parts * rows_per_chunk;
    for (int64_t b = first; b < batch && b < first + rows_per_chunk; ++b) {
      const int32_t* row = rows + b * ways;
      const float* weight = lambda + b * ways;
      int64_t i = begin;
      for (; i + 16 <= end; i += 16) {
        F16 acc = weight[0] * load16(source + row[0] * features + i);
        for (int32_t k = 1; k < ways; ++k) acc = acc + weight[k] * load16(source + row[k] * features + i);
        store16(out + b * features + i, acc);
      }
      for (; i < end; ++i) {
        float acc = weight[0] * source[row[0] * features + i];
        for (int32_t k = 1; k < ways; ++k) acc = acc + weight[k] * source[row[k] * features + i];
        out[b * features + i] = acc;
      }
    }
  };
  parallel(pool, row_chunks * parts, body);
}

}  // namespace SECANT_LEVEL
}  // namespace secant
