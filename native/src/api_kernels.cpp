// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Exported functions of secant.h that compute: check every argument, then one call of a kernel.

#include <cinttypes>
#include <cmath>
#include <cstring>
#include <string>

#include "checks.h"
#include "context.h"
#include "draw.h"
#include "error.h"
#include "philox.h"
#include "secant.h"

using namespace secant::checks;
using secant::require;
using secant::translate;

namespace {

void require_stream(int32_t stream) { require(stream >= 0 && stream <= 3, "stream must be in 0..3, got %d", stream); }

void require_step(const secant_context& context, const int64_t* step) {
  require_pointer(step, "step");
  if (!context.on_host()) return;
  require(*step >= 0 && *step <= UINT32_MAX, "*step must be in 0..%" PRIu32 ", got %" PRId64, UINT32_MAX, *step);
}

void require_alpha(const double* alpha, int32_t ways) {
  require_pointer(alpha, "alpha");
  for (int32_t k = 0; k < ways; ++k) {
    require(alpha[k] >= 1e-3 && alpha[k] <= 1e3, "alpha[%d] must be in [0.001, 1000], got %g", k, alpha[k]);
  }
}

void require_pool(const secant_pool* pool) {
  require_pointer(pool, "pool");
  require_pointer(pool->pixels, "pool.pixels");
  require_positive(pool->count, "pool.count");
  require_positive(pool->height, "pool.height");
  require_positive(pool->width, "pool.width");
  require(pool->channels >= 1 && pool->channels <= 4, "pool.channels must be in 1..4, got %d", pool->channels);
  elements("pool", pool->count, pool->height, pool->width, pool->channels);
}

void require_affine(const secant_pool* pool, const float* scale, const float* shift) {
  require_pointer(scale, "scale");
  require_pointer(shift, "shift");
  require_finite(scale, pool->channels, "scale");
  require_finite(shift, pool->channels, "shift");
}

void require_pad(int32_t pad, const secant_pool* pool) {
  const int32_t side = pool->height < pool->width ? pool->height : pool->width;
  require(pad >= 0 && pad < side, "pad must be in [0, min(H, W)=%d), got %d", side, pad);
}

void require_recipe(const secant_context& context, const secant_recipe* recipe, const int64_t* step) {
  require_pointer(recipe, "recipe");
  require_step(context, step);
  const secant_recipe& r = *recipe;
  require_stream(r.stream);
  require_batch(r.batch, r.ways);
  require(r.partners == SECANT_PARTNERS_SHIFT || r.partners == SECANT_PARTNERS_INDEPENDENT,
          "partners must be 0 (shift) or 1 (independent), got %d", r.partners);
  require(r.partners != SECANT_PARTNERS_SHIFT || r.ways <= r.batch, "partners=shift needs K <= B, got K=%d, B=%d",
          r.ways, r.batch);
  require(secant::source_rows(r) <= INT32_MAX, "K x B must be below 2^31, got K=%d, B=%d", r.ways, r.batch);
  require(r.lambda_scope == SECANT_LAMBDA_SAMPLE || r.lambda_scope == SECANT_LAMBDA_BATCH,
          "lambda_scope must be 0 (sample) or 1 (batch), got %d", r.lambda_scope);
  require_flag(r.flip, "flip");
  require(r.pad >= 0 && r.pad <= INT32_MAX / 4, "pad must be at least 0, got %d", r.pad);
  require_alpha(r.alpha, r.ways);
  require_pointer(r.members, "members");
  require(r.member_count >= 1 && r.member_count <= INT64_C(1) << 31, "member_count must be in 1..2^31, got %" PRId64,
          r.member_count);
  if (!context.on_host()) return;
  require(((*step + 1) * r.batch - 1) / r.member_count <= UINT32_MAX, "pass %" PRId64 " of the order is beyond 2^32",
          (*step * r.batch) / r.member_count);
}

void require_draws(const secant_draws* draws) {
  require_pointer(draws, "draws");
  require_pointer(draws->indices, "draws.indices");
  require_pointer(draws->crops, "draws.crops");
  require_pointer(draws->rows, "draws.rows");
  require_pointer(draws->lambda, "draws.lambda");
}

void require_labels(const int32_t* labels, const int32_t* indices, int64_t sources, int32_t classes) {
  for (int64_t t = 0; t < sources; ++t) {
    const int32_t label = labels[indices[t]];
    require(label >= 0 && label < classes, "labels[%d] must be in [0, C=%d), got %d", indices[t], classes, label);
  }
}

secant::MixArguments mix_arguments(const secant_context* context, const secant_pool* pool, const secant_recipe* recipe,
                                   const int64_t* step, const float* scale, const float* shift,
                                   const secant_draws* draws, float* clean, float* mixed) {
  require_pointer(context, "context");
  require_pool(pool);
  require_recipe(*context, recipe, step);
  require_pad(recipe->pad, pool);
  require_affine(pool, scale, shift);
  require_draws(draws);
  require_optional(clean, "clean");
  require_optional(mixed, "mixed");
  elements("clean", secant::source_rows(*recipe), pool->height, pool->width, pool->channels);
  return {pool, recipe, step, scale, shift, *draws, context->type, clean, mixed, nullptr, 0, nullptr};
}

// A tensor of a type of its own.
void require_typed(int32_t type, const void* pointer, const char* name) {
  require(type == SECANT_FLOAT32 || type == SECANT_BFLOAT16, "%s_type must be 0 (float) or 1 (bf16), got %d", name,
          type);
  if (type == SECANT_FLOAT32) {
    require_pointer(static_cast<const float*>(pointer), name);
  } else {
    require_pointer(static_cast<const uint16_t*>(pointer), name);
  }
}

void require_crops(const int32_t* crops, int32_t sources, int32_t pad) {
  const int32_t last = 2 * pad;
  for (int64_t t = 0; crops != nullptr && t < sources; ++t) {
    const int32_t* c = crops + 3 * t;
    require(c[0] >= 0 && c[0] <= last && c[1] >= 0 && c[1] <= last && (c[2] == 0 || c[2] == 1),
            "crops[%" PRId64 "] must be dy, dx in [0, 2*pad=%d] and flip 0 or 1, got %d, %d, %d", t, last, c[0], c[1],
            c[2]);
  }
}

}  // namespace

