// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Consistency loss of K-way ICT and its gradients (arXiv 2210.16413, eq. 2; ICT: arXiv 1903.03825).
//   a = student, b = mixed targets, per row, in one of three spaces (secant.h); d = a - b
//   mean: sum d^2 / (B C)      sum: sum d^2 / B      l2: sum over rows of ||d|| / B, gradient 0 where d = 0
//   g = dL/da; through a softmax with probabilities p: dL/dz = p (g - <p, g>); the targets get -g, times lambda_k
// Fused, in one launch: gather, softmaxes, mixing, loss, all gradients. Never materialised: gathered or mixed targets,
// probabilities, contributions to the targets' gradient.
// Bytes: (K + 1) B C 4 read, B C 4 written, T C 4 more with a gradient for the targets. Limit: the latency of one
// launch. A warp makes one row; lane i owns classes i, i + 32, ..., in double with the strict exp of the draws. The
// loss is the sum of the rows' losses in order, by the last block. A target's gradient is made by a warp of its own,
// which visits the (b, k) that name it in order and makes their rows again: no atomics on values, no scratch, no second
// launch.

#include "reduce.cuh"
#include "strict_math.h"

namespace secant::cuda {
namespace {

constexpr int kWarps = 4;    // of a block
constexpr int kVectors = 4;  // of C doubles each that a warp works on: a, mixed, g, sum
constexpr int kTicket = 0;

// ---- kernels ------------------------------------------------------------------------------------------------------

// A warp's vectors, in shared memory or, for many classes, in the workspace.
struct Vectors {
  double *a, *mixed, *g, *sum;
};

struct Rows {
  ConsistencyArguments q;
  double count;    // divisor of the loss
  double* losses;  // (B)
};

__device__ __forceinline__ int lane_of() { return static_cast<int>(threadIdx.x % 32); }

// z <- softmax(z), lane by lane. NaN and +infinity give NaN.
__device__ __forceinline__ void softmax(double* z, int32_t classes) {
  double top = -INFINITY;
  for (int32_t c = lane_of(); c < classes; c += 32) top = z[c] > top || z[c] != z[c] ? z[c] : top;
  top = warp_max(top);
  double sum = 0.0;
  for (int32_t c = lane_of(); c < classes; c += 32) sum += z[c] = strict_exp(z[c] - top);
  const double inverse = 1.0 / warp_sum(sum);
  for (int32_t c = lane_of(); c < classes; c += 32) z[c] *= inverse;
}

// to <- scale * p * (g - <p, g>)
__device__ __forceinline__ void softmax_backward(const double* g, const double* p, double scale, int32_t classes,
                                                 double* to) {
  double dot = 0.0;
  for (int32_t c = lane_of(); c < classes; c += 32) dot += p[c] * g[c];
  dot = warp_sum(dot);
  for (int32_t c = lane_of(); c < classes; c += 32) to[c] = scale * (p[c] * (g[c] - dot));
}

__device__ void widen_row(const float* from, int32_t classes, double* to) {
  for (int32_t c = lane_of(); c < classes; c += 32) to[c] = from[c];
}

// Row of way k of sample b, or NULL when it is out of range.
__device__ const float* target_row(const ConsistencyArguments& q, int64_t b, int32_t k) {
  const int32_t row = q.rows[b * q.ways + k];
  return row >= 0 && row < q.sources ? q.targets + static_cast<int64_t>(row) * q.classes : nullptr;
}

// mixed <- the mixed targets of sample b; room: C doubles.
__device__ __forceinline__ void mix_targets(const ConsistencyArguments& q, int64_t b, double* mixed, double* room) {
  for (int32_t k = 0; k < q.ways; ++k) {
    const double weight = q.lambda[b * q.ways + k];
    const float* z = target_row(q, b, k);
    for (int32_t c = lane_of(); c < q.classes; c += 32) room[c] = z == nullptr ? NAN : static_cast<double>(z[c]);
    if (q.space == SECANT_SPACE_PROB) softmax(room, q.classes);
    for (int32_t c = lane_of(); c < q.classes; c += 32) {
      const double term = weight * room[c];
      mixed[c] = k == 0 ? term : mixed[c] + term;
    }
  }
  if (q.space == SECANT_SPACE_LOGIT_SOFTMAX) softmax(mixed, q.classes);
}

// a, mixed, g = dL/da of sample b; returns its loss.
__device__ __forceinline__ double row_forward(const Rows& rows, int64_t b, const Vectors& v) {
  const ConsistencyArguments& q = rows.q;
  widen_row(q.student + b * q.classes, q.classes, v.a);
  if (q.space != SECANT_SPACE_LOGIT) softmax(v.a, q.classes);
  mix_targets(q, b, v.mixed, v.g);
  double squared = 0.0;
  for (int32_t c = lane_of(); c < q.classes; c += 32) {
    const double d = v.a[c] - v.mixed[c];
    squared += d * d;
  }
  squared = warp_sum(squared);
  const bool plain = q.reduction == SECANT_REDUCTION_L2;
  const double norm = sqrt(squared), weight = *q.weight;
  // dL/dd = factor * d; at d = 0 the plain norm has the subgradient 0.
  const double factor = plain ? (norm == 0.0 ? 0.0 : weight / (norm * rows.count)) : 2.0 * weight / rows.count;
  for (int32_t c = lane_of(); c < q.classes; c += 32) v.g[c] = factor * (v.a[c] - v.mixed[c]);
  return (plain ? norm : squared) / rows.count;
}

__device__ __forceinline__ void student_row(const Rows& rows, int64_t b, const Vectors& v) {
  const ConsistencyArguments& q = rows.q;
  const double loss = row_forward(rows, b, v);
  if (lane_of() == 0) rows.losses[b] = loss;
  if (q.dL_dstudent == nullptr) return;
  if (q.space != SECANT_SPACE_LOGIT) softmax_backward(v.g, v.a, 1.0, q.classes, v.g);
  for (int32_t c = lane_of(); c < q.classes; c += 32) q.dL_dstudent[b * q.classes + c] = static_cast<float>(v.g[c]);
}

// sum <- sum + the contribution of (b, k) to its target.
__device__ __forceinline__ void add_contribution(const Rows& rows, int64_t b, int32_t k, const Vectors& v) {
  const ConsistencyArguments& q = rows.q;
  row_forward(rows, b, v);
  const double lambda = q.lambda[b * q.ways + k];
  double scale = -lambda;
  if (q.space == SECANT_SPACE_PROB) {
    widen_row(target_row(q, b, k), q.classes, v.mixed);
    softmax(v.mixed, q.classes);
    softmax_backward(v.g, v.mixed, -lambda, q.classes, v.g);
    scale = 1.0;
  } else if (q.space == SECANT_SPACE_LOGIT_SOFTMAX) {
    softmax_backward(v.g, v.mixed, -1.0, q.classes, v.g);
    scale = lambda;
  }
  for (int32_t c = lane_of(); c < q.classes; c += 32) v.sum[c] += scale * v.g[c];
}

__device__ __forceinline__ void target_gradient(const Rows& rows, int64_t t, const Vectors& v) {
  const ConsistencyArguments& q = rows.q;
  for (int32_t c = lane_of(); c < q.classes; c += 32) v.sum[c] = 0.0;
  for (int64_t b = 0; b < q.batch; ++b) {
    for (int32_t k = 0; k < q.ways; ++k) {
      if (q.rows[b * q.ways + k] == t) add_contribution(rows, b, k, v);  // the same in every lane
    }
  }
  for (int32_t c = lane_of(); c < q.classes; c += 32) q.dL_dtargets[t * q.classes + c] = static_cast<float>(v.sum[c]);
}

__device__ void sum_losses(const Rows& rows) {
  double sum = 0.0;
  for (int32_t b = 0; b < rows.q.batch; ++b) sum += rows.losses[b];
  *rows.q.loss = static_cast<float>(sum);
}

// Warps 0 .. B-1 make the rows, warps B .. B+T-1 the gradients of the targets. outside NULL: vectors in shared memory.
__global__ void __launch_bounds__(kWarps * 32, 2)
    consistency_kernel(Rows rows, int64_t warps, double* outside, unsigned int* ticket) {
  const int64_t warp = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  int* flag = shared_memory<int>();
  double* room = shared_memory<double>() + 2 + static_cast<int64_t>(threadIdx.x / 32) * kVectors * rows.q.classes;
  if (outside != nullptr) room = outside + warp * kVectors * rows.q.classes;
  const int64_t n = rows.q.classes;
  const Vectors v = {room, room + n, room + 2 * n, room + 3 * n};
  if (warp < rows.q.batch) {
    student_row(rows, warp, v);
  } else if (warp < warps) {
    target_gradient(rows, warp - rows.q.batch, v);
  }
  if (last_block(ticket, gridDim.x, flag) && threadIdx.x == 0) sum_losses(rows);
}

}  // namespace

// ---- launchers ----------------------------------------------------------------------------------------------------

void consistency(Device& device, const ConsistencyArguments& q) {
  const int64_t warps = q.batch + (q.dL_dtargets != nullptr ? static_cast<int64_t>(q.sources) : 0);
  const int64_t blocks = divide_up(warps, kWarps);
  const size_t vectors = static_cast<size_t>(kVectors) * static_cast<size_t>(q.classes) * sizeof(double);
  const size_t shared = 2 * sizeof(double) + kWarps * vectors;
  const bool fits = shared <= device.shared_limit;
  const size_t losses = static_cast<size_t>(divide_up(q.batch, 2) * 2) * sizeof(double);
  auto* workspace =
      static_cast<double*>(device.workspace(losses + (fits ? 0 : static_cast<size_t>(blocks) * kWarps * vectors)));
  const double count = static_cast<double>(q.batch) * (q.reduction == SECANT_REDUCTION_MEAN ? q.classes : 1);
  const Rows rows = {q, count, workspace};
  launch(consistency_kernel, grid_of(blocks), dim3(kWarps * 32), fits ? shared : 2 * sizeof(double), device.stream,
         rows, warps, fits ? static_cast<double*>(nullptr) : workspace + losses / sizeof(double),
         device.tickets + kTicket);
}

}  // namespace secant::cuda
