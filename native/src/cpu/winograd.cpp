// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// 3x3 convolutions of stride 1 by Winograd's F(2x2, 3x3): 16 multiplications for 4 pixels instead of 36
// (winograd_transform.h has the matrices). Channels C in, O out; a tile is 2x2 pixels of the output.
//
//   forward    Y = A' [(G g G') . (B' d B)] A                    U = G g G' once, for all tiles
//   data       the same of dL_dy, with kernels turned by 180 degrees and C and O exchanged
//   weights    dL_dg = G' [sum over tiles (A dY A') . (B' d B)] G
//
// "." is an element-wise product for each pair of channels, so each of the 16 points is a matrix product: (tiles, C)(C,
// O), or (O, tiles)(tiles, C) for the weights. Tiles are cut into chunks that stay in the second-level cache: V = B' d
// B of a chunk is made once, then 16 or 32 output channels at a time go through the products of all points and A' . A,
// so neither V nor the products of a whole tensor are ever materialised. The gradient of the weights reads x and dL_dy
// four times instead, once for each row of points, so that a quarter of its sums and both operands fit the cache; it
// sums chunks about zero in groups of chunks, and groups in double. Bytes moved: forward and data 2T, weights 8T, T = a
// tensor.
//
// Everything is cut by shape alone, sums are chains in a fixed order, products and sums of the chains are fused: the
// bits depend neither on threads nor on the width of vectors, but need fused multiply-adds, so x86-64-v3.

#include "cpu/kernels.h"
#include "cpu/native.h"
#if defined(__FMA__)
#include "cpu/winograd_product.h"
#include "cpu/winograd_transform.h"

