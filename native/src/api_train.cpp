// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Exported functions of secant_train.h: check every argument, then one call of the context's operation.

#include <cinttypes>
#include <cmath>

#include "checks.h"
#include "context.h"
#include "error.h"
#include "secant_train.h"

using namespace secant::checks;
using secant::require;
using secant::translate;

namespace {

constexpr int64_t kMaxValues = int64_t{1} << 40;  // of one tensor; keeps every product of sizes inside int64

void require_size(int64_t size, const char* name) {
  require(size >= 1, "%s must be at least 1, got %" PRId64, name, size);
}

void require_values(int64_t a, int64_t b, int64_t c, const char* name) {
  require(a <= kMaxValues / b && a * b <= kMaxValues / c,
          "%s is (%" PRId64 ", %" PRId64 ", %" PRId64 "), at most 2^40 values are allowed", name, a, b, c);
}

void require_range(double value, double low, double high, const char* name) {
  require(value >= low && value <= high, "%s must be in [%g, %g], got %g", name, low, high, value);
}

void require_not_negative(double value, const char* name) {
  require(std::isfinite(value) && value >= 0, "%s must be finite and at least 0, got %g", name, value);
}

// ---- norm ---------------------------------------------------------------------------------------------------------

void check_spec(const secant_norm_spec* spec) {
  require_pointer(spec, "spec");
  require(spec->segments >= 1 && spec->segments <= 32, "segments must be in 1..32, got %d", spec->segments);
  require_size(spec->pixels, "pixels");
  require_size(spec->channels, "channels");
  require_values(spec->pixels, spec->segments, spec->channels, "the tensor (pixels, segments, channels)");
  require(std::isfinite(spec->eps) && spec->eps > 0, "eps must be finite and above 0, got %g", spec->eps);
  require(std::isfinite(spec->slope), "slope must be finite, got %g", spec->slope);
}

void check_update(const secant_context& context, const secant_norm_spec& spec, uint32_t mask, const float* rate,
                  const float* running_mean, const float* running_var) {
  require(spec.segments == 32 || (mask >> spec.segments) == 0,
          "update_mask names segments beyond the last: segments is %d, update_mask is 0x%" PRIx32, spec.segments, mask);
  if (mask == 0) return;
  require_pointer(rate, "update_mask is not 0, but rate");
  require_pointer(running_mean, "update_mask is not 0, but running_mean");
  require_pointer(running_var, "update_mask is not 0, but running_var");
  if (context.on_host()) require_range(*rate, 0, 1, "rate");
  require(spec.pixels >= 2, "the unbiased variance needs pixels >= 2 when update_mask is not 0, got %" PRId64,
          spec.pixels);
}

// ---- head ---------------------------------------------------------------------------------------------------------

void check_pool(int32_t batch, int32_t pixels, int32_t channels) {
  require_size(batch, "batch");
  require_size(pixels, "pixels");
  require_size(channels, "channels");
  require_values(batch, pixels, channels, "y (batch, pixels, channels)");
}

void check_dense(int32_t batch, int32_t features, int32_t classes) {
  require_size(batch, "batch");
  require_size(features, "features");
  require_size(classes, "classes");
  require_values(batch, features, 1, "x (batch, features, 1)");
  require_values(classes, features, 1, "w (classes, features, 1)");
  require_values(batch, classes, 1, "logits (batch, classes, 1)");
}

// ---- convolution --------------------------------------------------------------------------------------------------

void check_conv(const secant_conv_spec* spec) {
  require_pointer(spec, "spec");
  require_size(spec->batch, "batch");
  require_size(spec->height, "height");
  require_size(spec->width, "width");
  require_size(spec->in, "in");
  require_size(spec->out, "out");
  require(spec->kernel == 1 || spec->kernel == 3, "kernel must be 1 or 3, got %d", spec->kernel);
  require(spec->stride == 1 || spec->stride == 2, "stride must be 1 or 2, got %d", spec->stride);
  require(spec->height % spec->stride == 0 && spec->width % spec->stride == 0,
          "height and width must be multiples of stride %d, got %d and %d", spec->stride, spec->height, spec->width);
  const int64_t pixels = static_cast<int64_t>(spec->height) * spec->width;
  require_values(spec->batch, pixels, spec->in, "x (batch, pixels, in)");
  require_values(spec->batch, pixels, spec->out, "y (batch, pixels, out)");
  require_values(spec->out, 9, spec->in, "w (out, 9, in)");
}

// ---- head of a training step --------------------------------------------------------------------------------------

void check_head(const secant_context& context, const secant_head_spec* spec, const secant_head_inputs* inputs) {
  require_pointer(spec, "spec");
  require_size(spec->labelled, "labelled");
  require(spec->mixed >= 0 && spec->mixed <= INT32_MAX - spec->labelled,
          "mixed must be in 0..2^31-1-labelled, labelled is %d, mixed is %d", spec->labelled, spec->mixed);
  const int64_t rows = static_cast<int64_t>(spec->labelled) + spec->mixed;
  require_size(spec->pixels, "pixels");
  require_size(spec->channels, "channels");
  require_size(spec->classes, "classes");
  require_values(rows, spec->pixels, spec->channels, "y (labelled + mixed, pixels, channels)");
  require_values(spec->classes, spec->channels, 1, "w (classes, channels, 1)");
  require_values(rows, spec->classes, 1, "logits (labelled + mixed, classes, 1)");
  require_pointer(inputs, "inputs");
  require_pointer(inputs->y, "inputs.y");
  require_pointer(inputs->w, "inputs.w");
  require_pointer(inputs->bias, "inputs.bias");
  require_pointer(inputs->targets, "inputs.targets");
  if (spec->mixed == 0) return;
  require_kind(spec->space, spec->reduction);
  require_ways(spec->ways);
  require_positive(spec->sources, "sources");
  require_values(spec->sources, spec->classes, 1, "teacher (sources, classes, 1)");
  require_pointer(inputs->teacher, "inputs.teacher");
  require_rows(context, inputs->rows, inputs->lambda, spec->mixed, spec->ways, spec->sources);
  require_weight(context, inputs->weight);
}

void check_head_outputs(const secant_head_spec& spec, const secant_head_outputs* outputs) {
  require_pointer(outputs, "outputs");
  require_optional(outputs->pooled, "outputs.pooled");
  require_optional(outputs->logits, "outputs.logits");
  require_pointer(outputs->loss, "outputs.loss");
  if (spec.mixed > 0) require_pointer(outputs->consistency, "outputs.consistency");
  require_optional(outputs->dL_dlogits, "outputs.dL_dlogits");
  require(outputs->dL_dteacher == nullptr,
          "outputs.dL_dteacher must be NULL, got %p: the teacher takes no gradient here, secant_consistency has it",
          static_cast<void*>(outputs->dL_dteacher));
  require_pointer(outputs->dL_dw, "outputs.dL_dw");
  require_pointer(outputs->dL_dbias, "outputs.dL_dbias");
  require_pointer(outputs->dL_dy, "outputs.dL_dy");
}

// ---- schedule and optimiser ---------------------------------------------------------------------------------------

void check_schedule(const secant_schedule_spec* spec) {
  require_pointer(spec, "spec");
  require_size(spec->steps, "steps");
  require_not_negative(spec->learning_rate, "learning_rate");
  require_flag(spec->cosine, "cosine");
  require_not_negative(spec->weight_max, "weight_max");
  require_range(spec->ramp_fraction, 0, 1, "ramp_fraction");
  require_range(spec->ema_decay, 0, 1, "ema_decay");
  require_flag(spec->ema_warmup, "ema_warmup");
  require_range(spec->bn_decay, 0, 1, "bn_decay");
  require_flag(spec->bn_warmup, "bn_warmup");
}

void check_step(const secant_context& context, const int64_t* step) {
  require_pointer(step, "step");
  if (!context.on_host()) return;
  require(*step >= 0 && *step < INT64_MAX, "*step must be at least 0 and below 2^63 - 1, got %" PRId64, *step);
}

void check_optim(const secant_optim_spec* spec) {
  require_pointer(spec, "spec");
  require(spec->count >= 1 && spec->count <= kMaxValues, "count must be in 1..2^40, got %" PRId64, spec->count);
  require(spec->decayed >= 0 && spec->decayed <= spec->count,
          "decayed must be in 0..count, count is %" PRId64 ", decayed is %" PRId64, spec->count, spec->decayed);
  require(spec->beta1 >= 0 && spec->beta1 < 1, "beta1 must be in [0, 1), got %g", spec->beta1);
  require(spec->beta2 >= 0 && spec->beta2 < 1, "beta2 must be in [0, 1), got %g", spec->beta2);
  require(std::isfinite(spec->eps) && static_cast<float>(spec->eps) > 0, "eps must be finite and above 0, got %g",
          spec->eps);
  require_not_negative(spec->weight_decay, "weight_decay");
}

void optim_step(secant_context* context, const secant_optim_spec* spec, const int64_t* step, const float* learning_rate,
                const float* ema_rate, const float* grad, float* p, float* m, float* v, float* ema, uint16_t* copy,
                uint16_t* ema_copy) {
  require_pointer(context, "context");
  check_optim(spec);
  check_step(*context, step);
  require_pointer(learning_rate, "learning_rate");
  require_pointer(ema_rate, "ema_rate");
  require_pointer(grad, "grad");
  require_pointer(p, "p");
  require_pointer(m, "m");
  require_pointer(v, "v");
  require_pointer(ema, "ema");
  require_optional(copy, "copy");
  require_optional(ema_copy, "ema_copy");
  if (context->on_host()) {
    require_not_negative(*learning_rate, "*learning_rate");
    require_range(*ema_rate, 0, 1, "*ema_rate");
  }
  context->operations.optim_step(*context, {*spec, step, learning_rate, ema_rate, grad, p, m, v, ema, copy, ema_copy});
}

}  // namespace

