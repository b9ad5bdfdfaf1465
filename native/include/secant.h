/* SPDX-FileCopyrightText: Secant contributors
 * SPDX-License-Identifier: Apache-2.0 */

/* The embeddable kernels of Secant: K-way Dirichlet mixing, the ICT consistency loss, and the normalised per-layer
 * NonLin reduction of Chaudhry et al., "When does mixup promote local linearity in learned representations?"
 * (arXiv 2210.16413).
 *
 * Conventions
 *   - C99. Every function returns a status, 0 = SECANT_OK; outputs are pointers; the text of the last error belongs to
 *     the calling thread (secant_last_error).
 *   - Shape letters: B batch rows, K points mixed (1..16), T source rows, C classes, N images of a pool, M members,
 *     H W F height, width, colour channels of an image, D features of a layer, L layers. Tensors are dense, row-major.
 *   - Whatever changes from step to step (step counter, weights) is a pointer, so that a step can be recorded once.
 *   - All buffers live where the context computes: host memory for a CPU context, device memory for a CUDA context. The
 *     exceptions, host memory always: structs and lists of structs, alpha, scale, shift.
 *   - A CUDA context enqueues on its stream and returns; errors of the device show at a later call. What device memory
 *     holds cannot be checked from the host: an index out of range gives NaN in what depends on it, never a stray read.
 *   - A context serves one thread at a time; distinct contexts may be used concurrently.
 *   - Results depend on neither the thread count nor the instruction level. */
#ifndef SECANT_H
#define SECANT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SECANT_ABI 2
#define SECANT_MAX_WAYS 16

#if defined(__GNUC__)
#define SECANT_API __attribute__((visibility("default")))
#else
#define SECANT_API
#endif

enum secant_status {
  SECANT_OK = 0,
  SECANT_INVALID_ARGUMENT = 1, /* a value, shape or pointer is not acceptable; nothing was written */
  SECANT_OUT_OF_MEMORY = 2,
  SECANT_UNAVAILABLE = 3, /* the machine lacks it: an instruction level, a device; or no kernel takes it */
  SECANT_INTERNAL = 4
};

/* ---- library and context ------------------------------------------------------------------------------------- */

typedef struct secant_context secant_context;

/* SECANT_ABI of the library that was loaded. */
SECANT_API int32_t secant_abi(void);

/* Version, source revision, compiler and flags, one line, static storage. */
SECANT_API const char* secant_build(void);

/* Text of the calling thread's last error: what, expected, found. Empty when there was none. */
SECANT_API const char* secant_last_error(void);

/* Highest instruction level this processor runs, x86-64-v1 to -v4; contexts need 2 at least. */
SECANT_API int32_t secant_cpu_level(int32_t* level);

/* threads >= 1 workers in all (the caller is one of them); level 0 = the best this processor runs, else 2, 3 or 4. */
SECANT_API int32_t secant_context_create(int32_t threads, int32_t level, secant_context** context);
SECANT_API int32_t secant_context_destroy(secant_context* context);
/* A CUDA context has 1 thread and level 0. */
SECANT_API int32_t secant_context_info(const secant_context* context, int32_t* threads, int32_t* level);

/* A context on CUDA device `device`, through libsecant_cuda at the absolute path library_path. stream is a cudaStream_t
 * of that device, or NULL: the context then makes and owns one. SECANT_UNAVAILABLE, with the reason as text, when the
 * library does not load, when there is no driver or it is too old, or when there is no device the library can use. */
SECANT_API int32_t secant_context_create_cuda(const char* library_path, int32_t device, void* stream,
                                              secant_context** context);

enum secant_type { SECANT_FLOAT32 = 0, SECANT_BFLOAT16 = 1 };

/* The type of activations, SECANT_FLOAT32 at first. With SECANT_BFLOAT16 the float pointers named here stand for bf16
 * values: clean, mixed and out of secant_mix* (but for secant_mix_labels), source of secant_mix_values, and in
 * secant_train.h x, residual, sum, y, v, dL_dy, addend and dL_dx of norm, a, b and out of add, y and dL_dy of pool and
 * of head. Sums, statistics and everything else are float on every context. */
SECANT_API int32_t secant_context_set_type(secant_context* context, int32_t type);

/* to (count) = from (count) in another type, both enum secant_type and whatever the context's own type is: to bf16
 * rounded to nearest even, to float exactly. The two must not overlap. Makes the first bf16 copies of the weights. */
SECANT_API int32_t secant_convert(secant_context* context, int64_t count, int32_t from_type, const void* from,
                                  int32_t to_type, void* to);

