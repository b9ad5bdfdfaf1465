// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The losses of one row, made by one warp: lane i owns classes i, i + 32, ..., in double with the strict exp of the
// draws. Shared by the kernels of a loss alone (consistency.cu, head.cu) and the head in one launch (head_train.cu).
// Formulas: consistency.cu, head.cu.
#pragma once

#include "reduce.cuh"
#include "strict_math.h"

namespace secant::cuda {

__device__ __forceinline__ int lane_of() { return static_cast<int>(threadIdx.x % 32); }

// Sum of the losses of `count` rows, for a whole warp: 32 interleaved sums, then a butterfly, so that the loads of a
// warp go together.
__device__ __forceinline__ double sum_rows(const double* losses, int32_t count) {
  double sum = 0.0;
  SECANT_UNROLL_4
  for (int32_t i = lane_of(); i < count; i += 32) sum += losses[i];
  return warp_sum(sum);
}

// ---- cross entropy ------------------------------------------------------------------------------------------------

// Loss of a row; its gradient times `scale` to out unless that is NULL.
__device__ __forceinline__ double entropy_row(const float* z, const float* target, int32_t classes, double scale,
                                              float* out) {
  double top = -INFINITY;
  for (int32_t c = lane_of(); c < classes; c += 32) top = z[c] > top || z[c] != z[c] ? static_cast<double>(z[c]) : top;
  top = warp_max(top);
  double sum = 0.0, mass = 0.0, dot = 0.0;
  for (int32_t c = lane_of(); c < classes; c += 32) {
    const double d = static_cast<double>(z[c]) - top, t = target[c];
    sum += strict_exp(d);
    mass += t;
    dot += t * d;
  }
  sum = warp_sum(sum);
  mass = warp_sum(mass);
  dot = warp_sum(dot);
  for (int32_t c = lane_of(); c < classes && out != nullptr; c += 32) {
    const double d = static_cast<double>(z[c]) - top;
    out[c] = static_cast<float>((mass * (strict_exp(d) / sum) - static_cast<double>(target[c])) * scale);
  }
  return mass * strict_log(sum) - dot;
}

// ---- consistency --------------------------------------------------------------------------------------------------

// C doubles each, for one warp.
struct Vectors {
  double *a, *mixed, *g;
};

struct ConsistencyRows {
  ConsistencyArguments q;  // student, loss and dL_dstudent are the caller's business
  double count;            // divisor of the loss
};

inline ConsistencyRows consistency_rows(const ConsistencyArguments& q) {
  return {q, static_cast<double>(q.batch) * (q.reduction == SECANT_REDUCTION_MEAN ? q.classes : 1)};
}

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

__device__ __forceinline__ void widen_row(const float* from, int32_t classes, double* to) {
  for (int32_t c = lane_of(); c < classes; c += 32) to[c] = from[c];
}

// Row of way k of sample b, or NULL when it is out of range.
__device__ __forceinline__ const float* target_row(const ConsistencyArguments& q, int64_t b, int32_t k) {
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

// a, mixed, g = dL/da of sample b, whose student's logits are z; returns its loss.
__device__ __forceinline__ double consistency_row(const ConsistencyRows& rows, int64_t b, const float* z,
                                                  const Vectors& v) {
  const ConsistencyArguments& q = rows.q;
  widen_row(z, q.classes, v.a);
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

// out <- dL/dz of the student, after consistency_row; g is used up.
__device__ __forceinline__ void student_gradient(const ConsistencyArguments& q, const Vectors& v, float* out) {
  if (q.space != SECANT_SPACE_LOGIT) softmax_backward(v.g, v.a, 1.0, q.classes, v.g);
  for (int32_t c = lane_of(); c < q.classes; c += 32) out[c] = static_cast<float>(v.g[c]);
}

}  // namespace secant::cuda
