// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Draws and mixing: every output equals the CPU library's, bit by bit; bf16 outputs equal its floats rounded once.

#include "session.h"

namespace kernel_tests {
namespace {

const float kScale[4] = {1 / 127.5f, 0.017f, 0.25f, 3.0f};
const float kShift[4] = {-1, -0.5f, 0.125f, 1e-3f};
const double kAlpha[16] = {.5, .1, 1, 3, .01, 50, .5, .5, .5, 2, .5, .5, .25, .5, .5, .5};

struct Shape {
  int64_t count;
  int32_t height, width, channels;
  int64_t values() const { return static_cast<int64_t>(height) * width * channels; }
};

std::string text(const Shape& s) {
  return std::to_string(s.height) + "x" + std::to_string(s.width) + "x" + std::to_string(s.channels);
}

secant_pool put_pool(Session& s, const Shape& shape) {
  const auto pixels = below<uint8_t>(static_cast<uint64_t>(shape.values()), shape.count * shape.values(), 256);
  return {s.put(pixels), shape.count, shape.height, shape.width, shape.channels};
}

struct Setting {
  Shape shape;
  int32_t batch, ways, partners, scope, flip, pad;
  int64_t step, members;
  double alpha = 0;  // of every way; 0: kAlpha
};

void recipe_case(Session& s, const Setting& q) {
  constexpr int32_t kClasses = 10;
  const secant_pool pool = put_pool(s, q.shape);
  const auto members = below<int32_t>(7, q.members, q.shape.count);
  const std::vector<double> same(SECANT_MAX_WAYS, q.alpha);
  const secant_recipe recipe = {0x1234567890abcdefu,
                                1,
                                q.batch,
                                q.ways,
                                q.partners,
                                q.scope,
                                q.flip,
                                q.pad,
                                q.alpha > 0 ? same.data() : kAlpha,
                                s.put(members),
                                q.members};
  const int64_t sources = q.partners == SECANT_PARTNERS_SHIFT ? q.batch : q.batch * q.ways, n = q.shape.values();
  const int64_t* step = s.put(std::vector<int64_t>{q.step});
  const secant_draws draws = {s.room<int32_t>(sources), s.room<int32_t>(3 * sources), s.room<int32_t>(q.batch * q.ways),
                              s.room<float>(q.batch * q.ways)};
  float *clean = s.room_activations(sources * n), *mixed = s.room_activations(q.batch * n);
  float* targets = s.room<float>(q.batch * kClasses);
  const int32_t* labels = s.put(below<int32_t>(9, q.shape.count, kClasses));
  must(secant_mix_labelled(s, &pool, &recipe, step, kScale, kShift, &draws, clean, mixed, labels, kClasses, targets),
       "secant_mix_labelled");
  s.give("indices", draws.indices, sources);
  s.give("crops", draws.crops, 3 * sources);
  s.give("rows", draws.rows, q.batch * q.ways);
  s.give("lambda", draws.lambda, q.batch * q.ways);
  s.give_activations("clean", clean, sources * n);
  s.give_activations("mixed", mixed, q.batch * n);
  s.give("targets", targets, q.batch * kClasses);
}

void draw_case(Session& s, int32_t batch, int32_t ways, int32_t partners, int64_t members, int64_t step) {
  const secant_recipe recipe = {99, 0, batch, ways, partners, 0, 1, 4, kAlpha, nullptr, members};
  secant_recipe placed = recipe;
  placed.members = s.put(below<int32_t>(3, members, 1 << 30));
  const int64_t sources = partners == SECANT_PARTNERS_SHIFT ? batch : batch * ways;
  const secant_draws draws = {s.room<int32_t>(sources), s.room<int32_t>(3 * sources), s.room<int32_t>(batch * ways),
                              s.room<float>(batch * ways)};
  must(secant_draw(s, &placed, s.put(std::vector<int64_t>{step}), &draws), "secant_draw");
  s.give("indices", draws.indices, sources);
  s.give("crops", draws.crops, 3 * sources);
  s.give("rows", draws.rows, batch * ways);
  s.give("lambda", draws.lambda, batch * ways);
}

void dirichlet_case(Session& s, double alpha, int32_t ways, int32_t rows) {
  const std::vector<double> alphas(static_cast<size_t>(ways), alpha);
  float* lambda = s.room<float>(static_cast<int64_t>(rows) * ways);
  must(secant_dirichlet(s, 5, 2, s.put(std::vector<int64_t>{123456}), rows, 17, ways, alphas.data(), lambda),
       "secant_dirichlet");
  s.give("lambda", lambda, static_cast<int64_t>(rows) * ways);
}

// rows and lambda given, or the clean batch; crops given or none.
void images_case(Session& s, const Shape& shape, int32_t ways, int32_t pad, bool crop) {
  constexpr int32_t kBatch = 3, kSources = 6;
  const secant_pool pool = put_pool(s, shape);
  const int32_t* indices = s.put(below<int32_t>(1, kSources, shape.count));
  auto crops = below<int32_t>(2, 3 * kSources, 2 * pad + 1);
  for (size_t t = 0; t < kSources; ++t) crops[3 * t + 2] = static_cast<int32_t>(t % 2);
  const int32_t* placed_crops = crop ? s.put(crops) : nullptr;
  const int32_t* rows = s.put(below<int32_t>(3, kBatch * ways, kSources));
  const float* lambda = s.put(uniforms(4, kBatch * ways, -0.5, 1));
  const int64_t n = shape.values();
  float *mixed = s.room_activations(kBatch * n), *clean = s.room_activations(kSources * n);
  must(secant_mix_images(s, &pool, kBatch, ways, kSources, pad, indices, placed_crops, rows, lambda, kScale, kShift,
                         mixed),
       "secant_mix_images");
  must(secant_mix_images(s, &pool, 0, 0, kSources, pad, indices, placed_crops, nullptr, nullptr, kScale, kShift, clean),
       "secant_mix_images");
  s.give_activations("mixed", mixed, kBatch * n);
  s.give_activations("clean", clean, kSources * n);
}

void values_case(Session& s, int64_t features, int32_t ways) {
  constexpr int32_t kBatch = 5, kSources = 4;
  float* out = s.room_activations(kBatch * features);
  must(secant_mix_values(s, kBatch, ways, kSources, features, s.put_activations(normals(1, kSources * features)),
                         s.put(below<int32_t>(2, kBatch * ways, kSources)), s.put(uniforms(3, kBatch * ways, -1, 1)),
                         out),
       "secant_mix_values");
  s.give_activations("out", out, kBatch * features);
}

// Weights of which one is 1 and the others 0: the mixture is that source's clean image, whatever the others hold.
void one_hot_case(Session& s, int32_t ways) {
  constexpr int32_t kBatch = 4, kSources = 5, kPad = 2;
  const Shape shape = {6, 12, 10, 3};
  const secant_pool pool = put_pool(s, shape);
  const int32_t* indices = s.put(below<int32_t>(1, kSources, shape.count));
  auto crops = below<int32_t>(2, 3 * kSources, 2 * kPad + 1);
  for (size_t t = 0; t < kSources; ++t) crops[3 * t + 2] = static_cast<int32_t>(t % 2);
  const int32_t* placed_crops = s.put(crops);
  const auto rows = below<int32_t>(3, kBatch * ways, kSources);
  std::vector<float> lambda(static_cast<size_t>(kBatch * ways), 0.0f);
  for (int32_t b = 0; b < kBatch; ++b) lambda[static_cast<size_t>(b * ways + b % ways)] = 1.0f;
  const int64_t n = shape.values();
  float *mixed = s.room_activations(kBatch * n), *clean = s.room_activations(kSources * n);
  must(
      secant_mix_images(s, &pool, 0, 0, kSources, kPad, indices, placed_crops, nullptr, nullptr, kScale, kShift, clean),
      "secant_mix_images");
  must(secant_mix_images(s, &pool, kBatch, ways, kSources, kPad, indices, placed_crops, s.put(rows), s.put(lambda),
                         kScale, kShift, mixed),
       "secant_mix_images");
  s.give_activations("clean", clean, kSources * n);
  const std::vector<double> sources = s.outputs().back().values;
  s.give_activations("mixed", mixed, kBatch * n);
  for (int32_t b = 0; b < kBatch; ++b) {
    const int64_t source = rows[static_cast<size_t>(b * ways + b % ways)];
    for (int64_t i = 0; i < n; ++i) {
      if (s.outputs().back().values[static_cast<size_t>(b * n + i)] == sources[static_cast<size_t>(source * n + i)]) {
        continue;
      }
      throw std::runtime_error("a one-hot mixture is not its source");
    }
  }
}

void labels_case(Session& s, int32_t ways, int32_t classes) {
  constexpr int32_t kBatch = 37, kSources = 20, kImages = 50;
  const int32_t* labels = s.put(below<int32_t>(1, kImages, classes));
  const int32_t* indices = s.put(below<int32_t>(2, kSources, kImages));
  float *mixed = s.room<float>(kBatch * classes), *plain = s.room<float>(kSources * classes);
  must(secant_mix_labels(s, kBatch, ways, kSources, classes, labels, kImages, indices,
                         s.put(below<int32_t>(3, kBatch * ways, kSources)), s.put(uniforms(4, kBatch * ways, 0, 1)),
                         mixed),
       "secant_mix_labels");
  must(secant_mix_labels(s, 0, 0, kSources, classes, labels, kImages, indices, nullptr, nullptr, plain),
       "secant_mix_labels");
  s.give("mixed", mixed, kBatch * classes);
  s.give("plain", plain, kSources * classes);
}

// Indices out of range: NaN in what depends on them, on a device; the CPU refuses, so nothing is compared with it.
void stray_case(Session& s) {
  if (!s.on_device()) return;
  const Shape shape = {4, 8, 8, 3};
  const secant_pool pool = put_pool(s, shape);
  float* mixed = s.room_activations(2 * shape.values());
  must(secant_mix_images(s, &pool, 2, 2, 3, 0, s.put(std::vector<int32_t>{0, -1, 4}), nullptr,
                         s.put(std::vector<int32_t>{0, 1, 0, 7}), s.put(std::vector<float>{.5, .5, .5, .5}), kScale,
                         kShift, mixed),
       "secant_mix_images");
  Session check(s, SECANT_FLOAT32, true);
  s.give_activations("mixed", mixed, 2 * shape.values());
  for (double v : s.outputs().back().values) {
    if (!std::isnan(v)) throw std::runtime_error("an index out of range gave a number");
  }
}

}  // namespace

void add_mix_cases() {
  const Setting settings[] = {
      {{50, 32, 32, 3}, 8, 2, 0, 0, 1, 4, 0, 40}, {{50, 32, 32, 3}, 8, 3, 0, 1, 1, 4, 12345, 40},
      {{50, 32, 32, 3}, 8, 4, 1, 0, 1, 4, 7, 50}, {{20, 32, 32, 3}, 16, 16, 0, 0, 1, 4, 3, 20},
      {{20, 9, 7, 1}, 5, 1, 0, 0, 0, 0, 9, 13},   {{20, 9, 7, 2}, 5, 2, 1, 1, 0, 3, 1 << 20, 3},
      {{20, 5, 6, 4}, 5, 5, 0, 0, 1, 0, 2, 17},   {{3, 5, 2000, 3}, 2, 2, 0, 0, 1, 4, 2, 3},
      {{3, 40, 48, 4}, 4, 3, 1, 0, 1, 7, 5, 1},   {{3, 1, 1, 1}, 3, 3, 0, 0, 1, 0, 11, 2},
  };
  for (const Setting& q : settings) {
    const std::string name = "mix.recipe." + text(q.shape) + ".k" + std::to_string(q.ways) +
                             (q.partners == 0 ? ".shift" : ".independent") + (q.scope == 0 ? ".sample" : ".batch");
    add_wide_and_narrow(name, q.shape.values() % 4 == 0, [q](Session& s) { recipe_case(s, q); });
  }
  for (int32_t ways = 1; ways <= SECANT_MAX_WAYS; ++ways) {
    const Setting q = {{6, 8, 8, 3}, 16, ways, ways % 2, 0, 1, 2, ways, 6};
    add_case("mix.ways" + std::to_string(ways), true, [q](Session& s) { recipe_case(s, q); });
  }
  for (int32_t ways : {2, 4}) {
    const Setting q = {{20, 32, 32, 3}, 16, ways, 0, 0, 1, 4, 5, 20, 0.01};
    add_case("mix.alpha0.01.k" + std::to_string(ways), true, [q](Session& s) { recipe_case(s, q); });
  }
  for (int32_t ways : {1, 2, 5}) {
    add_case("mix.one_hot.k" + std::to_string(ways), true, [=](Session& s) { one_hot_case(s, ways); });
  }
  for (int64_t members : {int64_t{1}, int64_t{2}, int64_t{5}, int64_t{50000}}) {
    add_case("draw.members" + std::to_string(members), false, [=](Session& s) { draw_case(s, 33, 3, 0, members, 41); });
  }
  add_case("draw.ways16", false, [](Session& s) { draw_case(s, 16, 16, 0, 1000, 4000000000); });
  add_case("draw.independent", false, [](Session& s) { draw_case(s, 12, 5, 1, 321, 77); });
  for (double alpha : {.01, .1, .5, 1.0, 3.0, 900.0}) {
    add_case("dirichlet.alpha" + std::to_string(alpha), false, [=](Session& s) { dirichlet_case(s, alpha, 2, 600); });
  }
  for (int32_t ways : {1, 5, 16}) {
    add_case("dirichlet.ways" + std::to_string(ways), false, [=](Session& s) { dirichlet_case(s, .5, ways, 100); });
  }
  for (const Shape& shape : {Shape{5, 32, 32, 3}, Shape{5, 17, 19, 4}, Shape{5, 3, 5, 1}, Shape{2, 6, 1537, 2}}) {
    for (int32_t ways : {1, 4, 16}) {
      add_wide_and_narrow("mix.images." + text(shape) + ".k" + std::to_string(ways), shape.values() % 4 == 0,
                          [=](Session& s) { images_case(s, shape, ways, shape.height > 4 ? 4 : 1, true); });
    }
    add_case("mix.images." + text(shape) + ".plain", true, [=](Session& s) { images_case(s, shape, 2, 0, false); });
  }
  for (int64_t features : {1, 7, 16, 1000, 4096}) {
    for (int32_t ways : {1, 3, 16}) {
      add_wide_and_narrow("mix.values." + std::to_string(features) + ".k" + std::to_string(ways), features % 8 == 0,
                          [=](Session& s) { values_case(s, features, ways); });
    }
  }
  for (int32_t classes : {1, 10, 100}) {
    add_case("mix.labels." + std::to_string(classes), false, [=](Session& s) { labels_case(s, 3, classes); });
  }
  add_case("mix.stray_indices", true, stray_case);
}

}  // namespace kernel_tests
