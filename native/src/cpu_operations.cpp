// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Operations of a CPU context: draws, then one call of the level's kernel. Mixing in bf16 is mixing in float, rounded
// once: images are few beside the maps of the network.

#include <cmath>
#include <cstring>

#include "context.h"
#include "draw.h"
#include "error.h"

namespace secant {

namespace {

const float* floats(const void* p) { return static_cast<const float*>(p); }
float* floats(void* p) { return static_cast<float*>(p); }

void dirichlet(secant_context& context, const DirichletArguments& a) {
  context.ops.dirichlet(context.pool, a.seed, a.stream, *a.step, a.rows, a.first_row, a.ways, a.alpha, a.lambda);
}

// lambda of draws; with one per batch every row is a copy of the first.
void draw_lambda(secant_context& context, const secant_recipe& recipe, int64_t step, float* lambda) {
  const bool per_sample = recipe.lambda_scope == SECANT_LAMBDA_SAMPLE;
  const int64_t count = static_cast<int64_t>(recipe.batch) * recipe.ways;
  context.ops.dirichlet(context.pool, recipe.seed, recipe.stream, step, per_sample ? recipe.batch : 1, 0, recipe.ways,
                        recipe.alpha, lambda);
  if (per_sample) return;
  for (int64_t i = recipe.ways; i < count; ++i) lambda[i] = lambda[i - recipe.ways];
}

// The order is drawn aside and checked before anything of the caller's is written.
void expand(secant_context& context, const MixArguments& a) {
  const int64_t sources = source_rows(*a.recipe);
  const int64_t limit = a.pool != nullptr ? a.pool->count : INT32_MAX;
  auto* indices = static_cast<int32_t*>(context.scratch(sources * static_cast<int64_t>(sizeof(int32_t))));
  draw_indices(context.pool, *a.recipe, *a.step, indices);
  for (int64_t t = 0; t < sources; ++t) {
    require(indices[t] >= 0 && indices[t] < limit, "members drawn: indices[%lld] must be in [0, %s=%lld), got %d",
            static_cast<long long>(t), a.pool != nullptr ? "N" : "2^31-1", static_cast<long long>(limit), indices[t]);
  }
  std::memcpy(a.draws.indices, indices, static_cast<size_t>(sources) * sizeof(int32_t));
  draw_places(context.pool, *a.recipe, *a.step, a.draws);
  draw_lambda(context, *a.recipe, *a.step, a.draws.lambda);
}

void mix_labels(secant_context&, const LabelsArguments& a) {
  const bool plain = a.rows == nullptr;
  const int64_t out_rows = plain ? a.sources : a.batch;
  std::memset(a.out, 0, static_cast<size_t>(out_rows * a.classes) * sizeof(float));
  for (int64_t b = 0; b < out_rows; ++b) {
    for (int32_t k = 0; k < (plain ? 1 : a.ways); ++k) {
      const int64_t t = plain ? b : a.rows[b * a.ways + k];
      a.out[b * a.classes + a.labels[a.indices[t]]] += plain ? 1.0f : a.lambda[b * a.ways + k];
    }
  }
}

// Images in the context's type from a kernel that writes float: into the tensor itself, or into scratch and rounded.
class Images {
 public:
  Images(secant_context& context, int32_t type, int64_t bytes_for_all)
      : context_(context), half_(type == SECANT_BFLOAT16) {
    if (half_) room_ = static_cast<float*>(context.scratch(bytes_for_all));
  }
  // count values that will go to `to`; NULL for NULL.
  float* place(void* to, int64_t count) {
    if (!half_ || to == nullptr) return floats(to);
    float* at = room_ + used_;
    used_ += count;
    return at;
  }
  void finish(const float* from, void* to, int64_t count) const {
    if (half_ && to != nullptr) context_.ops.to_bf16(context_.pool, count, from, static_cast<uint16_t*>(to));
  }