extern "C" {

int32_t secant_philox(const uint32_t* key, const uint32_t* counter, uint32_t* out) {
  return translate(__func__, [&] {
    require_pointer(key, "key");
    require_pointer(counter, "counter");
    require_pointer(out, "out");
    const secant::Philox p =
        secant::philox(key[0] | static_cast<uint64_t>(key[1]) << 32, counter[0], counter[1], counter[2], counter[3]);
    std::memcpy(out, p.word, sizeof p.word);
  });
}

int32_t secant_convert(secant_context* context, int64_t count, int32_t from_type, const void* from, int32_t to_type,
                       void* to) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require(count >= 1 && count <= INT64_C(1) << 40, "count must be in 1..2^40, got %" PRId64, count);
    require_typed(from_type, from, "from");
    require_typed(to_type, to, "to");
    context->operations.convert(*context, {count, from_type, to_type, from, to});
  });
}

int32_t secant_dirichlet(secant_context* context, uint64_t seed, int32_t stream, const int64_t* step, int32_t rows,
                         int32_t first_row, int32_t ways, const double* alpha, float* lambda) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_stream(stream);
    require_step(*context, step);
    require_positive(rows, "rows");
    require(first_row >= 0 && first_row <= INT32_MAX - rows, "first_row must be in 0..2^31-1-rows, got %d", first_row);
    require_ways(ways);
    require_alpha(alpha, ways);
    require_pointer(lambda, "lambda");
    context->operations.dirichlet(*context, {seed, stream, step, rows, first_row, ways, alpha, lambda});
  });
}

int32_t secant_draw(secant_context* context, const secant_recipe* recipe, const int64_t* step,
                    const secant_draws* draws) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_recipe(*context, recipe, step);
    require_draws(draws);
    secant::MixArguments arguments = {};
    arguments.recipe = recipe;
    arguments.step = step;
    arguments.draws = *draws;
    context->operations.mix(*context, arguments);
  });
}

int32_t secant_mix(secant_context* context, const secant_pool* pool, const secant_recipe* recipe, const int64_t* step,
                   const float* scale, const float* shift, const secant_draws* draws, float* clean, float* mixed) {
  return translate(__func__, [&] {
    // First: the callee is evaluated before its arguments, and context may be NULL.
    const secant::MixArguments a = mix_arguments(context, pool, recipe, step, scale, shift, draws, clean, mixed);
    context->operations.mix(*context, a);
  });
}

int32_t secant_mix_labelled(secant_context* context, const secant_pool* pool, const secant_recipe* recipe,
                            const int64_t* step, const float* scale, const float* shift, const secant_draws* draws,
                            float* clean, float* mixed, const int32_t* labels, int32_t classes, float* targets) {
  return translate(__func__, [&] {
    secant::MixArguments a = mix_arguments(context, pool, recipe, step, scale, shift, draws, clean, mixed);
    require_pointer(labels, "labels");
    require_positive(classes, "classes");
    require_pointer(targets, "targets");
    elements("targets", recipe->batch, classes);
    for (int64_t i = 0; context->on_host() && i < pool->count; ++i) {
      require(labels[i] >= 0 && labels[i] < classes, "labels[%" PRId64 "] must be in [0, C=%d), got %d", i, classes,
              labels[i]);
    }
    a.labels = labels;
    a.classes = classes;
    a.targets = targets;
    context->operations.mix(*context, a);
  });
}

