/* SPDX-FileCopyrightText: Secant contributors
 * SPDX-License-Identifier: Apache-2.0 */

/* What a training step of a Wide ResNet needs besides mixing and losses. Conventions of secant.h; activations are NHWC,
 * flattened to (pixels, channels). Gradients are called dL_dx. */
#ifndef SECANT_TRAIN_H
#define SECANT_TRAIN_H

#include "secant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- batch norm + leaky ReLU (+ residual add) ---------------------------------------------------------------- */

typedef struct secant_norm_spec {
  int32_t segments; /* S, 1..32: equal parts of the batch with statistics of their own */
  int64_t pixels;   /* P, pixels of one segment: rows * height * width */
  int32_t channels; /* C */
  float eps;        /* added to the variance */
  float slope;      /* leaky ReLU below zero; 1 = identity */
} secant_norm_spec;

/* v = x + residual (residual NULL: v = x); v is written to sum when that is not NULL (it may be x or residual itself).
 * y = leaky(gamma * (v - mean_s) * inv_std_s + beta), mean_s and the biased variance over segment s (S*P, C).
 * mean, inv_std (S, C) are overwritten (backward needs them).
 * Running statistics: for each segment s with bit s of update_mask set, in order,
 *   running = *rate * running + (1 - *rate) * batch, the batch variance taken unbiased (P / (P - 1)).
 * With update_mask 0, rate and the running pointers may be NULL. y may alias x, residual or sum only if that tensor is
 * not needed afterwards; y NULL = statistics only. */
SECANT_API int32_t secant_norm_forward(secant_context* context, const secant_norm_spec* spec, const float* x,
                                       const float* residual, float* sum, const float* gamma, const float* beta,
                                       uint32_t update_mask, const float* rate, float* running_mean, float* running_var,
                                       float* mean, float* inv_std, float* y);

/* The same with given statistics (evaluation mode); segments must be 1. */
SECANT_API int32_t secant_norm_inference(secant_context* context, const secant_norm_spec* spec, const float* x,
                                         const float* residual, float* sum, const float* gamma, const float* beta,
                                         const float* running_mean, const float* running_var, float* y);

/* dL_dx = [addend +] gradient through leaky and norm; v is the normalised tensor of the forward call.
 * dL_dx may alias dL_dy or addend. dL_dgamma, dL_dbeta (C) = sums over all segments. All overwrite. */
SECANT_API int32_t secant_norm_backward(secant_context* context, const secant_norm_spec* spec, const float* v,
                                        const float* gamma, const float* beta, const float* mean, const float* inv_std,
                                        const float* dL_dy, const float* addend, float* dL_dx, float* dL_dgamma,
                                        float* dL_dbeta);

/* out = a + b over count elements; out may alias either. */
SECANT_API int32_t secant_add(secant_context* context, int64_t count, const float* a, const float* b, float* out);

/* ---- head ---------------------------------------------------------------------------------------------------- */

/* pooled (B, C) = mean over pixels of y (B, P, C). */
SECANT_API int32_t secant_pool_forward(secant_context* context, int32_t batch, int32_t pixels, int32_t channels,
                                       const float* y, float* pooled);
/* dL_dy (B, P, C) = dL_dpooled / P, overwrites. */
SECANT_API int32_t secant_pool_backward(secant_context* context, int32_t batch, int32_t pixels, int32_t channels,
                                        const float* dL_dpooled, float* dL_dy);

/* logits (B, C) = x (B, F) w^T + bias; w (C, F), bias (C). */
SECANT_API int32_t secant_dense_forward(secant_context* context, int32_t batch, int32_t features, int32_t classes,
                                        const float* x, const float* w, const float* bias, float* logits);
/* dL_dx (B, F), dL_dw (C, F), dL_dbias (C), all overwritten. */
SECANT_API int32_t secant_dense_backward(secant_context* context, int32_t batch, int32_t features, int32_t classes,
                                         const float* x, const float* w, const float* dL_dlogits, float* dL_dx,
                                         float* dL_dw, float* dL_dbias);

