// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The kernels behind the C API as one table of functions per instruction level. Arguments were checked by the API;
// kernels only compute. Meanings and shapes: secant.h and secant_train.h, same names.
#pragma once

#include <cstdint>

#include "arguments.h"
#include "secant.h"
#include "secant_train.h"

namespace secant {

class Pool;

struct Ops {
  // mix.cpp. mixed (B, H, W, F) and clean (T, H, W, F), either NULL. With both, the first clean_ways ways of every row
  // write the clean rows they read, so the caller sees to it that these cover each source row once. Without mixed, the
  // T clean rows are written, and rows, lambda, batch, ways and clean_ways are not read.
  void (*mix_images)(Pool&, const secant_pool&, int32_t batch, int32_t ways, int32_t sources, int32_t pad,
                     const int32_t* indices, const int32_t* crops, const int32_t* rows, const float* lambda,
                     const float* scale, const float* shift, int32_t clean_ways, float* clean, float* mixed);
  void (*mix_values)(Pool&, int32_t batch, int32_t ways, int64_t features, const float* source, const int32_t* rows,
                     const float* lambda, float* out);
  // dirichlet.cpp; row r draws as sample first_row + r
  void (*dirichlet)(Pool&, uint64_t seed, int32_t stream, int64_t step, int32_t rows, int32_t first_row, int32_t ways,
                    const double* alpha, float* lambda);
  // consistency.cpp; scratch: consistency_scratch bytes, or -1 when that overflows
  int64_t (*consistency_scratch)(int32_t space, int32_t reduction, int32_t batch, int32_t ways, int32_t sources,
                                 int32_t classes, bool targets_gradient);
  void (*consistency)(Pool&, void* scratch, int32_t space, int32_t reduction, int32_t batch, int32_t ways,
                      int32_t sources, int32_t classes, const float* student, const float* targets, const int32_t* rows,
                      const float* lambda, float weight, float* loss, float* dL_dstudent, float* dL_dtargets);
  // nonlin.cpp
  void (*nonlin)(Pool&, int32_t layer_count, const secant_nonlin_layer* layers, int32_t batch, int32_t ways,
                 const int32_t* rows, const float* lambda, double eps, double* out);
  // norm.cpp; scratch: norm_scratch bytes
  int64_t (*norm_scratch)(const secant_norm_spec&);
  void (*norm_forward)(Pool&, void* scratch, const NormArguments&);
  void (*norm_inference)(Pool&, void* scratch, const NormArguments&);
  void (*norm_backward)(Pool&, void* scratch, const NormGradientArguments&);
  void (*add)(Pool&, const AddArguments&);
  // head.cpp
  void (*pool_forward)(Pool&, const PoolArguments&);
  void (*pool_backward)(Pool&, const PoolGradientArguments&);
  void (*dense_forward)(Pool&, int32_t batch, int32_t features, int32_t classes, const float* x, const float* w,
                        const float* bias, float* logits);
  void (*dense_backward)(Pool&, int32_t batch, int32_t features, int32_t classes, const float* x, const float* w,
                         const float* dL_dlogits, float* dL_dx, float* dL_dw, float* dL_dbias);
  void (*cross_entropy)(Pool&, double* row_loss, int32_t batch, int32_t classes, const float* logits,
                        const float* targets, float* loss, float* dL_dlogits);
  // optim.cpp
  void (*optim_step)(Pool&, const secant_optim_spec&, int64_t step, float learning_rate, float ema_rate,
                     const float* grad, float* p, float* m, float* v, float* ema);
  // winograd.cpp; NULL below x86-64-v3. Scratch: conv_scratch bytes, with in and out exchanged for the data
  int64_t (*conv_scratch)(const secant_conv_spec&, int32_t threads);
  void (*conv_forward)(Pool&, void* scratch, const ConvArguments&);
  void (*conv_data)(Pool&, void* scratch, const ConvDataArguments&);
  int64_t (*conv_weights_scratch)(const secant_conv_spec&, int32_t threads);
  void (*conv_weights)(Pool&, void* scratch, const ConvWeightArguments&);
  // convert.cpp
  void (*to_bf16)(Pool&, int64_t count, const float* from, uint16_t* to);
  void (*from_bf16)(Pool&, int64_t count, const uint16_t* from, float* to);
};

namespace v2 {
extern const Ops ops;
}
namespace v3 {
extern const Ops ops;
}
namespace v4 {
extern const Ops ops;
}

}  // namespace secant
