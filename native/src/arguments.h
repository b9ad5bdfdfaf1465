// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// One plain struct of arguments per operation: what the C API hands to a backend, across the wall to libsecant_cuda,
// and, with device pointers inside, to a kernel. Names, shapes and meanings are those of secant.h and secant_train.h.
// A void pointer is a tensor of the context's storage type (`type`, enum secant_type); everything else is as declared.
// Structs, alpha, scale, shift and the list of layers are host memory on every kind of context.
#pragma once

#include <stdint.h>

#include "secant.h"
#include "secant_train.h"

namespace secant {

// log.rows NULL: nothing is kept.
struct AdvanceArguments {
  int64_t* step;
  secant_step_log log;
};

struct DirichletArguments {
  uint64_t seed;
  int32_t stream;
  const int64_t* step;
  int32_t rows, first_row, ways;
  const double* alpha;
  float* lambda;
};

// pool NULL: draws only. labels NULL: no targets (B, C).
struct MixArguments {
  const secant_pool* pool;
  const secant_recipe* recipe;
  const int64_t* step;
  const float *scale, *shift;
  secant_draws draws;
  int32_t type;
  void *clean, *mixed;
  const int32_t* labels;
  int32_t classes;
  float* targets;
};

// rows and lambda NULL: out (T, H, W, F) is the clean batch.
struct ImagesArguments {
  const secant_pool* pool;
  int32_t batch, ways, sources, pad;
  const int32_t *indices, *crops, *rows;
  const float *lambda, *scale, *shift;
  int32_t type;
  void* out;
};

struct ValuesArguments {
  int32_t batch, ways, sources;
  int64_t features;
  int32_t type;
  const void* source;
  const int32_t* rows;
  const float* lambda;
  void* out;
};

struct LabelsArguments {
  int32_t batch, ways, sources, classes;
  const int32_t* labels;
  int64_t label_count;
  const int32_t *indices, *rows;
  const float* lambda;
  float* out;
};

struct ConsistencyArguments {
  int32_t space, reduction, batch, ways, sources, classes;
  const float *student, *targets;
  const int32_t* rows;
  const float *lambda, *weight;
  float *loss, *dL_dstudent, *dL_dtargets;
};

struct NonlinArguments {
  int32_t layer_count;
  const secant_nonlin_layer* layers;
  int32_t batch, ways, sources;
  const int32_t* rows;
  const float* lambda;
  double eps;
  double* out;
};

// inference: mean and inv_std are not written, running_mean and running_var are read.
struct NormArguments {
  secant_norm_spec spec;
  bool inference;
  int32_t type;
  const void *x, *residual;
  void* sum;
  const float *gamma, *beta;
  uint32_t update_mask;
  const float* rate;
  float *running_mean, *running_var, *mean, *inv_std;
  void* y;
};

struct NormGradientArguments {
  secant_norm_spec spec;
  int32_t type;
  const void* v;
  const float *gamma, *beta, *mean, *inv_std;
  const void *dL_dy, *addend;
  void* dL_dx;
  float *dL_dgamma, *dL_dbeta;
};

struct AddArguments {
  int64_t count;
  int32_t type;
  const void *a, *b;
  void* out;
};

struct PoolArguments {
  int32_t batch, pixels, channels, type;
  const void* y;
  float* pooled;
};

struct PoolGradientArguments {
  int32_t batch, pixels, channels, type;
  const float* dL_dpooled;
  void* dL_dy;
};

struct DenseArguments {
  int32_t batch, features, classes;
  const float *x, *w, *bias;
  float* logits;
};

struct DenseGradientArguments {
  int32_t batch, features, classes;
  const float *x, *w, *dL_dlogits;
  float *dL_dx, *dL_dw, *dL_dbias;
};

struct EntropyArguments {
  int32_t batch, classes;
  const float *logits, *targets;
  float *loss, *dL_dlogits;
};

// The activations among the pointers, y and dL_dy, are of the storage type.
struct HeadArguments {
  secant_head_spec spec;
  int32_t type;
  secant_head_inputs in;
  secant_head_outputs out;
};

struct ScheduleArguments {
  secant_schedule_spec spec;
  const int64_t* step;
  float *learning_rate, *weight, *ema_rate, *bn_rate;
};

struct ConvArguments {
  secant_conv_spec spec;
  int32_t type;
  const void *x, *w;
  const float* b;
  void* y;
};

struct ConvDataArguments {
  secant_conv_spec spec;
  int32_t type;
  const void *w, *dL_dy;
  void* dL_dx;
};

struct ConvWeightArguments {
  secant_conv_spec spec;
  int32_t type;
  const void *x, *dL_dy;
  float *dL_dw, *dL_db;
};

// copy, ema_copy: bf16 copies of the new p and ema, NULL = not wanted.
struct OptimArguments {
  secant_optim_spec spec;
  const int64_t* step;
  const float *learning_rate, *ema_rate, *grad;
  float *p, *m, *v, *ema;
  uint16_t *copy, *ema_copy;
};

struct ConvertArguments {
  int64_t count;
  int32_t from_type, to_type;
  const void* from;
  void* to;
};

}  // namespace secant