/* Memory where the context computes, 64-byte aligned at least; copies wait until they are done and take either kind of
 * memory on either side; secant_synchronize waits for everything enqueued. release of NULL does nothing. */
SECANT_API int32_t secant_memory_allocate(secant_context* context, int64_t bytes, void** memory);
SECANT_API int32_t secant_memory_release(secant_context* context, void* memory);
SECANT_API int32_t secant_memory_copy(secant_context* context, void* to, const void* from, int64_t bytes);
/* Sets every byte to zero and waits until that is done. */
SECANT_API int32_t secant_memory_clear(secant_context* context, void* memory, int64_t bytes);
/* Enqueues a copy from memory of the context to memory of the context, which do not overlap; may be recorded. */
SECANT_API int32_t secant_memory_move(secant_context* context, void* to, const void* from, int64_t bytes);
SECANT_API int32_t secant_synchronize(secant_context* context);

/* What a CUDA context runs on. SECANT_UNAVAILABLE on a CPU context. */
typedef struct secant_device_info {
  char name[256];
  int32_t ordinal;
  int32_t major, minor; /* compute capability */
  int32_t multiprocessors;
  int32_t driver, runtime;           /* CUDA versions, 1000 * major + 10 * minor */
  int64_t memory_total, memory_free; /* bytes, now */
  char bus[32];                      /* PCI address as nvidia-smi takes it, such as 0000:1B:00.0; may be empty */
} secant_device_info;
SECANT_API int32_t secant_context_device(secant_context* context, secant_device_info* info);

/* The cudaStream_t of a CUDA context, for libraries that enqueue beside it. SECANT_UNAVAILABLE on a CPU context. */
SECANT_API int32_t secant_context_stream(secant_context* context, void** stream);

/* ---- recording a step ---------------------------------------------------------------------------------------- *
 * Between begin and end nothing that is enqueued on the stream of a CUDA context runs, by this library or by another;
 * it is recorded, and a launch of the recording runs all of it. Host arguments are taken as they were; scalars that
 * change from step to step are read from device memory at each launch. Inside a recording nothing may allocate,
 * release, copy or wait: such a call fails, and the recording with it. Every kernel should have run once before.
 * SECANT_UNAVAILABLE on a CPU context. */
typedef struct secant_recording secant_recording;

SECANT_API int32_t secant_record_begin(secant_context* context);
/* recording NULL: what was recorded is thrown away, as after a failure. */
SECANT_API int32_t secant_record_end(secant_context* context, secant_recording** recording);
/* Enqueues everything recorded, on the stream of the context that recorded it. */
SECANT_API int32_t secant_record_launch(secant_context* context, secant_recording* recording);
SECANT_API int32_t secant_record_nodes(secant_context* context, const secant_recording* recording, int64_t* nodes);
/* recording NULL does nothing. Waits for the stream first. */
SECANT_API int32_t secant_record_destroy(secant_context* context, secant_recording* recording);

/* Names what is enqueued until the pop, for profilers (NVTX); ranges nest. Nothing on a CPU context. */
SECANT_API int32_t secant_range_push(secant_context* context, const char* name);
SECANT_API int32_t secant_range_pop(secant_context* context);

/* ---- reading back while work goes on -------------------------------------------------------------------------- *
 * start copies `bytes` bytes from memory of the context to a host buffer, behind what was enqueued so far and without
 * waiting; wait returns once they are there, asleep rather than spinning, and the buffer stays as it is until the next
 * start. Not inside a recording. On a CPU context start copies at once. */
typedef struct secant_readback secant_readback;

SECANT_API int32_t secant_readback_create(secant_context* context, int64_t bytes, secant_readback** readback);
SECANT_API int32_t secant_readback_start(secant_context* context, secant_readback* readback, const void* from);
/* *data (data may be NULL): the host buffer, the same every time; before the first start its content is zero. */
SECANT_API int32_t secant_readback_wait(secant_context* context, secant_readback* readback, const void** data);
/* readback NULL does nothing. Waits for a copy under way. */
SECANT_API int32_t secant_readback_destroy(secant_context* context, secant_readback* readback);

/* What `context` enqueues from now on waits for what `other`, a context of the same device, has enqueued so far. While
 * other records, context joins the recording as a branch of its own, which must be joined again by a wait the other way
 * before the end. */
SECANT_API int32_t secant_context_wait(secant_context* context, secant_context* other);

/* ---- randomness ---------------------------------------------------------------------------------------------- *
 * Philox4x32-10, key = seed (low word, high word), counter = (purpose word, step, sample, draw).
 * purpose word = purpose | stream << 8 | way << 16. Streams: 0 labelled, 1 unlabelled, 2 probe, 3 free. */