/* *loss = mean over B of -sum_c targets * log softmax(logits); dL_dlogits (B, C) its gradient (NULL = not wanted).
 * targets (B, C) sum to 1 per row. Overwrites. */
SECANT_API int32_t secant_cross_entropy(secant_context* context, int32_t batch, int32_t classes, const float* logits,
                                        const float* targets, float* loss, float* dL_dlogits);

/* The whole head of a training step, forward and backward, in one pass over y; on a CUDA context in one launch.
 * The batch has N = B + M rows: rows 0 .. B-1 are labelled, rows B .. B+M-1 are mixed points of consistency (K-way
 * ICT). pooled = mean over P of y;  logits = pooled w^T + bias L = cross entropy of the labelled rows + *weight *
 * consistency of the mixed rows with secant_cross_entropy and secant_consistency as they stand, intermediate values
 * rounded to float as there. */
typedef struct secant_head_spec {
  int32_t labelled;  /* B, at least 1 */
  int32_t mixed;     /* M; 0 = no consistency: the four fields below, teacher, rows, lambda and weight are not read */
  int32_t pixels;    /* P */
  int32_t channels;  /* D */
  int32_t classes;   /* C */
  int32_t space;     /* enum secant_space */
  int32_t reduction; /* enum secant_reduction */
  int32_t ways;      /* K */
  int32_t sources;   /* T */
} secant_head_spec;

typedef struct secant_head_inputs {
  const float* y;       /* (N, P, D), activations of the context's type */
  const float* w;       /* (C, D) */
  const float* bias;    /* (C) */
  const float* targets; /* (B, C) soft targets, sum to 1 per row */
  const float* teacher; /* (T, C) logits of the sources */
  const int32_t* rows;  /* (M, K) source row of each mixed point */
  const float* lambda;  /* (M, K) */
  const float* weight;  /* of the consistency */
} secant_head_inputs;

typedef struct secant_head_outputs {
  float* pooled;      /* (N, D); NULL = not wanted */
  float* logits;      /* (N, C); NULL = not wanted */
  float* loss;        /* cross entropy */
  float* consistency; /* unweighted; not written when M = 0 */
  float* dL_dlogits;  /* (N, C); NULL = not wanted */
  float* dL_dteacher; /* NULL. The teacher takes no gradient here: secant_consistency has it, in a pass of its own */
  float* dL_dw;       /* (C, D) */
  float* dL_dbias;    /* (C) */
  float* dL_dy;       /* (N, P, D), activations; may be y itself */
} secant_head_outputs;

/* Everything is overwritten. On a CUDA context a block keeps a row in shared memory: SECANT_UNAVAILABLE, with the
 * limit, where D and C do not fit; the functions above take any size. */
SECANT_API int32_t secant_head_train(secant_context* context, const secant_head_spec* spec,
                                     const secant_head_inputs* inputs, const secant_head_outputs* outputs);

/* ---- schedule and optimiser ---------------------------------------------------------------------------------- */

typedef struct secant_schedule_spec {
  int64_t steps; /* of the whole run */
  double learning_rate;
  int32_t cosine;       /* 0 constant, 1: lr * cos(7 pi t / (16 steps)) */
  double weight_max;    /* consistency weight after the ramp */
  double ramp_fraction; /* of the steps; linear from 0 */
  double ema_decay;
  int32_t ema_warmup; /* 1: min(decay, (1 + t) / (10 + t)) */
  double bn_decay;
  int32_t bn_warmup;
} secant_schedule_spec;

/* Scalars of step t = *step, each overwritten. */
SECANT_API int32_t secant_schedule(secant_context* context, const secant_schedule_spec* spec, const int64_t* step,
                                   float* learning_rate, float* weight, float* ema_rate, float* bn_rate);

/* *step += 1. */
SECANT_API int32_t secant_advance(secant_context* context, int64_t* step);

