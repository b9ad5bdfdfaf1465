// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Square convolutions, NHWC activations, OHWI kernels, symmetric padding: the portable twin of a vendor's.
//   y[b,oy,ox,o] = bias[o] + sum_{ky,kx,i} x[b, s oy + ky - p, s ox + kx - p, i] w[o,ky,kx,i]
//   dL_dx[b,iy,ix,i] = sum_{o,ky,kx} dL_dy[b, (iy + p - ky)/s, (ix + p - kx)/s, o] w[o,ky,kx,i], where s divides
//   dL_dw[o,ky,kx,i] = sum_{b,oy,ox} dL_dy[b,oy,ox,o] x[b, s oy + ky - p, s ox + kx - p, i]
// Made to be right on every device and in the emulation; a step that is to be fast takes the vendor's. Never
// materialised: im2col, padded inputs, flipped kernels. Each sum in one fixed order, in float with fused steps for
// forward and data, in double for weights: no atomics on values.
// Bytes: nothing is kept on chip but registers, so k^2 passes over the input from the L1 and L2. Limit: those.

#include "reduce.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;

// ---- kernels ------------------------------------------------------------------------------------------------------

__device__ __forceinline__ int64_t global_thread() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

struct Place {
  int64_t b;
  int32_t y, x;
};

// Row-major position of pixel i in (B, height, width).
__device__ __forceinline__ Place place_of(int64_t i, int32_t height, int32_t width) {
  return {i / width / height, static_cast<int32_t>(i / width % height), static_cast<int32_t>(i % width)};
}

// The pixel that many further on, without a division.
__device__ __forceinline__ void advance(Place& at, int32_t pixels, int32_t height, int32_t width) {
  at.x += pixels;
  while (at.x >= width) {
    at.x -= width;
    if (++at.y < height) continue;
    at.y = 0;
    ++at.b;
  }
}

__device__ __forceinline__ bool inside(int32_t y, int32_t x, const secant_conv_spec& s) {
  return y >= 0 && y < s.height && x >= 0 && x < s.width;
}

// A thread per value of y; neighbours share the pixel and differ in the output channel.
template <typename T>
__global__ void __launch_bounds__(kThreads) forward_kernel(ConvArguments a, int64_t total) {
  const int64_t n = global_thread();
  if (n >= total) return;
  const secant_conv_spec& s = a.spec;
  const int32_t o = static_cast<int32_t>(n % s.out), pad = (s.kernel - 1) / 2;
  const Place at = place_of(n / s.out, s.height / s.stride, s.width / s.stride);
  const T* w = static_cast<const T*>(a.w) + static_cast<int64_t>(o) * s.kernel * s.kernel * s.in;
  float sum = 0.0f;
  for (int32_t tap = 0; tap < s.kernel * s.kernel; ++tap) {
    const int32_t y = at.y * s.stride + tap / s.kernel - pad, x = at.x * s.stride + tap % s.kernel - pad;
    if (!inside(y, x, s)) continue;
    const T* from = static_cast<const T*>(a.x) + ((at.b * s.height + y) * s.width + x) * s.in;
    for (int32_t i = 0; i < s.in; ++i) sum = fmaf(to_float(from[i]), to_float(w[tap * s.in + i]), sum);
  }
  static_cast<T*>(a.y)[n] = Storage<T>::from(a.b == nullptr ? sum : sum + a.b[o]);
}

// A thread per value of dL_dx.
template <typename T>
__global__ void __launch_bounds__(kThreads) data_kernel(ConvDataArguments a, int64_t total) {
  const int64_t n = global_thread();
  if (n >= total) return;
  const secant_conv_spec& s = a.spec;
  const int32_t i = static_cast<int32_t>(n % s.in), pad = (s.kernel - 1) / 2;
  const Place at = place_of(n / s.in, s.height, s.width);
  const int32_t height = s.height / s.stride, width = s.width / s.stride;
  const int64_t row = static_cast<int64_t>(s.kernel) * s.kernel * s.in;  // of w
  float sum = 0.0f;
  for (int32_t tap = 0; tap < s.kernel * s.kernel; ++tap) {
    const int32_t y = at.y + pad - tap / s.kernel, x = at.x + pad - tap % s.kernel;
    if (y < 0 || x < 0 || y % s.stride != 0 || x % s.stride != 0) continue;
    if (y / s.stride >= height || x / s.stride >= width) continue;
    const T* from =
        static_cast<const T*>(a.dL_dy) + ((at.b * height + y / s.stride) * width + x / s.stride) * int64_t{s.out};
    const T* w = static_cast<const T*>(a.w) + static_cast<int64_t>(tap) * s.in + i;
    for (int32_t o = 0; o < s.out; ++o) sum = fmaf(to_float(from[o]), to_float(w[o * row]), sum);
  }
  static_cast<T*>(a.dL_dx)[n] = Storage<T>::from(sum);
}

