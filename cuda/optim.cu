// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Adam, decoupled weight decay, the moving average of the weights and their bf16 copies over one flat arena; the
// scalars of a step; a change of type. Formulas and order of operations: native/src/cpu/optim.cpp; float results have
// the CPU's bits.
//   t = *step + 1;  m += (1 - beta1) (grad - m);  v += (1 - beta2) (grad^2 - v)
//   p -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + eps);  p -= weight_decay lr p (the first `decayed`)
//   ema = rate ema + (1 - rate) p;  copy = bf16(p);  ema_copy = bf16(ema)
// Fused: all of it, one launch for all parameters. Never materialised: bias-corrected moments, the update.
// Bytes per parameter: 36, and 2 per copy. Limit: the memory rate; 1.47 million parameters (53 MB) stay in the L2 of an
// H200. Step, learning rate and rates are read from device memory, so a recorded step runs on.

#include "common.cuh"

namespace secant::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kValues = 4;

// ---- kernels ------------------------------------------------------------------------------------------------------

struct Step {
  float beta1_rest, beta2_rest;  // 1 - beta
  float rate;                    // of the bias-corrected update
  float eps, decay, ema, ema_rest;
};

// x^n, n >= 0, by squaring: the same bits as on the CPU.
__device__ double power(double x, int64_t n) {
  double result = 1.0;
  for (; n > 0; n >>= 1, x *= x) {
    if (n & 1) result *= x;
  }
  return result;
}

__device__ Step step_of(const OptimArguments& a) {
  const int64_t t = *a.step + 1;
  const double lr = *a.learning_rate;
  const double correction = sqrt(1.0 - power(a.spec.beta2, t)) / (1.0 - power(a.spec.beta1, t));
  return {static_cast<float>(1.0 - a.spec.beta1),
          static_cast<float>(1.0 - a.spec.beta2),
          static_cast<float>(lr * correction),
          static_cast<float>(a.spec.eps),
          static_cast<float>(a.spec.weight_decay * lr),
          *a.ema_rate,
          1.0f - *a.ema_rate};
}

// N neighbouring parameters from i.
template <int N>
__device__ __forceinline__ void update(const Step& k, const OptimArguments& a, int64_t i) {
  float grad[N], p[N], m[N], v[N], ema[N];
  load_values<N>(a.grad + i, grad);
  load_values<N>(a.p + i, p);
  load_values<N>(a.m + i, m);
  load_values<N>(a.v + i, v);
  load_values<N>(a.ema + i, ema);
  SECANT_UNROLL
  for (int e = 0; e < N; ++e) {
    m[e] = m[e] + k.beta1_rest * (grad[e] - m[e]);
    v[e] = v[e] + k.beta2_rest * (grad[e] * grad[e] - v[e]);
    p[e] -= k.rate * (m[e] / (sqrtf(v[e]) + k.eps));
    p[e] -= (i + e < a.spec.decayed ? k.decay : 0.0f) * p[e];
    ema[e] = k.ema * ema[e] + k.ema_rest * p[e];
  }
  store_values<N>(a.p + i, p);
  store_values<N>(a.m + i, m);
  store_values<N>(a.v + i, v);
  store_values<N>(a.ema + i, ema);
  if (a.copy != nullptr) store_values<N>(reinterpret_cast<bf16*>(a.copy) + i, p);
  if (a.ema_copy != nullptr) store_values<N>(reinterpret_cast<bf16*>(a.ema_copy) + i, ema);
}

template <int N>
__global__ void __launch_bounds__(kThreads) optim_kernel(OptimArguments a) {
  Step* shared = shared_memory<Step>();
  if (threadIdx.x == 0) *shared = step_of(a);
  __syncthreads();
  const Step k = *shared;
  const int64_t i = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * N;
  if (i + N <= a.spec.count) {
    update<N>(k, a, i);
    return;
  }
  for (int64_t j = i; j < a.spec.count; ++j) update<1>(k, a, j);
}