/* Where a step's scalars are kept until they are read: row (*step mod row_count) of rows (row_count, 3) = loss,
 * consistency, weight. consistency and weight may be NULL: 0 is kept. */
typedef struct secant_step_log {
  const float* loss;
  const float* consistency;
  const float* weight;
  int32_t row_count;
  float* rows;
} secant_step_log;

/* Keeps the scalars of step *step, then *step += 1. */
SECANT_API int32_t secant_advance_logged(secant_context* context, int64_t* step, const secant_step_log* log);

typedef struct secant_optim_spec {
  int64_t count;   /* parameters in the arena */
  int64_t decayed; /* the first `decayed` of them (conv and dense kernels) take weight decay */
  double beta1;
  double beta2;
  double eps;
  double weight_decay; /* kernels *= 1 - weight_decay * lr after Adam */
} secant_optim_spec;

/* Adam with t = *step + 1: m, v updated; p -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps);
 * then decoupled decay; then ema = *ema_rate * ema + (1 - *ema_rate) * p. In place. */
SECANT_API int32_t secant_optim_step(secant_context* context, const secant_optim_spec* spec, const int64_t* step,
                                     const float* learning_rate, const float* ema_rate, const float* grad, float* p,
                                     float* m, float* v, float* ema);

/* The same, and bf16 copies of the new parameters for the next forward pass: copy of p, ema_copy of ema, (count) each,
 * NULL = not wanted. */
SECANT_API int32_t secant_optim_step_copies(secant_context* context, const secant_optim_spec* spec, const int64_t* step,
                                            const float* learning_rate, const float* ema_rate, const float* grad,
                                            float* p, float* m, float* v, float* ema, uint16_t* copy,
                                            uint16_t* ema_copy);

/* ---- threads of others --------------------------------------------------------------------------------------- */

/* Sets the thread count of an OpenMP runtime (libgomp) that some other library has brought into the process, for
 * regions that the calling thread starts. SECANT_UNAVAILABLE when there is none. */
SECANT_API int32_t secant_openmp_threads(int32_t threads);

/* ---- convolution --------------------------------------------------------------------------------------------- */

/* A square convolution with symmetric padding (kernel - 1) / 2. On a CUDA context it is the portable one beside a
 * vendor's, made to be right on every device and in the emulation, not fast. On a CPU context it is Winograd's
 * F(2x2, 3x3), in fp32 whatever the type of activations is, the result rounded once: for kernel 3, stride 1, even H and
 * W, multiples of 16 for I and O, no bias, from instruction level 3 on; else SECANT_UNAVAILABLE. There a value that is
 * not finite reaches every pixel of the 2x2 tiles that see it. */
typedef struct secant_conv_spec {
  int32_t batch;         /* B */
  int32_t height, width; /* H, W of the input, multiples of stride */
  int32_t in, out;       /* I, O channels */
  int32_t kernel;        /* k: 1 or 3 */
  int32_t stride;        /* s: 1 or 2 */
} secant_conv_spec;

/* y (B, H/s, W/s, O) = x (B, H, W, I) * w (O, k, k, I) + b (O; NULL = none). x, w and y have the type of activations, b
 * is float. Overwrites. */
SECANT_API int32_t secant_conv_forward(secant_context* context, const secant_conv_spec* spec, const float* x,
                                       const float* w, const float* b, float* y);
/* dL_dx from w and dL_dy, all of the type of activations. Overwrites. */
SECANT_API int32_t secant_conv_backward_data(secant_context* context, const secant_conv_spec* spec, const float* w,
                                             const float* dL_dy, float* dL_dx);
/* dL_dw and dL_db (NULL = none), float, from x and dL_dy of the type of activations. Overwrites. */
SECANT_API int32_t secant_conv_backward_weights(secant_context* context, const secant_conv_spec* spec, const float* x,
                                                const float* dL_dy, float* dL_dw, float* dL_db);

#ifdef __cplusplus
}
#endif
#endif