namespace secant::SECANT_LEVEL {
namespace {

constexpr int64_t kPoints = 16;
constexpr int64_t kMostTiles = 48, kFewestTiles = 12;  // of a chunk: multiples of the rows of a block at every level
constexpr int64_t kChunkValues = 48 * 128;             // of a point of a chunk: 16 of them are 384 KB
constexpr int64_t kMostGroups = 8;                     // of chunks, whose sums are kept apart: 32 tasks
constexpr int64_t kGroupValues = int64_t{1} << 23;     // of all groups' sums: 32 MB, unless one alone is larger

// The cut of a batch of images into chunks of tiles, which run from image to image.
struct Cut {
  int64_t height, width;        // of an image
  int64_t tile_rows, tile_row;  // rows of tiles of an image, tiles of a row
  int64_t tiles, size, chunks;  // all tiles, tiles of a chunk, chunks
};

// channels: of what the chunks read.
Cut cut_of(const secant_conv_spec& spec, int64_t channels) {
  Cut cut = {};
  cut.height = spec.height;
  cut.width = spec.width;
  cut.tile_rows = cut.height / 2;
  cut.tile_row = cut.width / 2;
  cut.tiles = spec.batch * cut.tile_rows * cut.tile_row;
  cut.size = smaller(kMostTiles, kChunkValues / channels / kFewestTiles * kFewestTiles);
  if (cut.size < kFewestTiles) cut.size = kFewestTiles;
  cut.chunks = chunks_of(cut.tiles, cut.size);
  return cut;
}

// Floats between the points of a chunk with `panels` panels of channels. The panel beyond them keeps the 16 stores of a
// vector out of one set of the cache.
int64_t point_stride(const Cut& cut, int64_t panels) { return (cut.size * panels + 1) * kPanel; }

// visit(pixel, row of tiles, first tile of the row, tiles, first tile of the chunk): the pieces of a chunk that lie in
// one row of tiles; pixel is the first of their image.
template <typename Visit>
inline void for_rows_of_tiles(const Cut& cut, int64_t first, int64_t count, Visit visit) {
  for (int64_t t = 0; t < count;) {
    const int64_t row = (first + t) / cut.tile_row, tile = (first + t) % cut.tile_row;
    const int64_t tiles = smaller(cut.tile_row - tile, count - t);
    visit(row / cut.tile_rows * cut.height * cut.width, row % cut.tile_rows, tile, tiles, t);
    t += tiles;
  }
}

// body(worker, task) for every task, each once; a worker does one at a time, so memory of its own is scratch.
template <typename Body>
void share(Pool& pool, int64_t tasks, Body body) {
  int64_t next = 0;
  auto work = [&](int64_t worker) {
    for (int64_t t; (t = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED)) < tasks;) body(worker, t);
  };
  parallel(pool, smaller(pool.threads(), tasks), work);
}

// visit(first channel) for each vector of channels.
template <typename Visit>
inline void for_vectors(int64_t channels, Visit visit) {
  for (int64_t c = 0; c < channels; c += kLanes) visit(c);
}

// Where channel c of a point's tile 0 is: (panels, tiles, 16).
int64_t panel_of(const Cut& cut, int64_t c) { return c / kPanel * cut.size * kPanel + c % kPanel; }

// Row I of the points of B' x B for a chunk. to: the first point.
template <int I, typename T>
inline void input_points(const Cut& cut, int64_t first, int64_t count, const T* x, int64_t channels, float* to) {
  const int64_t point = point_stride(cut, channels / kPanel);
  for_rows_of_tiles(cut, first, count, [&](int64_t pixel, int64_t row, int64_t tile, int64_t tiles, int64_t t) {
    const Image<T> image = {x + pixel * channels, cut.height, cut.width, channels};
    for_vectors(channels, [&](int64_t c) {
      transform_input<I>(image, row, tile, tiles, c, to + panel_of(cut, c) + t * kPanel, point);
    });
  });
}

// ---- forward and data ---------------------------------------------------------------------------------------------

// U (out / 16, 16 points, in, 16): the kernels as the products read them, from w (out, 3, 3, in).
template <typename T>
void forward_kernels(Pool& pool, int64_t in, int64_t out, const T* w, float* u) {
  auto body = [&](int64_t task) {
    float* panel = u + task * kPoints * in * kPanel;
    for (int64_t o = 0; o < kPanel; ++o) {
      for_vectors(in, [&](int64_t c) {
        Floats g[3][3], points[4][4];
        for (int k = 0; k < 9; ++k) g[k / 3][k % 3] = load<1>(w + ((task * kPanel + o) * 9 + k) * in + c, 0, 0);
        transform_kernel(g, points);
        for (int p = 0; p < kPoints; ++p) {
          for (int lane = 0; lane < kLanes; ++lane)
            panel[(p * in + c + lane) * kPanel + o] = points[p / 4][p % 4][lane];
        }
      });
    }
  };
  parallel(pool, out / kPanel, body);
}

// The same for the gradient of the data: U (in / 16, 16 points, out, 16) of the kernels turned by 180 degrees.
template <typename T>
void data_kernels(Pool& pool, int64_t in, int64_t out, const T* w, float* u) {
  auto body = [&](int64_t task) {
    float* panel = u + task * kPoints * out * kPanel;
    for (int64_t o = 0; o < out; ++o) {
      for_vectors(kPanel, [&](int64_t c) {
        Floats g[3][3], points[4][4];
        for (int k = 0; k < 9; ++k) g[2 - k / 3][2 - k % 3] = load<1>(w + (o * 9 + k) * in + task * kPanel + c, 0, 0);
        transform_kernel(g, points);
        for (int p = 0; p < kPoints; ++p) store<1>(panel + (p * out + o) * kPanel + c, 0, 0, points[p / 4][p % 4]);
      });
    }
  };
  parallel(pool, in / kPanel, body);
}

// What one worker needs for a chunk.
struct Room {
  float *v, *m;  // (16 points, in / 16 panels, tiles, 16), (16 points, kPanels, tiles, 16)
  static int64_t values(const Cut& cut, int64_t in) {
    return kPoints * (point_stride(cut, in / kPanel) + point_stride(cut, kPanels));
  }
  Room(float* memory, const Cut& cut, int64_t in) : v(memory), m(memory + kPoints * point_stride(cut, in / kPanel)) {}
};

// m = v u for every point and P panels of output channels. Tiles beyond the chunk's, up to a whole block, are
// multiplied and not read.
template <int P>
inline void multiply(const Cut& cut, int64_t count, int64_t in, const float* u, const Room& room) {
  const int64_t v_point = point_stride(cut, in / kPanel), m_point = point_stride(cut, kPanels);
  for (int64_t p = 0; p < kPoints; ++p) {
    for (int64_t t = 0; t < count; t += kRows) {
      const Operands operands = {room.v + p * v_point + t * kPanel,
                                 cut.size * kPanel,
                                 u + p * in * kPanel,
                                 kPoints * in * kPanel,
                                 in / kPanel,
                                 kPanel};
      multiply_block<kRows, P, kPanel, 1, false>(operands, room.m + p * m_point + t * kPanel, cut.size * kPanel);
    }
  }
}

// Zeros for the tiles that a last block has beyond the chunk's.
inline void clear_beyond(const Cut& cut, int64_t count, int64_t in, float* v) {
  const int64_t blocks = chunks_of(count, kRows);
  for (int64_t p = 0; p < kPoints; ++p) {
    for (int64_t c = 0; c < in; c += kPanel) {
      float* at = v + p * point_stride(cut, in / kPanel) + panel_of(cut, c);
      for (int64_t k = count * kPanel; k < blocks * kRows * kPanel; ++k) at[k] = 0;
    }
  }
}

template <typename T>
inline void output_pixels(const Cut& cut, int64_t first, int64_t count, const float* m, int64_t panels, T* y,
                          int64_t channels, int64_t o) {
  for_rows_of_tiles(cut, first, count, [&](int64_t pixel, int64_t row, int64_t tile, int64_t tiles, int64_t t) {
    T* top = y + (pixel + 2 * row * cut.width + 2 * tile) * channels + o;
    for_vectors(panels * kPanel, [&](int64_t c) {
      transform_output(m + panel_of(cut, c) + t * kPanel, point_stride(cut, kPanels), tiles, top + c,
                       top + cut.width * channels + c, channels);
    });
  });
}

template <typename T>
void convolve(Pool& pool, float* memory, const Cut& cut, int64_t in, int64_t out, const T* x, const float* u, T* y) {
  share(pool, cut.chunks, [&](int64_t worker, int64_t chunk) {
    const Room room(memory + worker * Room::values(cut, in), cut, in);
    const int64_t first = chunk * cut.size, count = smaller(cut.size, cut.tiles - first);
    const int64_t row = 4 * point_stride(cut, in / kPanel);
    input_points<0>(cut, first, count, x, in, room.v);
    input_points<1>(cut, first, count, x, in, room.v + row);
    input_points<2>(cut, first, count, x, in, room.v + 2 * row);
    input_points<3>(cut, first, count, x, in, room.v + 3 * row);
    clear_beyond(cut, count, in, room.v);
    for (int64_t o = 0; o < out; o += kPanels * kPanel) {
      const int64_t panels = smaller(kPanels, (out - o) / kPanel);
      const auto product = panels == kPanels ? multiply<kPanels> : multiply<1>;
      product(cut, count, in, u + o * kPoints * in, room);
      output_pixels(cut, first, count, room.m, panels, y, out, o);
    }
  });
}

}  // namespace

