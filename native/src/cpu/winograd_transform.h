// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The linear maps around the products of Winograd's F(2x2, 3x3) (Lavin & Gray 2016, arXiv 1509.09308, section 4.1), one
// vector of channels at a time. A tile is 2x2 pixels of the output and the 4x4 of the input that they see, the first of
// them one row and one column before the tile. The 16 points of a tile are (i, j), i and j in 0..3.
//
//        [1  0 -1  0]        [ 1    0    0 ]       [1 1  1  0]
//   B' = [0  1  1  0]    G = [1/2  1/2  1/2]  A' = [0 1 -1 -1]
//        [0 -1  1  0]        [1/2 -1/2  1/2]
//        [0  1  0 -1]        [ 0    0    1 ]
#pragma once

#include "cpu/native.h"

namespace secant {
namespace {

constexpr int64_t kPanel = 16;  // channels that lie side by side in what the products read

// An image's rows of T: pixels of `channels` values.
template <typename T>
struct Image {
  const T* at;
  int64_t height, width, channels;
};

// Row I of B' times a column of four values.
template <int I>
inline Floats input_row(Floats a, Floats b) {
  if constexpr (I == 1) return a + b;
  return a - b;
}

// The rows of the input that row I of B' reads, in the order of input_row.
template <int I>
struct InputRows {
  static constexpr int kFirst = I == 0 ? 0 : I == 2 ? 2 : 1;
  static constexpr int kSecond = I == 2 ? 1 : I == 3 ? 3 : 2;
};

// Points (I, 0..3) of B' d B for `tiles` tiles of a row of tiles and one vector of channels from c. Beyond the image
// there are zeros. to: point (I, j) of tile t at to[j * point + t * kPanel].
template <int I, typename T>
inline void transform_input(const Image<T>& x, int64_t tile_row, int64_t tile, int64_t tiles, int64_t c, float* to,
                            int64_t point) {
  static constexpr T kZeros[kLanes] = {};
  const int64_t first = 2 * tile_row - 1 + InputRows<I>::kFirst, second = 2 * tile_row - 1 + InputRows<I>::kSecond;
  const bool has_first = first >= 0 && first < x.height, has_second = second >= 0 && second < x.height;
  const int64_t a_step = has_first ? x.channels : 0, b_step = has_second ? x.channels : 0;
  const int64_t column = 2 * tile;  // the second of the tile
  const T* a = has_first ? x.at + (first * x.width + column) * x.channels + c : kZeros;
  const T* b = has_second ? x.at + (second * x.width + column) * x.channels + c : kZeros;
  Floats e0 = {};
  if (column > 0) e0 = input_row<I>(load<1>(a - a_step, 0, 0), load<1>(b - b_step, 0, 0));
  Floats e1 = input_row<I>(load<1>(a, 0, 0), load<1>(b, 0, 0));
  // Behind the last pixel of an image a and b are moved once more, and not read.
  for (int64_t t = 0; t < tiles; ++t, to += kPanel) {
    a += a_step;
    b += b_step;
    const Floats e2 = input_row<I>(load<1>(a, 0, 0), load<1>(b, 0, 0));
    a += a_step;
    b += b_step;
    Floats e3 = {};
    if (column + 2 * t + 2 < x.width) e3 = input_row<I>(load<1>(a, 0, 0), load<1>(b, 0, 0));
    store<1>(to, 0, 0, e0 - e2);
    store<1>(to + point, 0, 0, e1 + e2);
    store<1>(to + 2 * point, 0, 0, e2 - e1);
    store<1>(to + 3 * point, 0, 0, e1 - e3);
    e0 = e2;
    e1 = e3;
  }
}

// Points (I, 0..3) of A dY A' for the tiles above; dY is the 2x2 pixels of a tile.
template <int I, typename T>
inline void transform_gradient(const Image<T>& dL_dy, int64_t tile_row, int64_t tile, int64_t tiles, int64_t c,
                               float* to, int64_t point) {
  const T* top = dL_dy.at + (2 * tile_row * dL_dy.width + 2 * tile) * dL_dy.channels + c;
  const T* bottom = top + dL_dy.width * dL_dy.channels;
  for (int64_t t = 0; t < tiles; ++t, to += kPanel) {
    Floats e[2];
    for (int j = 0; j < 2; ++j) {
      const Floats upper = I == 3 ? Floats{} : load<1>(top, 0, 0), lower = I == 0 ? Floats{} : load<1>(bottom, 0, 0);
      e[j] = I == 0 ? upper : I == 1 ? upper + lower : I == 2 ? upper - lower : -lower;
      top += dL_dy.channels;
      bottom += dL_dy.channels;
    }
    store<1>(to, 0, 0, e[0]);
    store<1>(to + point, 0, 0, e[0] + e[1]);
    store<1>(to + 2 * point, 0, 0, e[0] - e[1]);
    store<1>(to + 3 * point, 0, 0, -e[1]);
  }
}

// The 2x2 pixels A' M A of `tiles` tiles, from point p of tile t at from[p * point + t * kPanel].
template <typename T>
inline void transform_output(const float* from, int64_t point, int64_t tiles, T* top, T* bottom, int64_t channels) {
  for (int64_t t = 0; t < tiles; ++t, from += kPanel) {
    Floats upper[4], lower[4];
    for (int j = 0; j < 4; ++j) {
      const Floats m1 = load<1>(from + (4 + j) * point, 0, 0), m2 = load<1>(from + (8 + j) * point, 0, 0);
      upper[j] = load<1>(from + j * point, 0, 0) + m1 + m2;
      lower[j] = m1 - m2 - load<1>(from + (12 + j) * point, 0, 0);
    }
    store<1>(top, 0, 0, upper[0] + upper[1] + upper[2]);
    store<1>(bottom, 0, 0, lower[0] + lower[1] + lower[2]);
    store<1>(top + channels, 0, 0, upper[1] - upper[2] - upper[3]);
    store<1>(bottom + channels, 0, 0, lower[1] - lower[2] - lower[3]);
    top += 2 * channels;
    bottom += 2 * channels;
  }
}

// G times three values.
inline void times_g(Floats a, Floats b, Floats c, Floats (&out)[4]) {
  const Floats outer = a + c;
  out[0] = a;
  out[1] = 0.5f * (outer + b);
  out[2] = 0.5f * (outer - b);
  out[3] = c;
}

// G g G' of a kernel g (3x3).
inline void transform_kernel(const Floats (&g)[3][3], Floats (&out)[4][4]) {
  Floats columns[3][4];
  for (int j = 0; j < 3; ++j) times_g(g[0][j], g[1][j], g[2][j], columns[j]);
  for (int i = 0; i < 4; ++i) times_g(columns[0][i], columns[1][i], columns[2][i], out[i]);
}

// G' times four values.
inline void times_g_transposed(const Floats (&u)[4], Floats (&out)[3]) {
  out[0] = u[0] + 0.5f * (u[1] + u[2]);
  out[1] = 0.5f * (u[1] - u[2]);
  out[2] = 0.5f * (u[1] + u[2]) + u[3];
}

// G' dU G: the gradient of a kernel from that of its points.
inline void transform_kernel_gradient(const Floats (&u)[4][4], Floats (&out)[3][3]) {
  Floats rows[4][3];
  for (int i = 0; i < 4; ++i) times_g_transposed(u[i], rows[i]);
  for (int j = 0; j < 3; ++j) {
    const Floats column[4] = {rows[0][j], rows[1][j], rows[2][j], rows[3][j]};
    Floats result[3];
    times_g_transposed(column, result);
    for (int i = 0; i < 3; ++i) out[i][j] = result[i];
  }
}

}  // namespace
}  // namespace secant