extern "C" {

int32_t secant_norm_forward(secant_context* context, const secant_norm_spec* spec, const float* x,
                            const float* residual, float* sum, const float* gamma, const float* beta,
                            uint32_t update_mask, const float* rate, float* running_mean, float* running_var,
                            float* mean, float* inv_std, float* y) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_spec(spec);
    require_pointer(x, "x");
    require_pointer(gamma, "gamma");
    require_pointer(beta, "beta");
    require_pointer(mean, "mean");
    require_pointer(inv_std, "inv_std");
    check_update(*context, *spec, update_mask, rate, running_mean, running_var);
    require_optional(residual, "residual");
    require_optional(sum, "sum");
    require_optional(y, "y");
    context->operations.norm(*context, {*spec, false, context->type, x, residual, sum, gamma, beta, update_mask, rate,
                                        running_mean, running_var, mean, inv_std, y});
  });
}

int32_t secant_norm_inference(secant_context* context, const secant_norm_spec* spec, const float* x,
                              const float* residual, float* sum, const float* gamma, const float* beta,
                              const float* running_mean, const float* running_var, float* y) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_spec(spec);
    require(spec->segments == 1, "segments must be 1, got %d", spec->segments);
    require_pointer(x, "x");
    require_pointer(gamma, "gamma");
    require_pointer(beta, "beta");
    require_pointer(running_mean, "running_mean");
    require_pointer(running_var, "running_var");
    require_pointer(y, "y");
    require_optional(residual, "residual");
    require_optional(sum, "sum");
    context->operations.norm(*context,
                             {*spec, true, context->type, x, residual, sum, gamma, beta, 0, nullptr,
                              const_cast<float*>(running_mean), const_cast<float*>(running_var), nullptr, nullptr, y});
  });
}