int32_t secant_mix_images(secant_context* context, const secant_pool* pool, int32_t batch, int32_t ways,
                          int32_t sources, int32_t pad, const int32_t* indices, const int32_t* crops,
                          const int32_t* rows, const float* lambda, const float* scale, const float* shift,
                          float* out) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_pool(pool);
    require_positive(sources, "sources");
    require_pad(pad, pool);
    require_pointer(indices, "indices");
    require_optional(crops, "crops");
    if (context->on_host()) {
      require_below(indices, sources, pool->count, "indices", "N");
      require_crops(crops, sources, pad);
    }
    require_affine(pool, scale, shift);
    require_pointer(out, "out");
    const bool plain = rows == nullptr && lambda == nullptr;
    if (!plain) {
      require_batch(batch, ways);
      require_rows(*context, rows, lambda, batch, ways, sources);
    }
    elements("out", plain ? sources : batch, pool->height, pool->width, pool->channels);
    context->operations.mix_images(
        *context, {pool, batch, ways, sources, pad, indices, crops, rows, lambda, scale, shift, context->type, out});
  });
}

int32_t secant_mix_values(secant_context* context, int32_t batch, int32_t ways, int32_t sources, int64_t features,
                          const float* source, const int32_t* rows, const float* lambda, float* out) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_batch(batch, ways);
    require_positive(sources, "sources");
    require_positive(features, "features");
    require_pointer(source, "source");
    require_rows(*context, rows, lambda, batch, ways, sources);
    require_pointer(out, "out");
    elements("out", batch, features, ways);
    elements("source", sources, features);
    context->operations.mix_values(*context,
                                   {batch, ways, sources, features, context->type, source, rows, lambda, out});
  });
}

int32_t secant_mix_labels(secant_context* context, int32_t batch, int32_t ways, int32_t sources, int32_t classes,
                          const int32_t* labels, int64_t label_count, const int32_t* indices, const int32_t* rows,
                          const float* lambda, float* out) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_positive(sources, "sources");
    require_positive(classes, "classes");
    require_positive(label_count, "label_count");
    require_pointer(labels, "labels");
    require_pointer(indices, "indices");
    if (context->on_host()) {
      require_below(indices, sources, label_count, "indices", "N");
      require_labels(labels, indices, sources, classes);
    }
    require_pointer(out, "out");
    const bool plain = rows == nullptr && lambda == nullptr;
    if (!plain) {
      require_batch(batch, ways);
      require_rows(*context, rows, lambda, batch, ways, sources);
    }
    elements("out", plain ? sources : batch, classes);
    context->operations.mix_labels(*context,
                                   {batch, ways, sources, classes, labels, label_count, indices, rows, lambda, out});
  });
}

int32_t secant_consistency(secant_context* context, int32_t space, int32_t reduction, int32_t batch, int32_t ways,
                           int32_t sources, int32_t classes, const float* student, const float* targets,
                           const int32_t* rows, const float* lambda, const float* weight, float* loss,
                           float* dL_dstudent, float* dL_dtargets) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_kind(space, reduction);
    require_batch(batch, ways);
    require_positive(sources, "sources");
    require_positive(classes, "classes");
    require_pointer(student, "student");
    require_pointer(targets, "targets");
    require_rows(*context, rows, lambda, batch, ways, sources);
    require_weight(*context, weight);
    require_pointer(loss, "loss");
    require_optional(dL_dstudent, "dL_dstudent");
    require_optional(dL_dtargets, "dL_dtargets");
    context->operations.consistency(*context, {space, reduction, batch, ways, sources, classes, student, targets, rows,
                                               lambda, weight, loss, dL_dstudent, dL_dtargets});
  });
}

int32_t secant_nonlin(secant_context* context, int32_t layer_count, const secant_nonlin_layer* layers, int32_t batch,
                      int32_t ways, int32_t sources, const int32_t* rows, const float* lambda, double eps,
                      double* out) {
  return translate(__func__, [&] {
    require_pointer(context, "context");
    require_positive(layer_count, "layer_count");
    require_pointer(layers, "layers");
    require_batch(batch, ways);
    require_positive(sources, "sources");
    for (int32_t l = 0; l < layer_count; ++l) {
      const std::string name = "layers[" + std::to_string(l) + "]";
      require_typed(layers[l].type, layers[l].points, (name + ".points").c_str());
      require_typed(layers[l].type, layers[l].mixed, (name + ".mixed").c_str());
      require(layers[l].features >= 1, "layers[%d].features must be at least 1, got %" PRId64, l, layers[l].features);
      elements("layers[].points", sources, layers[l].features);
      elements("layers[].mixed", batch, layers[l].features);
    }
    require_rows(*context, rows, lambda, batch, ways, sources);
    require(eps > 0 && std::isfinite(eps), "eps must be positive and finite, got %g", eps);
    require_pointer(out, "out");
    elements("out", layer_count, batch, SECANT_NONLIN_FIELDS);
    context->operations.nonlin(*context, {layer_count, layers, batch, ways, sources, rows, lambda, eps, out});
  });
}

}  // extern "C"