__device__ double warmed_up(double decay, int32_t warmup, double t) {
  const double early = (1.0 + t) / (10.0 + t);
  return warmup != 0 && early < decay ? early : decay;
}

__global__ void schedule_kernel(ScheduleArguments a) {
  if (threadIdx.x != 0) return;
  const double pi = 3.14159265358979323846;
  const double t = static_cast<double>(*a.step), steps = static_cast<double>(a.spec.steps);
  const double ramp = a.spec.ramp_fraction * steps;
  const double factor = a.spec.cosine != 0 ? cos(7.0 * pi * t / (16.0 * steps)) : 1.0;
  *a.learning_rate = static_cast<float>(a.spec.learning_rate * factor);
  *a.weight = static_cast<float>(t < ramp ? a.spec.weight_max * (t / ramp) : a.spec.weight_max);
  *a.ema_rate = static_cast<float>(warmed_up(a.spec.ema_decay, a.spec.ema_warmup, t));
  *a.bn_rate = static_cast<float>(warmed_up(a.spec.bn_decay, a.spec.bn_warmup, t));
}

__global__ void advance_kernel(AdvanceArguments a) {
  if (threadIdx.x != 0) return;
  const int64_t t = *a.step;
  if (a.log.rows != nullptr) {
    float* row = a.log.rows + t % a.log.row_count * 3;
    row[0] = *a.log.loss;
    row[1] = a.log.consistency == nullptr ? 0.0f : *a.log.consistency;
    row[2] = a.log.weight == nullptr ? 0.0f : *a.log.weight;
  }
  *a.step = t + 1;
}

// The last, partial pack value by value.
template <typename From, typename To, int N>
__global__ void __launch_bounds__(kThreads) convert_kernel(int64_t count, const From* from, To* to) {
  const int64_t i = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * N;
  float v[N];
  if (i + N <= count) {
    load_values<N>(from + i, v);
    store_values<N>(to + i, v);
    return;
  }
  for (int64_t j = i; j < count; ++j) {
    load_values<1>(from + j, v);
    store_values<1>(to + j, v);
  }
}

}  // namespace

// ---- launchers ----------------------------------------------------------------------------------------------------

void optim_step(Device& device, const OptimArguments& a) {
  const bool wide = aligned_to(a.grad, 16) && aligned_to(a.p, 16) && aligned_to(a.m, 16) && aligned_to(a.v, 16) &&
                    aligned_to(a.ema, 16) && aligned_to(a.copy, 8) && aligned_to(a.ema_copy, 8);
  const int64_t blocks = divide_up(a.spec.count, kThreads * (wide ? kValues : 1));
  launch(wide ? optim_kernel<kValues> : optim_kernel<1>, grid_of(blocks), dim3(kThreads), sizeof(Step), device.stream,
         a);
}

void convert(Device& device, const ConvertArguments& a) {
  with_type(a.from_type, [&](auto f) {
    with_type(a.to_type, [&](auto t) {
      using From = decltype(f);
      using To = decltype(t);
      const bool wide = aligned_to(a.from, kValues * sizeof(From)) && aligned_to(a.to, kValues * sizeof(To));
      launch(wide ? convert_kernel<From, To, kValues> : convert_kernel<From, To, 1>,
             grid_of(divide_up(a.count, kThreads * (wide ? kValues : 1))), dim3(kThreads), 0, device.stream, a.count,
             static_cast<const From*>(a.from), static_cast<To*>(a.to));
    });
  });
}

void schedule(Device& device, const ScheduleArguments& a) {
  launch(schedule_kernel, dim3(1), dim3(32), 0, device.stream, a);
}

void advance(Device& device, const AdvanceArguments& a) {
  launch(advance_kernel, dim3(1), dim3(32), 0, device.stream, a);
}

}  // namespace secant::cuda
