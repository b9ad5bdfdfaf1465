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
// loss is summed by a warp of the last block. A target's gradient is made by a warp of its own,
// which visits the (b, k) that name it in order and makes their rows again: no atomics on values, no scratch, no second
// launch.

#include "losses.cuh"

namespace secant::cuda {
namespace {

constexpr int kWarps = 4;    // of a block
constexpr int kVectors = 4;  // of C doubles each that a warp works on: a, mixed, g, sum
constexpr int kTicket = 0;

// ---- kernels ------------------------------------------------------------------------------------------------------

// A warp's vectors lie in shared memory or, for many classes, in the workspace; sum: of a target's gradient.
struct Room : Vectors {
  double* sum;
};

__device__ __forceinline__ void student_row(const ConsistencyRows& rows, int64_t b, const Room& v, double* losses) {
  const ConsistencyArguments& q = rows.q;
  const double loss = consistency_row(rows, b, q.student + b * q.classes, v);
  if (lane_of() == 0) losses[b] = loss;
  if (q.dL_dstudent != nullptr) student_gradient(q, v, q.dL_dstudent + b * q.classes);
}

// sum <- sum + the contribution of (b, k) to its target.
__device__ __forceinline__ void add_contribution(const ConsistencyRows& rows, int64_t b, int32_t k, const Room& v) {
  const ConsistencyArguments& q = rows.q;
  consistency_row(rows, b, q.student + b * q.classes, v);
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

__device__ __forceinline__ void target_gradient(const ConsistencyRows& rows, int64_t t, const Room& v) {
  const ConsistencyArguments& q = rows.q;
  for (int32_t c = lane_of(); c < q.classes; c += 32) v.sum[c] = 0.0;
  for (int64_t b = 0; b < q.batch; ++b) {
    for (int32_t k = 0; k < q.ways; ++k) {
      if (q.rows[b * q.ways + k] == t) add_contribution(rows, b, k, v);  // the same in every lane
    }
  }
  for (int32_t c = lane_of(); c < q.classes; c += 32) q.dL_dtargets[t * q.classes + c] = static_cast<float>(v.sum[c]);
}

// Warps 0 .. B-1 make the rows, warps B .. B+T-1 the gradients of the targets. outside NULL: vectors in shared memory.
__global__ void __launch_bounds__(kWarps * 32, 2)
    consistency_kernel(ConsistencyRows rows, int64_t warps, double* losses, double* outside, unsigned int* ticket) {
  const int64_t warp = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  int* flag = shared_memory<int>();
  double* room = shared_memory<double>() + 2 + static_cast<int64_t>(threadIdx.x / 32) * kVectors * rows.q.classes;
  if (outside != nullptr) room = outside + warp * kVectors * rows.q.classes;
  const int64_t n = rows.q.classes;
  const Room v = {{room, room + n, room + 2 * n}, room + 3 * n};
  if (warp < rows.q.batch) {
    student_row(rows, warp, v, losses);
  } else if (warp < warps) {
    target_gradient(rows, warp - rows.q.batch, v);
  }
  if (!last_block(ticket, gridDim.x, flag) || threadIdx.x >= 32) return;
  const double sum = sum_rows(losses, rows.q.batch);
  if (threadIdx.x == 0) *rows.q.loss = static_cast<float>(sum);
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
  launch(consistency_kernel, grid_of(blocks), dim3(kWarps * 32), fits ? shared : 2 * sizeof(double), device.stream,
         consistency_rows(q), warps, workspace,
         fits ? static_cast<double*>(nullptr) : workspace + losses / sizeof(double), device.tickets + kTicket);
}

}  // namespace secant::cuda
