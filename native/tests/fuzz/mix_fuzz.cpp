// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_mix, secant_mix_labelled, secant_mix_images, secant_mix_values, secant_mix_labels, secant_draw.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

struct Pool {
  secant_pool pool;
  Array pixels;
  explicit Pool(Input& in) : pool(shape(in)), pixels(in, 1, {pool.count, pool.height, pool.width, pool.channels}) {
    pool.pixels = pixels.bytes(in).get<uint8_t>();
  }
  static secant_pool shape(Input& in) {
    secant_pool pool = {};
    pool.count = in.long_size(5);
    pool.height = in.size(9);
    pool.width = in.size(12);
    pool.channels = in.size(4);
    return pool;
  }
};

void recipe(Input& in, const Context& context) {
  const Pool pool(in);
  secant_recipe r = {};
  r.seed = in.word();
  r.stream = in.code(3);
  r.batch = in.size(6);
  r.ways = in.size(5);
  r.partners = in.code(1);
  r.lambda_scope = in.code(1);
  r.flip = in.code(1);
  r.pad = in.below(8) == 0 ? in.size(4) : in.below(4);
  r.member_count = in.long_size(9);
  const Array members = std::move(Array(in, 4, {r.member_count}).indices(in, pool.pool.count));
  r.members = members.get<int32_t>();
  Array alpha(in, 8, {r.ways});
  for (int32_t k = 0; alpha.size() >= 8 && k < r.ways; ++k) {
    const double value = in.real(0.5);
    std::memcpy(alpha.get<uint8_t>() + 8 * k, &value, sizeof value);
  }
  r.alpha = alpha.get<double>();
  int64_t sources = r.batch;
  if (r.partners == SECANT_PARTNERS_INDEPENDENT) sources = static_cast<int64_t>(r.batch) * r.ways;
  const Array indices(in, 4, {sources}), crops(in, 4, {sources, 3}), rows(in, 4, {r.batch, r.ways}),
      lambda(in, 4, {r.batch, r.ways});
  const secant_draws draws = {indices.get<int32_t>(), crops.get<int32_t>(), rows.get<int32_t>(), lambda.get<float>()};
  const Array step =
      std::move(Array(in, 8, {1}).set<int64_t>(in.below(4) == 0 ? static_cast<int64_t>(in.word()) : in.byte()));
  const secant_recipe* given = in.once_in(64) ? nullptr : &r;
  const secant_draws* wanted = in.once_in(64) ? nullptr : &draws;
  const int32_t function = in.below(3);
  if (function == 0) {
    Call("secant_draw", {&indices, &crops, &rows, &lambda})
        .ends(secant_draw(context, given, step.get<int64_t>(), wanted));
    return;
  }
  const Array scale = std::move(Array(in, 4, {pool.pool.channels}).floats(in));
  const Array shift = std::move(Array(in, 4, {pool.pool.channels}).floats(in));
  const Array clean(in, context.activation(), {sources, pool.pool.height, pool.pool.width, pool.pool.channels}, true);
  const Array mixed(in, context.activation(), {r.batch, pool.pool.height, pool.pool.width, pool.pool.channels}, true);
  const secant_pool* images = in.once_in(64) ? nullptr : &pool.pool;
  if (function == 1) {
    const Call call("secant_mix", {&indices, &crops, &rows, &lambda, &clean, &mixed});
    call.ends(secant_mix(context, images, given, step.get<int64_t>(), scale.get<float>(), shift.get<float>(), wanted,
                         clean.activations(), mixed.activations()));
    return;
  }
  const int32_t classes = in.size(10);
  const Array labels = std::move(Array(in, 4, {pool.pool.count}).indices(in, classes));
  const Array targets(in, 4, {r.batch, classes});
  const Call call("secant_mix_labelled", {&indices, &crops, &rows, &lambda, &clean, &mixed, &targets});
  call.ends(secant_mix_labelled(context, images, given, step.get<int64_t>(), scale.get<float>(), shift.get<float>(),
                                wanted, clean.activations(), mixed.activations(), labels.get<int32_t>(), classes,
                                targets.get<float>()));
}

void images(Input& in, const Context& context) {
  const Pool pool(in);
  const int32_t batch = in.size(6), ways = in.size(5), sources = in.size(7);
  const int32_t pad = in.below(8) == 0 ? in.size(4) : in.below(4);
  const Array indices = std::move(Array(in, 4, {sources}).indices(in, pool.pool.count));
  Array crops(in, 4, {sources, 3}, true);
  for (size_t i = 0; i < crops.size() / 4; ++i) {
    const int32_t value = in.code(i % 3 == 2 ? 1 : 2 * (pad < 0 || pad > 100 ? 0 : pad));
    std::memcpy(crops.get<uint8_t>() + 4 * i, &value, sizeof value);
  }
  const Array rows = std::move(Array(in, 4, {batch, ways}, true).indices(in, sources));
  const Array lambda = std::move(Array(in, 4, {batch, ways}, true).shares(in));
  const Array scale = std::move(Array(in, 4, {pool.pool.channels}).floats(in));
  const Array shift = std::move(Array(in, 4, {pool.pool.channels}).floats(in));
  const bool plain = rows.get<int32_t>() == nullptr && lambda.get<float>() == nullptr;
  const Array out(in, context.activation(),
                  {plain ? sources : batch, pool.pool.height, pool.pool.width, pool.pool.channels});
  const Call call("secant_mix_images", {&out});
  call.ends(secant_mix_images(context, in.once_in(64) ? nullptr : &pool.pool, batch, ways, sources, pad,
                              indices.get<int32_t>(), crops.get<int32_t>(), rows.get<int32_t>(), lambda.get<float>(),
                              scale.get<float>(), shift.get<float>(), out.activations()));
}

void values(Input& in, const Context& context) {
  const int32_t batch = in.size(6), ways = in.size(5), sources = in.size(7);
  const int64_t features = in.long_size(40);
  const Array source = std::move(Array(in, context.activation(), {sources, features}).floats(in));
  const Array rows = std::move(Array(in, 4, {batch, ways}).indices(in, sources));
  const Array lambda = std::move(Array(in, 4, {batch, ways}).shares(in));
  const Array out(in, context.activation(), {batch, features});
  const Call call("secant_mix_values", {&out});
  call.ends(secant_mix_values(context, batch, ways, sources, features, source.activations(), rows.get<int32_t>(),
                              lambda.get<float>(), out.activations()));
}

void labels(Input& in, const Context& context) {
  const int32_t batch = in.size(6), ways = in.size(5), sources = in.size(7), classes = in.size(10);
  const int64_t count = in.long_size(20);
  const Array of = std::move(Array(in, 4, {count}).indices(in, classes));
  const Array indices = std::move(Array(in, 4, {sources}).indices(in, count));
  const Array rows = std::move(Array(in, 4, {batch, ways}, true).indices(in, sources));
  const Array lambda = std::move(Array(in, 4, {batch, ways}, true).shares(in));
  const bool plain = rows.get<int32_t>() == nullptr && lambda.get<float>() == nullptr;
  const Array out(in, 4, {plain ? sources : batch, classes});
  const Call call("secant_mix_labels", {&out});
  call.ends(secant_mix_labels(context, batch, ways, sources, classes, of.get<int32_t>(), count, indices.get<int32_t>(),
                              rows.get<int32_t>(), lambda.get<float>(), out.get<float>()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  switch (in.below(5)) {
    case 0:
    case 1:
      recipe(in, context);
      break;
    case 2:
      images(in, context);
      break;
    case 3:
      values(in, context);
      break;
    default:
      labels(in, context);
  }
  return 0;
}