int64_t conv_scratch(const secant_conv_spec& spec, int32_t threads) {
  const Cut cut = cut_of(spec, spec.in);
  return static_cast<int64_t>(sizeof(float)) *
         (kPoints * spec.in * spec.out + smaller(threads, cut.chunks) * Room::values(cut, spec.in));
}

void conv_forward(Pool& pool, void* memory, const ConvArguments& a) {
  const int64_t in = a.spec.in, out = a.spec.out;
  float* u = static_cast<float*>(memory);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    forward_kernels(pool, in, out, static_cast<const T*>(a.w), u);
    convolve(pool, u + kPoints * in * out, cut_of(a.spec, in), in, out, static_cast<const T*>(a.x), u,
             static_cast<T*>(a.y));
  });
}

void conv_data(Pool& pool, void* memory, const ConvDataArguments& a) {
  const int64_t in = a.spec.in, out = a.spec.out;
  float* u = static_cast<float*>(memory);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    data_kernels(pool, in, out, static_cast<const T*>(a.w), u);
    convolve(pool, u + kPoints * in * out, cut_of(a.spec, out), out, in, static_cast<const T*>(a.dL_dy), u,
             static_cast<T*>(a.dL_dx));
  });
}

// ---- weights ------------------------------------------------------------------------------------------------------

