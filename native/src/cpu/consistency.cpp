// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Consistency loss of K-way ICT and its gradients (arXiv 2210.16413, eq. 2; ICT: arXiv 1903.03825).
//   a = student, b = mixed targets, per row, in one of three spaces (secant.h); d = a - b
//   mean: sum d^2 / (B C)      sum: sum d^2 / B      l2: sum over rows of ||d|| / B, gradient 0 where d = 0
//   g = dL/da; through a softmax with probabilities p: dL/dz = p (g - <p, g>); the targets get -g, times lambda_k
// Fused: gather, softmaxes, mixing, loss, all gradients. Never materialised in memory: gathered or mixed targets; one
// row's values live in registers (logits, no gradient for the targets) or in a scratch of doubles. All arithmetic is
// double with strict exp, so bits do not depend on the machine. Bytes: (K + 1) B C 4 read, B C 4 written, T C 4 more
// with a gradient for the targets. The targets' gradient is summed over (b, k) in that order by class segments: no
// atomics, no dependence on threads.

#include "cpu/kernels.h"
#include "cpu/lanes.h"
#include "cpu/strict_lanes.h"
#include "cpu/wide.h"

namespace secant {
namespace {

constexpr int32_t kRowsPerChunk = 16;
constexpr int64_t kOnePassValuesPerChunk = 8192;  // less work than waking a thread, for one_pass
constexpr int64_t kSegment = 64;                  // classes summed together in the targets' gradient

int64_t padded(int64_t classes) { return (classes + 7) / 8 * 8; }

D8 load(const double* p) {
  D8 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
void store(double* p, D8 v) { __builtin_memcpy(p, &v, sizeof v); }

// A row of floats as doubles, padded with `fill` to whole vectors.
void widen_row(double* to, const float* from, int64_t classes, double fill) {
  int64_t c = 0;
  for (; c + 8 <= classes; c += 8) store(to + c, widen(load8(from + c)));
  if (c == classes) return;
  for (; c < classes; ++c) to[c] = from[c];
  for (; c % 8 != 0; ++c) to[c] = fill;
}

void narrow_row(float* to, const double* from, int64_t classes) {
  for (int64_t c = 0; c < classes; ++c) to[c] = static_cast<float>(from[c]);
}

double dot(const double* a, const double* b, int64_t n) {
  D8 sum = {0};
  for (int64_t c = 0; c < n; c += 8) sum += load(a + c) * load(b + c);
  return lane_sum(sum);
}

// In place; padding must hold -infinity and becomes 0. NaN and +infinity give NaN.
void softmax(double* z, int64_t n) {
  D8 top = load(z);
  for (int64_t c = 8; c < n; c += 8) top = select(load(z + c) > top, load(z + c), top);
  double max = top[0];
  for (int32_t i = 1; i < 8; ++i) max = top[i] > max ? top[i] : max;
  D8 sum = {0};
  for (int64_t c = 0; c < n; c += 8) {
    const D8 e = exp_nonpositive(load(z + c) - max);
    store(z + c, e);
    sum += e;
  }
  const double inverse = 1.0 / lane_sum(sum);
  for (int64_t c = 0; c < n; c += 8) store(z + c, load(z + c) * inverse);
}

// g <- scale * p * (g - <p, g>)
void softmax_backward(double* g, const double* p, double scale, int64_t n, double* to) {
  const double mean = dot(p, g, n);
  for (int64_t c = 0; c < n; c += 8) store(to + c, scale * (load(p + c) * (load(g + c) - mean)));
}

// Scratch: loss (B), and unless one_pass, per row `stride` doubles: a, b, g, and in PROB space p_k (K); then sums (T,
// C) of the targets.
struct Layout {
  int64_t n, kept, stride, bytes;
};

bool times(int64_t a, int64_t b, int64_t* product) { return !__builtin_mul_overflow(a, b, product); }

// Logits compared as they are, gradient of the student at most: one pass in registers.
bool one_pass(int32_t space, int32_t reduction, bool targets_gradient) {
  return space == SECANT_SPACE_LOGIT && reduction != SECANT_REDUCTION_L2 && !targets_gradient;
}

bool layout_of(int32_t space, int32_t reduction, int32_t batch, int32_t ways, int32_t sources, int32_t classes,
               bool targets_gradient, Layout* layout) {
  Layout& l = *layout;
  l.n = padded(classes);
  if (one_pass(space, reduction, targets_gradient)) {
    l.kept = l.stride = 0;
    l.bytes = batch * static_cast<int64_t>(sizeof(double));
    return true;
  }
  l.kept = space == SECANT_SPACE_PROB ? ways : 0;
  l.stride = (3 + l.kept) * l.n;
  int64_t rows = 0, sums = 0;
  if (!times(l.stride + 1, batch, &rows)) return false;
  if (targets_gradient && !times(sources, l.n, &sums)) return false;
  int64_t total = 0;
  return !__builtin_add_overflow(rows, sums, &total) && !__builtin_add_overflow(total, 8, &total) &&
         times(total, sizeof(double), &l.bytes);
}

struct Problem {
  Layout layout;
  int32_t space, reduction, batch, ways, classes;
  const float *student, *targets;
  const int32_t* rows;
  const float* lambda;
  double weight;
  float* dL_dstudent;
  bool targets_gradient;
  double *losses, *scratch, *sums;
};

// b <- mixed targets; in PROB space p (K, n) <- softmax of each target.
void mix_targets(const Problem& q, int64_t b, double* mixed, double* p) {
  const int64_t n = q.layout.n;
  const double fill = q.space == SECANT_SPACE_LOGIT ? 0.0 : -__builtin_inf();
  for (int32_t k = 0; k < q.ways; ++k) {
    const double weight = q.lambda[b * q.ways + k];
    const float* z = q.targets + static_cast<int64_t>(q.rows[b * q.ways + k]) * q.classes;
    if (q.space == SECANT_SPACE_PROB) {
      double* probabilities = p + k * n;
      widen_row(probabilities, z, q.classes, fill);
      softmax(probabilities, n);
      for (int64_t c = 0; c < n; c += 8) {
        const D8 term = weight * load(probabilities + c);
        store(mixed + c, k == 0 ? term : load(mixed + c) + term);
      }
      continue;
    }
    int64_t c = 0;
    for (; c + 8 <= q.classes; c += 8) {
      const D8 term = weight * widen(load8(z + c));
      store(mixed + c, k == 0 ? term : load(mixed + c) + term);
    }
    for (; c < q.classes; ++c) mixed[c] = k == 0 ? weight * z[c] : mixed[c] + weight * z[c];
  }
  if (q.space == SECANT_SPACE_PROB) return;
  for (int64_t c = q.classes; c < n; ++c) mixed[c] = fill;
  if (q.space == SECANT_SPACE_LOGIT_SOFTMAX) softmax(mixed, n);
}

// mixed <- what the targets' gradient needs, with the sign of -g; p_k <- the contribution of way k in PROB space.
void targets_backward(const Problem& q, int64_t b, double* g, double* mixed, double* p) {
  const int64_t n = q.layout.n;
  if (q.space == SECANT_SPACE_LOGIT) {
    for (int64_t c = 0; c < n; c += 8) store(mixed + c, -load(g + c));
  } else if (q.space == SECANT_SPACE_LOGIT_SOFTMAX) {
    softmax_backward(g, mixed, -1.0, n, mixed);
  } else {
    for (int32_t k = 0; k < q.ways; ++k) {
      softmax_backward(g, p + k * n, -static_cast<double>(q.lambda[b * q.ways + k]), n, p + k * n);
    }
  }
}

void one_row(const Problem& q, int64_t b) {
  const int64_t n = q.layout.n;
  double* a = q.scratch + b * q.layout.stride;
  double* mixed = a + n;
  double* g = mixed + n;
  double* p = g + n;
  const bool probabilities = q.space != SECANT_SPACE_LOGIT;
  widen_row(a, q.student + b * q.classes, q.classes, probabilities ? -__builtin_inf() : 0.0);
  if (probabilities) softmax(a, n);
  mix_targets(q, b, mixed, p);
  D8 sum = {0};
  for (int64_t c = 0; c < n; c += 8) {
    const D8 d = load(a + c) - load(mixed + c);
    sum += d * d;
  }
  const double squared = lane_sum(sum);
  const double norm = __builtin_sqrt(squared);
  const double count = static_cast<double>(q.batch) * (q.reduction == SECANT_REDUCTION_MEAN ? q.classes : 1);
  const bool l2 = q.reduction == SECANT_REDUCTION_L2;
  q.losses[b] = (l2 ? norm : squared) / count;
  if (q.dL_dstudent == nullptr && !q.targets_gradient) return;
  // dL/dd = factor * d; at d = 0 the norm has the subgradient 0.
  const double factor = l2 ? (norm == 0.0 ? 0.0 : q.weight / (norm * count)) : 2.0 * q.weight / count;
  for (int64_t c = 0; c < n; c += 8) store(g + c, factor * (load(a + c) - load(mixed + c)));
  if (q.targets_gradient) targets_backward(q, b, g, mixed, p);
  if (q.dL_dstudent == nullptr) return;
  if (probabilities) softmax_backward(g, a, 1.0, n, g);
  narrow_row(q.dL_dstudent + b * q.classes, g, q.classes);
}

// Squares of logits, with the order of one_row. kWays = 0: any number.
template <int32_t kWays>
void one_pass_row(const Problem& q, int64_t b, double count, double factor) {
  const int32_t ways = kWays == 0 ? q.ways : kWays;
  const int32_t classes = q.classes;
  const float* a = q.student + b * classes;
  const float* z[kWays == 0 ? SECANT_MAX_WAYS : kWays];
  double lambda[kWays == 0 ? SECANT_MAX_WAYS : kWays];
  for (int32_t k = 0; k < ways; ++k) {
    z[k] = q.targets + static_cast<int64_t>(q.rows[b * ways + k]) * classes;
    lambda[k] = q.lambda[b * ways + k];
  }
  float* gradient = q.dL_dstudent == nullptr ? nullptr : q.dL_dstudent + b * classes;
  Wide sum = wide_zero();
  int64_t c = 0;
  for (; c + 8 <= classes; c += 8) {
    Wide mixed = lambda[0] * widen(z[0] + c);
    for (int32_t k = 1; k < ways; ++k) mixed = mixed + lambda[k] * widen(z[k] + c);
    const Wide d = widen(a + c) - mixed;
    sum = sum + d * d;
    if (gradient != nullptr) narrow(gradient + c, factor * d);
  }
  // What is left goes to the lanes it would have had.
  D8 lanes;
  __builtin_memcpy(&lanes, &sum, sizeof lanes);
  for (int32_t i = 0; c < classes; ++i, ++c) {
    double mixed = lambda[0] * z[0][c];
    for (int32_t k = 1; k < ways; ++k) mixed = mixed + lambda[k] * z[k][c];
    const double d = a[c] - mixed;
    lanes[i] = lanes[i] + d * d;
    if (gradient != nullptr) gradient[c] = static_cast<float>(factor * d);
  }
  q.losses[b] = lane_sum(lanes) / count;
}

void one_pass_rows(const Problem& q, int64_t begin, int64_t end) {
  const double count = static_cast<double>(q.batch) * (q.reduction == SECANT_REDUCTION_MEAN ? q.classes : 1);
  const double factor = 2.0 * q.weight / count;
  for (int64_t b = begin; b < end; ++b) {
    if (q.ways == 2)
      one_pass_row<2>(q, b, count, factor);
    else
      one_pass_row<0>(q, b, count, factor);
  }
}

// dL_dtargets (T, C): contributions of (b, k) in that order, one segment of classes.
void sum_targets(const Problem& q, int32_t sources, int64_t begin, int64_t end, float* dL_dtargets) {
  const int64_t n = q.layout.n;
  for (int64_t t = 0; t < sources; ++t) {
    for (int64_t c = begin; c < end; c += 8) store(q.sums + t * n + c, D8{0});
  }
  for (int64_t b = 0; b < q.batch; ++b) {
    const double* row = q.scratch + b * q.layout.stride;
    for (int32_t k = 0; k < q.ways; ++k) {
      const bool own = q.space == SECANT_SPACE_PROB;
      const double* from = own ? row + (3 + k) * n : row + n;
      const double weight = own ? 1.0 : static_cast<double>(q.lambda[b * q.ways + k]);
      double* to = q.sums + q.rows[b * q.ways + k] * n;
      for (int64_t c = begin; c < end; c += 8) store(to + c, load(to + c) + weight * load(from + c));
    }
  }
  const int64_t stop = end < q.classes ? end : q.classes;
  for (int64_t t = 0; t < sources; ++t) {
    narrow_row(dL_dtargets + t * q.classes + begin, q.sums + t * n + begin, stop - begin);
  }
}

}  // namespace

namespace SECANT_LEVEL {

int64_t consistency_scratch(int32_t space, int32_t reduction, int32_t batch, int32_t ways, int32_t sources,
                            int32_t classes, bool targets_gradient) {
  Layout layout;
  return layout_of(space, reduction, batch, ways, sources, classes, targets_gradient, &layout) ? layout.bytes : -1;
}

void consistency(Pool& pool, void* scratch, int32_t space, int32_t reduction, int32_t batch, int32_t ways,
                 int32_t sources, int32_t classes, const float* student, const float* targets, const int32_t* rows,
                 const float* lambda, float weight, float* loss, float* dL_dstudent, float* dL_dtargets) {
  Problem q;
  layout_of(space, reduction, batch, ways, sources, classes, dL_dtargets != nullptr, &q.layout);
  q.space = space;
  q.reduction = reduction;
  q.batch = batch;
  q.ways = ways;
  q.classes = classes;
  q.student = student;
  q.targets = targets;
  q.rows = rows;
  q.lambda = lambda;
  q.weight = weight;
  q.dL_dstudent = dL_dstudent;
  q.targets_gradient = dL_dtargets != nullptr;
  q.losses = static_cast<double*>(scratch);
  q.scratch = q.losses + batch;
  q.sums = q.scratch + q.layout.stride * batch;
  const bool fast = one_pass(space, reduction, q.targets_gradient);
  const int64_t many = kOnePassValuesPerChunk / classes;
  const int64_t rows_per_chunk = fast && many > kRowsPerChunk ? many : kRowsPerChunk;
  auto by_rows = [&](int64_t chunk) {
    const int64_t begin = chunk * rows_per_chunk;
    const int64_t end = begin + rows_per_chunk < batch ? begin + rows_per_chunk : batch;
    if (fast) return one_pass_rows(q, begin, end);
    for (int64_t b = begin; b < end; ++b) one_row(q, b);
  };
  parallel(pool, (batch + rows_per_chunk - 1) / rows_per_chunk, by_rows);
  double sum = 0.0;
  for (int32_t b = 0; b < batch; ++b) sum += q.losses[b];
  *loss = static_cast<float>(sum);
  if (dL_dtargets == nullptr) return;
  const int64_t n = q.layout.n;
  auto by_segments = [&](int64_t chunk) {
    const int64_t begin = chunk * kSegment;
    sum_targets(q, sources, begin, begin + kSegment < n ? begin + kSegment : n, dL_dtargets);
  };
  parallel(pool, (n + kSegment - 1) / kSegment, by_segments);
}

}  // namespace SECANT_LEVEL
}  // namespace secant