 private:
  secant_context& context_;
  bool half_;
  float* room_ = nullptr;
  int64_t used_ = 0;
};

constexpr int64_t kFloat = static_cast<int64_t>(sizeof(float));

void mix(secant_context& context, const MixArguments& a) {
  expand(context, a);
  const secant_recipe& recipe = *a.recipe;
  const int32_t sources = static_cast<int32_t>(source_rows(recipe));
  if (a.labels != nullptr) {
    mix_labels(context, {recipe.batch, recipe.ways, sources, a.classes, a.labels, a.pool->count, a.draws.indices,
                         a.draws.rows, a.draws.lambda, a.targets});
  }
  if (a.pool == nullptr || (a.clean == nullptr && a.mixed == nullptr)) return;
  // Shift: way 0 of row b is source row b. Independent: every source row is read once.
  const int32_t clean_ways = recipe.partners == SECANT_PARTNERS_SHIFT ? 1 : recipe.ways;
  const int64_t image = static_cast<int64_t>(a.pool->height) * a.pool->width * a.pool->channels;
  Images images(context, a.type, (sources + recipe.batch) * image * kFloat);
  float* clean = images.place(a.clean, sources * image);
  float* mixed = images.place(a.mixed, recipe.batch * image);
  context.ops.mix_images(context.pool, *a.pool, recipe.batch, recipe.ways, sources, recipe.pad, a.draws.indices,
                         a.draws.crops, a.draws.rows, a.draws.lambda, a.scale, a.shift, clean_ways, clean, mixed);
  images.finish(clean, a.clean, sources * image);
  images.finish(mixed, a.mixed, recipe.batch * image);
}

void mix_images(secant_context& context, const ImagesArguments& a) {
  const bool plain = a.rows == nullptr;
  const int64_t image = static_cast<int64_t>(a.pool->height) * a.pool->width * a.pool->channels;
  const int64_t count = (plain ? a.sources : a.batch) * image;
  Images images(context, a.type, count * kFloat);
  float* out = images.place(a.out, count);
  context.ops.mix_images(context.pool, *a.pool, a.batch, a.ways, a.sources, a.pad, a.indices, a.crops, a.rows, a.lambda,
                         a.scale, a.shift, 0, plain ? out : nullptr, plain ? nullptr : out);
  images.finish(out, a.out, count);
}

void mix_values(secant_context& context, const ValuesArguments& a) {
  const int64_t count = a.batch * a.features, source_count = a.sources * a.features;
  Images images(context, a.type, (count + source_count) * kFloat);
  float* out = images.place(a.out, count);
  const float* source = floats(a.source);
  if (a.type == SECANT_BFLOAT16) {
    float* widened = images.place(a.out, source_count);
    context.ops.from_bf16(context.pool, source_count, static_cast<const uint16_t*>(a.source), widened);
    source = widened;
  }
  context.ops.mix_values(context.pool, a.batch, a.ways, a.features, source, a.rows, a.lambda, out);
  images.finish(out, a.out, count);
}

void consistency(secant_context& context, const ConsistencyArguments& a) {
  const int64_t bytes = context.ops.consistency_scratch(a.space, a.reduction, a.batch, a.ways, a.sources, a.classes,
                                                        a.dL_dtargets != nullptr);
  require(bytes >= 0, "B=%d, K=%d, T=%d, C=%d overflow int64", a.batch, a.ways, a.sources, a.classes);
  context.ops.consistency(context.pool, context.scratch(bytes), a.space, a.reduction, a.batch, a.ways, a.sources,
                          a.classes, a.student, a.targets, a.rows, a.lambda, *a.weight, a.loss, a.dL_dstudent,
                          a.dL_dtargets);
}

void nonlin(secant_context& context, const NonlinArguments& a) {
  context.ops.nonlin(context.pool, a.layer_count, a.layers, a.batch, a.ways, a.rows, a.lambda, a.eps, a.out);
}

void norm(secant_context& context, const NormArguments& a) {
  void* scratch = context.scratch(context.ops.norm_scratch(a.spec));
  (a.inference ? context.ops.norm_inference : context.ops.norm_forward)(context.pool, scratch, a);
}

void norm_backward(secant_context& context, const NormGradientArguments& a) {
  context.ops.norm_backward(context.pool, context.scratch(context.ops.norm_scratch(a.spec)), a);
}

void add(secant_context& context, const AddArguments& a) { context.ops.add(context.pool, a); }

void pool_forward(secant_context& context, const PoolArguments& a) { context.ops.pool_forward(context.pool, a); }

void pool_backward(secant_context& context, const PoolGradientArguments& a) {
  context.ops.pool_backward(context.pool, a);
}

void dense_forward(secant_context& context, const DenseArguments& a) {
  context.ops.dense_forward(context.pool, a.batch, a.features, a.classes, a.x, a.w, a.bias, a.logits);
}

void dense_backward(secant_context& context, const DenseGradientArguments& a) {
  context.ops.dense_backward(context.pool, a.batch, a.features, a.classes, a.x, a.w, a.dL_dlogits, a.dL_dx, a.dL_dw,
                             a.dL_dbias);
}

void cross_entropy(secant_context& context, const EntropyArguments& a) {
  auto* row_loss = static_cast<double*>(context.scratch(a.batch * static_cast<int64_t>(sizeof(double))));
  context.ops.cross_entropy(context.pool, row_loss, a.batch, a.classes, a.logits, a.targets, a.loss, a.dL_dlogits);
}

double warmed_up(double decay, int32_t warmup, double t) {
  const double early = (1 + t) / (10 + t);
  return warmup != 0 && early < decay ? early : decay;
}

void schedule(secant_context&, const ScheduleArguments& a) {
  constexpr double kPi = 3.14159265358979323846;
  const double t = static_cast<double>(*a.step);
  const double steps = static_cast<double>(a.spec.steps);
  const double ramp = a.spec.ramp_fraction * steps;
  const double factor = a.spec.cosine != 0 ? std::cos(7 * kPi * t / (16 * steps)) : 1;
  *a.learning_rate = static_cast<float>(a.spec.learning_rate * factor);
  *a.weight = static_cast<float>(t < ramp ? a.spec.weight_max * (t / ramp) : a.spec.weight_max);
  *a.ema_rate = static_cast<float>(warmed_up(a.spec.ema_decay, a.spec.ema_warmup, t));
  *a.bn_rate = static_cast<float>(warmed_up(a.spec.bn_decay, a.spec.bn_warmup, t));
}

void advance(secant_context&, const AdvanceArguments& a) {
  if (a.log.rows != nullptr) {
    float* row = a.log.rows + *a.step % a.log.row_count * 3;
    row[0] = *a.log.loss;
    row[1] = a.log.consistency == nullptr ? 0 : *a.log.consistency;
    row[2] = a.log.weight == nullptr ? 0 : *a.log.weight;
  }
  ++*a.step;
}

void optim_step(secant_context& context, const OptimArguments& a) {
  context.ops.optim_step(context.pool, a.spec, *a.step, *a.learning_rate, *a.ema_rate, a.grad, a.p, a.m, a.v, a.ema);
  if (a.copy != nullptr) context.ops.to_bf16(context.pool, a.spec.count, a.p, a.copy);
  if (a.ema_copy != nullptr) context.ops.to_bf16(context.pool, a.spec.count, a.ema, a.ema_copy);
}

// What winograd.cpp takes; a caller has the rest from oneDNN.
void require_winograd(const secant_context& context, const secant_conv_spec& s, const void* bias) {
  require_available(context.ops.conv_scratch != nullptr,
                    "a CPU context has convolutions from instruction level 3 on, this one has level %d", context.level);
  require_available(s.kernel == 3 && s.stride == 1,
                    "a CPU context has convolutions of kernel 3 and stride 1, got kernel %d and stride %d", s.kernel,
                    s.stride);
  require_available(s.height % 2 == 0 && s.width % 2 == 0,
                    "a CPU context needs an even height and width, got %d and %d", s.height, s.width);
  require_available(s.in % 16 == 0 && s.out % 16 == 0,
                    "a CPU context needs multiples of 16 for in and out, got %d and %d", s.in, s.out);
  require_available(bias == nullptr, "a CPU context has convolutions without bias only");
}

void conv(secant_context& context, const ConvArguments& a) {
  require_winograd(context, a.spec, a.b);
  const int64_t bytes = context.ops.conv_scratch(a.spec, context.pool.threads());
  context.ops.conv_forward(context.pool, context.scratch(bytes), a);
}

void conv_data(secant_context& context, const ConvDataArguments& a) {
  require_winograd(context, a.spec, nullptr);
  secant_conv_spec turned = a.spec;
  turned.in = a.spec.out;
  turned.out = a.spec.in;
  const int64_t bytes = context.ops.conv_scratch(turned, context.pool.threads());
  context.ops.conv_data(context.pool, context.scratch(bytes), a);
}

void conv_weights(secant_context& context, const ConvWeightArguments& a) {
  require_winograd(context, a.spec, a.dL_db);
  const int64_t bytes = context.ops.conv_weights_scratch(a.spec, context.pool.threads());
  context.ops.conv_weights(context.pool, context.scratch(bytes), a);
}

// Hands out parts of one block, 64-byte aligned each; on NULL it only counts.
struct Parts {
  unsigned char* at;
  int64_t bytes = 0;
  template <typename T>
  T* take(int64_t count) {
    auto* part = reinterpret_cast<T*>(at == nullptr ? nullptr : at + bytes);
    bytes += (count * static_cast<int64_t>(sizeof(T)) + 63) / 64 * 64;
    return part;
  }
};

// What the head keeps between its kernels.
struct HeadRoom {
  float *pooled, *logits, *dL_dlogits, *dL_dpooled;
  double* row_loss;
  unsigned char* consistency;
};

HeadRoom head_room(const HeadArguments& a, int64_t consistency_bytes, Parts* parts) {
  const int64_t rows = static_cast<int64_t>(a.spec.labelled) + a.spec.mixed;
  const int64_t features = rows * a.spec.channels, scores = rows * a.spec.classes;
  HeadRoom room;
  room.pooled = a.out.pooled != nullptr ? a.out.pooled : parts->take<float>(features);
  room.logits = a.out.logits != nullptr ? a.out.logits : parts->take<float>(scores);
  room.dL_dlogits = a.out.dL_dlogits != nullptr ? a.out.dL_dlogits : parts->take<float>(scores);
  room.dL_dpooled = parts->take<float>(features);
  room.row_loss = parts->take<double>(a.spec.labelled);
  room.consistency = parts->take<unsigned char>(consistency_bytes);
  return room;
}

// The kernels of the head one after the other.
void head_train(secant_context& context, const HeadArguments& a) {
  const secant_head_spec& s = a.spec;
  const Ops& ops = context.ops;
  const int64_t bytes =
      s.mixed > 0 ? ops.consistency_scratch(s.space, s.reduction, s.mixed, s.ways, s.sources, s.classes, false) : 0;
  require(bytes >= 0, "M=%d, K=%d, T=%d, C=%d overflow int64", s.mixed, s.ways, s.sources, s.classes);
  Parts count = {nullptr};
  head_room(a, bytes, &count);
  Parts parts = {static_cast<unsigned char*>(context.scratch(count.bytes))};
  const HeadRoom room = head_room(a, bytes, &parts);
  const int32_t rows = s.labelled + s.mixed;
  ops.pool_forward(context.pool, {rows, s.pixels, s.channels, a.type, a.in.y, room.pooled});
  ops.dense_forward(context.pool, rows, s.channels, s.classes, room.pooled, a.in.w, a.in.bias, room.logits);
  ops.cross_entropy(context.pool, room.row_loss, s.labelled, s.classes, room.logits, a.in.targets, a.out.loss,
                    room.dL_dlogits);
  if (s.mixed > 0) {
    const int64_t first = static_cast<int64_t>(s.labelled) * s.classes;
    ops.consistency(context.pool, room.consistency, s.space, s.reduction, s.mixed, s.ways, s.sources, s.classes,
                    room.logits + first, a.in.teacher, a.in.rows, a.in.lambda, *a.in.weight, a.out.consistency,
                    room.dL_dlogits + first, nullptr);
  }
  ops.dense_backward(context.pool, rows, s.channels, s.classes, room.pooled, a.in.w, room.dL_dlogits, room.dL_dpooled,
                     a.out.dL_dw, a.out.dL_dbias);
  ops.pool_backward(context.pool, {rows, s.pixels, s.channels, a.type, room.dL_dpooled, a.out.dL_dy});
}

void convert(secant_context& context, const ConvertArguments& a) {
  const bool from_half = a.from_type == SECANT_BFLOAT16, to_half = a.to_type == SECANT_BFLOAT16;
  if (from_half == to_half) {
    std::memcpy(a.to, a.from, static_cast<size_t>(a.count) * (to_half ? sizeof(uint16_t) : sizeof(float)));
  } else if (to_half) {
    context.ops.to_bf16(context.pool, a.count, floats(a.from), static_cast<uint16_t*>(a.to));
  } else {
    context.ops.from_bf16(context.pool, a.count, static_cast<const uint16_t*>(a.from), floats(a.to));
  }
}

}  // namespace

// In the order of Operations.
const Operations cpu_operations = {
    dirichlet,     mix,        mix_images,   mix_values,    mix_labels,    consistency,    nonlin,        norm,
    norm_backward, add,        pool_forward, pool_backward, dense_forward, dense_backward, cross_entropy, schedule,
    advance,       optim_step, conv,         conv_data,     conv_weights,  head_train,     convert,
};

}  // namespace secant