enum secant_purpose {
  SECANT_PURPOSE_SPLIT = 1,
  SECANT_PURPOSE_INIT = 2,
  SECANT_PURPOSE_ORDER = 3,
  SECANT_PURPOSE_AUGMENT = 4,
  SECANT_PURPOSE_LAMBDA = 5,
  SECANT_PURPOSE_PARTNER = 6,
  SECANT_PURPOSE_MADE = 7
};

/* One Philox4x32-10 block: key (2), counter (4) -> out (4). */
SECANT_API int32_t secant_philox(const uint32_t* key, const uint32_t* counter, uint32_t* out);

/* lambda (rows, K) ~ Dirichlet(alpha (K), each in [1e-3, 1e3]); row r draws as sample first_row + r of `step`.
 * Gamma by Marsaglia-Tsang in log space and double precision, attempt a of way k = draw 64*k + a; softmax over K;
 * rounded to float once. K = 1 gives exactly 1. */
SECANT_API int32_t secant_dirichlet(secant_context* context, uint64_t seed, int32_t stream, const int64_t* step,
                                    int32_t rows, int32_t first_row, int32_t ways, const double* alpha, float* lambda);

/* ---- 1. mixing ----------------------------------------------------------------------------------------------- */

typedef struct secant_pool {
  const uint8_t* pixels; /* (N, H, W, F) */
  int64_t count;         /* N */
  int32_t height;        /* H */
  int32_t width;         /* W */
  int32_t channels;      /* F, 1..4 */
} secant_pool;

enum secant_partners { SECANT_PARTNERS_SHIFT = 0, SECANT_PARTNERS_INDEPENDENT = 1 };
enum secant_lambda_scope { SECANT_LAMBDA_SAMPLE = 0, SECANT_LAMBDA_BATCH = 1 };

/* A batch as the parameters of its draw.
 * Order: batch t takes positions tB .. tB+B-1 of an endless sequence; position i is member pi_e(i mod M) of pass
 * e = i / M, pi_e a keyed Feistel permutation of [0, M) with cycle walking (see feistel.h).
 * Augmentation is drawn per (step, source row): flip (when asked), and a crop of the image reflect-padded by `pad`.
 * Partners: shift -> T = B source rows; row b mixes source rows (b + shift_k) mod B, shift_0 = 0 and K-1 distinct
 * non-zero shifts drawn per step (so K <= B). independent -> T = K*B source rows, way k has its own order and
 * augmentation (way in the purpose word); row b mixes source rows k*B + b. */
typedef struct secant_recipe {
  uint64_t seed;
  int32_t stream;         /* 0..3 */
  int32_t batch;          /* B */
  int32_t ways;           /* K */
  int32_t partners;       /* enum secant_partners */
  int32_t lambda_scope;   /* one lambda per sample, or one per batch */
  int32_t flip;           /* 0 or 1 */
  int32_t pad;            /* 0 = no crop, else crop offsets 0..2*pad; pad < min(H, W) */
  const double* alpha;    /* (K) */
  const int32_t* members; /* (M) indices into the pool */
  int64_t member_count;   /* M */
} secant_recipe;

/* What a recipe expands to; buffers of the caller, overwritten. */
typedef struct secant_draws {
  int32_t* indices; /* (T) image of each source row */
  int32_t*
      crops; /* (T, 3) dy, dx, flip: out(y, x) = in(reflect(y + dy - pad), reflect((flip ? W-1-x : x) + dx - pad)) */
  int32_t* rows; /* (B, K) source row of each mixed point */
  float* lambda; /* (B, K) */
} secant_draws;

/* Expands a recipe at *step into its draws. */
SECANT_API int32_t secant_draw(secant_context* context, const secant_recipe* recipe, const int64_t* step,
                               const secant_draws* draws);

/* One pass: recipe -> draws, clean (T, H, W, F) and mixed (B, H, W, F). A pixel p of channel f becomes
 * p * scale[f] + shift[f]; mixed = sum_k lambda_k * normalised source. clean or mixed may be NULL. Overwrites. */
SECANT_API int32_t secant_mix(secant_context* context, const secant_pool* pool, const secant_recipe* recipe,
                              const int64_t* step, const float* scale, const float* shift, const secant_draws* draws,
                              float* clean, float* mixed);

/* secant_mix with the soft targets of its mixed rows beside it: targets (B, C) = sum_k lambda_k * onehot(labels of the
 * sources); labels (N) int32 in [0, C). Overwrites. */
SECANT_API int32_t secant_mix_labelled(secant_context* context, const secant_pool* pool, const secant_recipe* recipe,
                                       const int64_t* step, const float* scale, const float* shift,
                                       const secant_draws* draws, float* clean, float* mixed, const int32_t* labels,
                                       int32_t classes, float* targets);