namespace {

// The groups of chunks whose sums are kept apart.
int64_t groups_of(const Cut& cut, int64_t in, int64_t out) {
  const int64_t fitting = kGroupValues / (kPoints * in * out);
  return smaller(cut.chunks, smaller(kMostGroups, fitting < 1 ? 1 : fitting));
}

// What one worker needs for a row of points of a chunk: V and the same of dL_dy, (4 points, panels, tiles, 16) each.
int64_t row_values(const Cut& cut, int64_t in, int64_t out) {
  return 4 * (point_stride(cut, in / kPanel) + point_stride(cut, out / kPanel));
}

template <int I, typename T>
inline void gradient_points(const Cut& cut, int64_t first, int64_t count, const T* dL_dy, int64_t channels, float* to) {
  const int64_t point = point_stride(cut, channels / kPanel);
  for_rows_of_tiles(cut, first, count, [&](int64_t pixel, int64_t row, int64_t tile, int64_t tiles, int64_t t) {
    const Image<T> image = {dL_dy + pixel * channels, cut.height, cut.width, channels};
    for_vectors(channels, [&](int64_t c) {
      transform_gradient<I>(image, row, tile, tiles, c, to + panel_of(cut, c) + t * kPanel, point);
    });
  });
}

// sums (16 output channels, 16 input channels) of R rows and P panels += dy x over the tiles of a chunk.
template <int R, int P>
inline void add_product(const Cut& cut, int64_t count, const float* dy, const float* v, float* sums) {
  const Operands operands = {dy, 0, v, cut.size * kPanel, 1, count};
  multiply_block<R, P, 1, kPanel, true>(operands, sums, kPanel * kPanel);
}

// The 16 rows of a panel of output channels, in blocks that fit the registers.
template <int P>
inline void add_panel(const Cut& cut, int64_t count, const float* dy, const float* v, float* sums) {
#if defined(__AVX512F__)
  add_product<8, P>(cut, count, dy, v, sums);
  add_product<8, P>(cut, count, dy + 8, v, sums + 8 * kPanel);
#else
  add_product<6, P>(cut, count, dy, v, sums);
  add_product<5, P>(cut, count, dy + 6, v, sums + 6 * kPanel);
  add_product<5, P>(cut, count, dy + 11, v, sums + 11 * kPanel);
#endif
}

// sums (4 points, out / 16, in / 16, 16, 16) of row I of points over chunks [chunk, end).
template <int I, typename T>
void sum_row(const Cut& cut, int64_t chunk, int64_t end, int64_t in, int64_t out, const T* x, const T* dL_dy,
             float* room, float* sums) {
  const int64_t v_point = point_stride(cut, in / kPanel), dy_point = point_stride(cut, out / kPanel);
  float* v = room;
  float* dy = room + 4 * v_point;
  for (int64_t k = 0; k < 4 * in * out; ++k) sums[k] = 0;
  for (; chunk < end; ++chunk) {
    const int64_t first = chunk * cut.size, count = smaller(cut.size, cut.tiles - first);
    input_points<I>(cut, first, count, x, in, v);
    gradient_points<I>(cut, first, count, dL_dy, out, dy);
    for (int64_t j = 0; j < 4; ++j) {
      for (int64_t o = 0; o < out; o += kPanel) {
        for (int64_t c = 0; c < in;) {
          const int64_t panels = smaller(kPanels, (in - c) / kPanel);
          const auto add = panels == kPanels ? add_panel<kPanels> : add_panel<1>;
          add(cut, count, dy + j * dy_point + panel_of(cut, o), v + j * v_point + panel_of(cut, c),
              sums + (j * out + o) * in + c * kPanel);
          c += panels * kPanel;
        }
      }
    }
  }
}

// Sum over the groups, in double, of one vector of a panel of every point. from: of point 0 in group 0.
inline void add_groups(const float* from, int64_t groups, int64_t point, Floats (&out)[4][4]) {
  for (int p = 0; p < kPoints; ++p) {
    Doubles low = {}, high = {};
    for (int64_t g = 0; g < groups; ++g) {
      const Floats part = load<1>(from + (g * kPoints + p) * point, 0, 0);
      low += half(part, 0);
      high += half(part, 1);
    }
    const HalfFloats halves[2] = {__builtin_convertvector(low, HalfFloats), __builtin_convertvector(high, HalfFloats)};
    __builtin_memcpy(&out[p / 4][p % 4], halves, sizeof halves);
  }
}

// dL_dw of the panel pair `task` from the sums of all groups.
void write_kernels(int64_t task, int64_t groups, int64_t in, int64_t out, const float* sums, float* dL_dw) {
  const int64_t o = task / (in / kPanel) * kPanel, c = task % (in / kPanel) * kPanel;
  for (int64_t row = 0; row < kPanel; ++row) {
    for_vectors(kPanel, [&](int64_t column) {
      Floats points[4][4], g[3][3];
      add_groups(sums + (task * kPanel + row) * kPanel + column, groups, in * out, points);
      transform_kernel_gradient(points, g);
      for (int k = 0; k < 9; ++k) store<1>(dL_dw + ((o + row) * 9 + k) * in + c + column, 0, 0, g[k / 3][k % 3]);
    });
  }
}

template <typename T>
void weights(Pool& pool, float* memory, const secant_conv_spec& spec, const T* x, const T* dL_dy, float* dL_dw) {
  const int64_t in = spec.in, out = spec.out;
  const Cut cut = cut_of(spec, in > out ? in : out);
  const int64_t groups = groups_of(cut, in, out), row = 4 * in * out;
  float* rooms = memory + groups * 4 * row;
  share(pool, groups * 4, [&](int64_t worker, int64_t task) {
    const int64_t group = task / 4;
    const auto sum = task % 4 == 0   ? sum_row<0, T>
                     : task % 4 == 1 ? sum_row<1, T>
                     : task % 4 == 2 ? sum_row<2, T>
                                     : sum_row<3, T>;
    sum(cut, cut.chunks * group / groups, cut.chunks * (group + 1) / groups, in, out, x, dL_dy,
        rooms + worker * row_values(cut, in, out), memory + task * row);
  });
  auto body = [&](int64_t task) { write_kernels(task, groups, in, out, memory, dL_dw); };
  parallel(pool, in / kPanel * (out / kPanel), body);
}

}  // namespace

int64_t conv_weights_scratch(const secant_conv_spec& spec, int32_t threads) {
  const Cut cut = cut_of(spec, spec.in > spec.out ? spec.in : spec.out);
  const int64_t groups = groups_of(cut, spec.in, spec.out);
  return static_cast<int64_t>(sizeof(float)) *
         (groups * kPoints * spec.in * spec.out + smaller(threads, groups * 4) * row_values(cut, spec.in, spec.out));
}

void conv_weights(Pool& pool, void* memory, const ConvWeightArguments& a) {
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    weights(pool, static_cast<float*>(memory), a.spec, static_cast<const T*>(a.x), static_cast<const T*>(a.dL_dy),
            a.dL_dw);
  });
}

}  // namespace secant::SECANT_LEVEL
#endif
