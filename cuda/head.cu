// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The head of the network: average over pixels, dense layer, cross entropy with soft targets, each forward and
// backward.
//   pooled = mean over P of y;  logits = x w^T + bias;  loss = mean over B of -sum_c targets_c * log softmax(logits)_c
// Fused: loss and gradient of the cross entropy in one launch; the three gradients of the dense layer in one launch.
// Never materialised: softmax, one-hot targets, per-pixel copies, w^T. All sums are in double and in a fixed order.
// Bytes: each operand once from memory (all of it, below 10 MB, from the L2). Limit: launch latency; for wide networks
// with many classes the dense layer belongs to a matrix library, these kernels are its small, deterministic twin.

#include "losses.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = 4;  // of a block that makes rows
constexpr int kTicket = 0;

// ---- kernels ------------------------------------------------------------------------------------------------------

__device__ __forceinline__ int64_t global_thread() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// A thread per (b, c).
template <typename T>
__global__ void __launch_bounds__(kThreads) pool_forward_kernel(PoolArguments a, int64_t total) {
  const int64_t i = global_thread();
  if (i >= total) return;
  const T* y = static_cast<const T*>(a.y) + i / a.channels * a.pixels * a.channels + i % a.channels;
  double sum = 0.0;
  SECANT_UNROLL_4
  for (int32_t p = 0; p < a.pixels; ++p) sum += to_float(y[static_cast<int64_t>(p) * a.channels]);
  a.pooled[i] = static_cast<float>(sum / a.pixels);
}

// A thread per value of dL_dy.
template <typename T>
__global__ void __launch_bounds__(kThreads) pool_backward_kernel(PoolGradientArguments a, int64_t total) {
  const int64_t i = global_thread();
  if (i >= total) return;
  const int64_t b = i / a.channels / a.pixels;
  const float d = __ldg(a.dL_dpooled + b * a.channels + i % a.channels) / static_cast<float>(a.pixels);
  static_cast<T*>(a.dL_dy)[i] = Storage<T>::from(d);
}

// A warp per logit.
__global__ void __launch_bounds__(kThreads) dense_forward_kernel(DenseArguments a, int64_t total) {
  const int64_t i = global_thread() / 32;
  if (i >= total) return;
  const int64_t b = i / a.classes, c = i % a.classes;
  double sum = 0.0;
  for (int64_t f = threadIdx.x % 32; f < a.features; f += 32) {
    sum = fma(static_cast<double>(a.x[b * a.features + f]), static_cast<double>(a.w[c * a.features + f]), sum);
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) a.logits[i] = static_cast<float>(sum + static_cast<double>(a.bias[c]));
}

// sum over i < count of a[i * a_stride] * b[i * b_stride]
__device__ double strided_dot(const float* a, int64_t a_stride, const float* b, int64_t b_stride, int64_t count) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; ++i) {
    sum = fma(static_cast<double>(__ldg(a + i * a_stride)), static_cast<double>(__ldg(b + i * b_stride)), sum);
  }
  return sum;
}

// A thread per value: dL_dx (B, F), then dL_dw (C, F), then dL_dbias (C).
__global__ void __launch_bounds__(kThreads) dense_backward_kernel(DenseGradientArguments a) {
  int64_t i = global_thread();
  const int64_t inputs = static_cast<int64_t>(a.batch) * a.features;
  const int64_t weights = static_cast<int64_t>(a.classes) * a.features;
  if (i < inputs) {
    const int64_t b = i / a.features, f = i % a.features;
    a.dL_dx[i] = static_cast<float>(strided_dot(a.dL_dlogits + b * a.classes, 1, a.w + f, a.features, a.classes));
    return;
  }
  i -= inputs;
  if (i < weights) {
    const int64_t c = i / a.features, f = i % a.features;
    a.dL_dw[i] = static_cast<float>(strided_dot(a.dL_dlogits + c, a.classes, a.x + f, a.features, a.batch));
    return;
  }
  i -= weights;
  if (i >= a.classes) return;
  double sum = 0.0;
  for (int64_t b = 0; b < a.batch; ++b) sum += static_cast<double>(a.dL_dlogits[b * a.classes + i]);
  a.dL_dbias[i] = static_cast<float>(sum);
}

__global__ void __launch_bounds__(kWarps * 32, 2)
    cross_entropy_kernel(EntropyArguments a, double* losses, unsigned int* ticket) {
  int* flag = shared_memory<int>();
  const int64_t b = global_thread() / 32;
  if (b < a.batch) {
    const int64_t at = b * a.classes;
    const double loss = entropy_row(a.logits + at, a.targets + at, a.classes, 1.0 / a.batch,
                                    a.dL_dlogits == nullptr ? nullptr : a.dL_dlogits + at);
    if (threadIdx.x % 32 == 0) losses[b] = loss;
  }
  if (!last_block(ticket, gridDim.x, flag) || threadIdx.x >= 32) return;
  const double sum = sum_rows(losses, a.batch);
  if (threadIdx.x == 0) *a.loss = static_cast<float>(sum / a.batch);
}

}  // namespace

// ---- launchers ----------------------------------------------------------------------------------------------------

void pool_forward(Device& device, const PoolArguments& a) {
  const int64_t total = static_cast<int64_t>(a.batch) * a.channels;
  with_type(a.type, [&](auto t) {
    launch(pool_forward_kernel<decltype(t)>, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a,
           total);
  });
}

void pool_backward(Device& device, const PoolGradientArguments& a) {
  const int64_t total = static_cast<int64_t>(a.batch) * a.pixels * a.channels;
  with_type(a.type, [&](auto t) {
    launch(pool_backward_kernel<decltype(t)>, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a,
           total);
  });
}

void dense_forward(Device& device, const DenseArguments& a) {
  const int64_t total = static_cast<int64_t>(a.batch) * a.classes;
  launch(dense_forward_kernel, grid_of(divide_up(total, kThreads / 32)), dim3(kThreads), 0, device.stream, a, total);
}

void dense_backward(Device& device, const DenseGradientArguments& a) {
  const int64_t total = (static_cast<int64_t>(a.batch) + a.classes) * a.features + a.classes;
  launch(dense_backward_kernel, grid_of(divide_up(total, kThreads)), dim3(kThreads), 0, device.stream, a);
}

void cross_entropy(Device& device, const EntropyArguments& a) {
  auto* losses = static_cast<double*>(device.workspace(static_cast<size_t>(a.batch) * sizeof(double)));
  launch(cross_entropy_kernel, grid_of(divide_up(a.batch, kWarps)), dim3(kWarps * 32), sizeof(double), device.stream, a,
         losses, device.tickets + kTicket);
}

}  // namespace secant::cuda