int32_t secant_norm_backward(secant_context* context, const secant_norm_spec* spec, const float* v, const float* gamma,
                             const float* beta, const float* mean, const float* inv_std, const float* dL_dy,
                             const float* addend, float* dL_dx, float* dL_dgamma, float* dL_dbeta) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_spec(spec);
    require_pointer(v, "v");
    require_pointer(gamma, "gamma");
    require_pointer(beta, "beta");
    require_pointer(mean, "mean");
    require_pointer(inv_std, "inv_std");
    require_pointer(dL_dy, "dL_dy");
    require_pointer(dL_dx, "dL_dx");
    require_pointer(dL_dgamma, "dL_dgamma");
    require_pointer(dL_dbeta, "dL_dbeta");
    require_optional(addend, "addend");
    context->operations.norm_backward(
        *context, {*spec, context->type, v, gamma, beta, mean, inv_std, dL_dy, addend, dL_dx, dL_dgamma, dL_dbeta});
  });
}

int32_t secant_add(secant_context* context, int64_t count, const float* a, const float* b, float* out) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require(count >= 1 && count <= kMaxValues, "count must be in 1..2^40, got %" PRId64, count);
    require_pointer(a, "a");
    require_pointer(b, "b");
    require_pointer(out, "out");
    context->operations.add(*context, {count, context->type, a, b, out});
  });
}

int32_t secant_pool_forward(secant_context* context, int32_t batch, int32_t pixels, int32_t channels, const float* y,
                            float* pooled) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_pool(batch, pixels, channels);
    require_pointer(y, "y");
    require_pointer(pooled, "pooled");
    context->operations.pool_forward(*context, {batch, pixels, channels, context->type, y, pooled});
  });
}

int32_t secant_pool_backward(secant_context* context, int32_t batch, int32_t pixels, int32_t channels,
                             const float* dL_dpooled, float* dL_dy) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_pool(batch, pixels, channels);
    require_pointer(dL_dpooled, "dL_dpooled");
    require_pointer(dL_dy, "dL_dy");
    context->operations.pool_backward(*context, {batch, pixels, channels, context->type, dL_dpooled, dL_dy});
  });
}

int32_t secant_dense_forward(secant_context* context, int32_t batch, int32_t features, int32_t classes, const float* x,
                             const float* w, const float* bias, float* logits) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_dense(batch, features, classes);
    require_pointer(x, "x");
    require_pointer(w, "w");
    require_pointer(bias, "bias");
    require_pointer(logits, "logits");
    context->operations.dense_forward(*context, {batch, features, classes, x, w, bias, logits});
  });
}