// A block per (output channel, tap, 32 input channels); its warps take every kWarps-th pixel, a lane one input channel.
template <typename T>
__global__ void __launch_bounds__(kThreads) weight_kernel(ConvWeightArguments a) {
  double* partial = shared_memory<double>();  // (kWarps, 32)
  const secant_conv_spec& s = a.spec;
  const int32_t taps = s.kernel * s.kernel, slices = (s.in + 31) / 32, pad = (s.kernel - 1) / 2;
  const int32_t lane = static_cast<int32_t>(threadIdx.x % 32), warp = static_cast<int32_t>(threadIdx.x / 32);
  const int32_t i = static_cast<int32_t>(blockIdx.x % slices) * 32 + lane;
  const int32_t tap = static_cast<int32_t>(blockIdx.x / slices % taps),
                o = static_cast<int32_t>(blockIdx.x / slices / taps);
  const int32_t height = s.height / s.stride, width = s.width / s.stride;
  const int64_t pixels = static_cast<int64_t>(s.batch) * height * width;
  const int32_t down = tap / s.kernel - pad, right = tap % s.kernel - pad;
  double sum = 0.0;
  Place at = place_of(warp, height, width);
  for (int64_t p = warp; p < pixels && i < s.in; p += kWarps, advance(at, kWarps, height, width)) {
    const int32_t y = at.y * s.stride + down, x = at.x * s.stride + right;
    if (!inside(y, x, s)) continue;
    const float d = to_float(static_cast<const T*>(a.dL_dy)[p * s.out + o]);
    const float v = to_float(static_cast<const T*>(a.x)[((at.b * s.height + y) * s.width + x) * s.in + i]);
    sum = fma(static_cast<double>(d), static_cast<double>(v), sum);
  }
  partial[warp * 32 + lane] = sum;
  __syncthreads();
  if (warp != 0 || i >= s.in) return;
  for (int w = 1; w < kWarps; ++w) sum += partial[w * 32 + lane];
  a.dL_dw[(static_cast<int64_t>(o) * taps + tap) * s.in + i] = static_cast<float>(sum);
}

// A block per output channel: dL_db = sum over pixels of dL_dy.
template <typename T>
__global__ void __launch_bounds__(kThreads) bias_kernel(const T* dL_dy, int64_t pixels, int32_t out, float* dL_db) {
  double* room = shared_memory<double>();
  double sum[1] = {0.0};
  for (int64_t p = threadIdx.x; p < pixels; p += kThreads) sum[0] += to_float(dL_dy[p * out + blockIdx.x]);
  block_sums<1>(sum, room);
  if (threadIdx.x == 0) dL_db[blockIdx.x] = static_cast<float>(sum[0]);
}

int64_t output_pixels(const secant_conv_spec& s) {
  return static_cast<int64_t>(s.batch) * (s.height / s.stride) * (s.width / s.stride);
}

}  // namespace

// ---- launchers ----------------------------------------------------------------------------------------------------

void conv(Device& device, const ConvArguments& a) {
  const int64_t total = output_pixels(a.spec) * a.spec.out;
  with_type(a.type, [&](auto t) {
    launch(forward_kernel<decltype(t)>, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a,
           total);
  });
}

void conv_data(Device& device, const ConvDataArguments& a) {
  const int64_t total = static_cast<int64_t>(a.spec.batch) * a.spec.height * a.spec.width * a.spec.in;
  with_type(a.type, [&](auto t) {
    launch(data_kernel<decltype(t)>, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a, total);
  });
}

void conv_weights(Device& device, const ConvWeightArguments& a) {
  const secant_conv_spec& s = a.spec;
  const int64_t blocks = static_cast<int64_t>(s.out) * s.kernel * s.kernel * divide_up(s.in, 32);
  with_type(a.type, [&](auto t) {
    using T = decltype(t);
    launch(weight_kernel<T>, grid_of(blocks), dim3(kThreads), kThreads * sizeof(double), device.stream, a);
    if (a.dL_db == nullptr) return;
    launch(bias_kernel<T>, grid_of(s.out), dim3(kThreads), kWarps * sizeof(double), device.stream,
           static_cast<const T*>(a.dL_dy), output_pixels(s), s.out, a.dL_db);
  });
}

}  // namespace secant::cuda