/* The same from explicit indices (T), crops (T, 3; NULL = none), rows (B, K) and lambda (B, K; any finite weights).
 * rows and lambda may be NULL together: then out (T, H, W, F) is the clean batch and B, K are ignored. */
SECANT_API int32_t secant_mix_images(secant_context* context, const secant_pool* pool, int32_t batch, int32_t ways,
                                     int32_t sources, int32_t pad, const int32_t* indices, const int32_t* crops,
                                     const int32_t* rows, const float* lambda, const float* scale, const float* shift,
                                     float* out);

/* out (B, D) = sum_k lambda (B, K) * source (T, D)[rows (B, K)]: float inputs, soft targets. Overwrites. */
SECANT_API int32_t secant_mix_values(secant_context* context, int32_t batch, int32_t ways, int32_t sources,
                                     int64_t features, const float* source, const int32_t* rows, const float* lambda,
                                     float* out);

/* out (B, C) = sum_k lambda_k * onehot(labels[indices[rows]]); labels (N) int32 in [0, C). rows and lambda may be NULL
 * together: then out (T, C) holds plain one-hot targets. Overwrites. */
SECANT_API int32_t secant_mix_labels(secant_context* context, int32_t batch, int32_t ways, int32_t sources,
                                     int32_t classes, const int32_t* labels, int64_t label_count,
                                     const int32_t* indices, const int32_t* rows, const float* lambda, float* out);

/* ---- 2. consistency ------------------------------------------------------------------------------------------ */

enum secant_space {
  SECANT_SPACE_LOGIT = 0,        /* a = z_student,          b = sum_k lambda_k z_k */
  SECANT_SPACE_PROB = 1,         /* a = softmax(z_student), b = sum_k lambda_k softmax(z_k) */
  SECANT_SPACE_LOGIT_SOFTMAX = 2 /* a = softmax(z_student), b = softmax(sum_k lambda_k z_k) */
};
enum secant_reduction {
  SECANT_REDUCTION_MEAN = 0, /* mean over classes and batch of (a-b)^2 */
  SECANT_REDUCTION_SUM = 1,  /* mean over batch of ||a-b||_2^2 */
  SECANT_REDUCTION_L2 = 2    /* mean over batch of ||a-b||_2; the gradient at a = b is 0 */
};

/* Batched L2 consistency, eq. 2 of the paper, loss and gradient in one pass.
 * student (B, C), targets (T, C) logits, rows (B, K) source row of each mixed point, lambda (B, K).
 * *loss = the unweighted loss (overwrites). dL_dstudent (B, C) = *weight * gradient (overwrites; NULL = not wanted);
 * dL_dtargets (T, C) likewise, through the targets (overwrites; NULL = stop-gradient). */
SECANT_API int32_t secant_consistency(secant_context* context, int32_t space, int32_t reduction, int32_t batch,
                                      int32_t ways, int32_t sources, int32_t classes, const float* student,
                                      const float* targets, const int32_t* rows, const float* lambda,
                                      const float* weight, float* loss, float* dL_dstudent, float* dL_dtargets);

/* ---- 3. nonlin ----------------------------------------------------------------------------------------------- */

typedef struct secant_nonlin_layer {
  const float* points; /* (T, D) activations of the points */
  const float* mixed;  /* (B, D) activations of the mixed inputs */
  int64_t features;    /* D */
  int32_t type;        /* enum secant_type of both, whatever the context's own type is */
} secant_nonlin_layer;

#define SECANT_NONLIN_FIELDS 4
/* Per sample, with f_k = points[rows[b, k]], g = mixed[b], unit(v) = v / max(||v||_2, eps):
 *   field 0  distance       || unit(g) - sum_k lambda_k unit(f_k) ||      (NonLin, eq. 3)
 *   field 1  floor          || unit(sum_k lambda_k f_k) - sum_k lambda_k unit(f_k) ||
 *   field 2  relative       || g - sum_k lambda_k f_k || / max(|| sum_k lambda_k f_k ||, eps)
 *   field 3  one_minus_cos  1 - cos(g, sum_k lambda_k f_k)
 * out (L, B, SECANT_NONLIN_FIELDS) double. Directly formed differences in double: |error| <= 1e-5 D + 1e-7. */
SECANT_API int32_t secant_nonlin(secant_context* context, int32_t layer_count, const secant_nonlin_layer* layers,
                                 int32_t batch, int32_t ways, int32_t sources, const int32_t* rows, const float* lambda,
                                 double eps, double* out);

#ifdef __cplusplus
}
#endif
#endif