int32_t secant_dense_backward(secant_context* context, int32_t batch, int32_t features, int32_t classes, const float* x,
                              const float* w, const float* dL_dlogits, float* dL_dx, float* dL_dw, float* dL_dbias) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_dense(batch, features, classes);
    require_pointer(x, "x");
    require_pointer(w, "w");
    require_pointer(dL_dlogits, "dL_dlogits");
    require_pointer(dL_dx, "dL_dx");
    require_pointer(dL_dw, "dL_dw");
    require_pointer(dL_dbias, "dL_dbias");
    context->operations.dense_backward(*context, {batch, features, classes, x, w, dL_dlogits, dL_dx, dL_dw, dL_dbias});
  });
}

int32_t secant_cross_entropy(secant_context* context, int32_t batch, int32_t classes, const float* logits,
                             const float* targets, float* loss, float* dL_dlogits) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_size(batch, "batch");
    require_size(classes, "classes");
    require_values(batch, classes, 1, "logits (batch, classes, 1)");
    require_pointer(logits, "logits");
    require_pointer(targets, "targets");
    require_pointer(loss, "loss");
    require_optional(dL_dlogits, "dL_dlogits");
    context->operations.cross_entropy(*context, {batch, classes, logits, targets, loss, dL_dlogits});
  });
}

int32_t secant_head_train(secant_context* context, const secant_head_spec* spec, const secant_head_inputs* inputs,
                          const secant_head_outputs* outputs) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_head(*context, spec, inputs);
    check_head_outputs(*spec, outputs);
    context->operations.head_train(*context, {*spec, context->type, *inputs, *outputs});
  });
}

int32_t secant_schedule(secant_context* context, const secant_schedule_spec* spec, const int64_t* step,
                        float* learning_rate, float* weight, float* ema_rate, float* bn_rate) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_schedule(spec);
    check_step(*context, step);
    require_pointer(learning_rate, "learning_rate");
    require_pointer(weight, "weight");
    require_pointer(ema_rate, "ema_rate");
    require_pointer(bn_rate, "bn_rate");
    context->operations.schedule(*context, {*spec, step, learning_rate, weight, ema_rate, bn_rate});
  });
}

int32_t secant_advance(secant_context* context, int64_t* step) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_step(*context, step);
    context->operations.advance(*context, {step, {}});
  });
}

int32_t secant_advance_logged(secant_context* context, int64_t* step, const secant_step_log* log) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_step(*context, step);
    require_pointer(log, "log");
    require_pointer(log->loss, "log.loss");
    require_positive(log->row_count, "log.row_count");
    require_pointer(log->rows, "log.rows");
    context->operations.advance(*context, {step, *log});
  });
}

int32_t secant_optim_step(secant_context* context, const secant_optim_spec* spec, const int64_t* step,
                          const float* learning_rate, const float* ema_rate, const float* grad, float* p, float* m,
                          float* v, float* ema) {
  return translate(__func__, [&] {
    optim_step(context, spec, step, learning_rate, ema_rate, grad, p, m, v, ema, nullptr, nullptr);
  });
}

int32_t secant_optim_step_copies(secant_context* context, const secant_optim_spec* spec, const int64_t* step,
                                 const float* learning_rate, const float* ema_rate, const float* grad, float* p,
                                 float* m, float* v, float* ema, uint16_t* copy, uint16_t* ema_copy) {
  return translate(
      __func__, [&] { optim_step(context, spec, step, learning_rate, ema_rate, grad, p, m, v, ema, copy, ema_copy); });
}

int32_t secant_conv_forward(secant_context* context, const secant_conv_spec* spec, const float* x, const float* w,
                            const float* b, float* y) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_conv(spec);
    require_pointer(x, "x");
    require_pointer(w, "w");
    require_optional(b, "b");
    require_pointer(y, "y");
    context->operations.conv(*context, {*spec, context->type, x, w, b, y});
  });
}

int32_t secant_conv_backward_data(secant_context* context, const secant_conv_spec* spec, const float* w,
                                  const float* dL_dy, float* dL_dx) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_conv(spec);
    require_pointer(w, "w");
    require_pointer(dL_dy, "dL_dy");
    require_pointer(dL_dx, "dL_dx");
    context->operations.conv_data(*context, {*spec, context->type, w, dL_dy, dL_dx});
  });
}

int32_t secant_conv_backward_weights(secant_context* context, const secant_conv_spec* spec, const float* x,
                                     const float* dL_dy, float* dL_dw, float* dL_db) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    check_conv(spec);
    require_pointer(x, "x");
    require_pointer(dL_dy, "dL_dy");
    require_pointer(dL_dw, "dL_dw");
    require_optional(dL_db, "dL_db");
    context->operations.conv_weights(*context, {*spec, context->type, x, dL_dy, dL_dw, dL_db});
  });
}

}  // extern "C"
