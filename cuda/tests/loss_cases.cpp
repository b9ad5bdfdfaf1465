// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Consistency and NonLin against the CPU library. Both compute in double; only the order of sums differs.

#include "reference.h"
#include "session.h"

namespace kernel_tests {
namespace {

struct Consistency {
  int32_t space, reduction, batch, ways, sources, classes;
};

void consistency_case(Session& s, const Consistency& q) {
  const float* student = s.put(normals(1, q.batch * q.classes, 2));
  const float* targets = s.put(normals(2, q.sources * q.classes, 2));
  const int32_t* rows = s.put(below<int32_t>(3, q.batch * q.ways, q.sources));
  const float* lambda = s.put(uniforms(4, q.batch * q.ways, 0, 1.0 / q.ways));
  const float* weight = s.put(std::vector<float>{3});
  float *loss = s.room<float>(1), *dL_dstudent = s.room<float>(q.batch * q.classes);
  float *dL_dtargets = s.room<float>(q.sources * q.classes), *alone = s.room<float>(1);
  must(secant_consistency(s, q.space, q.reduction, q.batch, q.ways, q.sources, q.classes, student, targets, rows,
                          lambda, weight, loss, dL_dstudent, dL_dtargets),
       "secant_consistency");
  must(secant_consistency(s, q.space, q.reduction, q.batch, q.ways, q.sources, q.classes, student, targets, rows,
                          lambda, weight, alone, nullptr, nullptr),
       "secant_consistency");
  s.give("loss", loss, 1, 2e-7);
  s.give("loss alone", alone, 1, 2e-7);
  s.give("dL_dstudent", dL_dstudent, q.batch * q.classes, 2e-7, 1e-12);
  s.give("dL_dtargets", dL_dtargets, q.sources * q.classes, 2e-7, 1e-12);
}

// Equal sides: loss and gradients are exactly zero.
void equal_sides_case(Session& s, int32_t space, int32_t reduction) {
  const auto z = normals(1, 36);
  const float* weight = s.put(std::vector<float>{100});
  float *loss = s.room<float>(1), *student = s.room<float>(36), *targets = s.room<float>(36);
  must(secant_consistency(s, space, reduction, 4, 1, 4, 9, s.put(z), s.put(z), s.put(std::vector<int32_t>{0, 1, 2, 3}),
                          s.put(std::vector<float>(4, 1.0f)), weight, loss, student, targets),
       "secant_consistency");
  s.give("loss", loss, 1);
  s.give("dL_dstudent", student, 36);
  s.give("dL_dtargets", targets, 36);
}

// Logits as far apart as floats go, and a NaN that must reach the loss and nothing but its row's gradient.
void extreme_logits_case(Session& s, int32_t space, bool not_a_number) {
  std::vector<float> z = {3e4f, -3e4f, 0, 1, 88, -88, 1e-30f, -1e-30f, 5, 5, 5, 5};
  if (not_a_number) z[5] = NAN;
  const std::vector<float> other = {-3e4f, 3e4f, 0, 1, 1, 2, 3, 4, 700, -700, 0, 0};
  float *loss = s.room<float>(1), *student = s.room<float>(12);
  must(secant_consistency(s, space, SECANT_REDUCTION_MEAN, 3, 2, 3, 4, s.put(z), s.put(other),
                          s.put(std::vector<int32_t>{0, 1, 1, 2, 2, 0}), s.put(std::vector<float>(6, 0.5f)),
                          s.put(std::vector<float>{1}), loss, student, nullptr),
       "secant_consistency");
  s.give("loss", loss, 1, 2e-7);
  s.give("dL_dstudent", student, 12, 2e-7, 1e-12);
  for (size_t i = 0; i < 12; ++i) {
    const bool in_row = not_a_number && i / 4 == 1 && (space != SECANT_SPACE_LOGIT || i == 5);
    if (std::isfinite(s.outputs()[1].values[i]) == in_row) throw std::runtime_error("a NaN in the wrong place");
  }
  if (std::isfinite(s.outputs()[0].values[0]) == not_a_number) throw std::runtime_error("the loss is wrong");
}

struct Layers {
  std::vector<int64_t> features;
  int32_t batch, ways;
  double noise;
  size_t real_from = SIZE_MAX;  // layers that are fp32 whatever activations are
};

// mixed = sum_k lambda_k f_k + noise: nearly linear for small noise, where cancellation would show.
void nonlin_case(Session& s, const Layers& q) {
  const auto rows = below<int32_t>(1, q.batch * q.ways, q.batch);
  auto lambda = uniforms(2, q.batch * q.ways, 0, 1);
  for (int32_t b = 0; b < q.batch; ++b) {
    float sum = 0;
    for (int32_t k = 0; k < q.ways; ++k) sum += lambda[static_cast<size_t>(b * q.ways + k)];
    for (int32_t k = 0; k < q.ways; ++k) lambda[static_cast<size_t>(b * q.ways + k)] /= sum;
  }
  std::vector<secant_nonlin_layer> layers;
  std::vector<double> expected;
  for (size_t l = 0; l < q.features.size(); ++l) {
    const int64_t n = q.features[l];
    const bool real = l >= q.real_from;
    const auto points = normals(static_cast<uint64_t>(n), q.batch * n, 1, 0.5);
    auto mixed = normals(static_cast<uint64_t>(n) + 1, q.batch * n, q.noise);
    for (int32_t b = 0; b < q.batch; ++b) {
      for (int32_t k = 0; k < q.ways; ++k) {
        const size_t at = static_cast<size_t>(b * q.ways + k);
        for (int64_t i = 0; i < n; ++i) {
          mixed[static_cast<size_t>(b * n + i)] += lambda[at] * points[static_cast<size_t>(rows[at] * n + i)];
        }
      }
    }
    if (real) {
      layers.push_back({s.put(points), s.put(mixed), n, SECANT_FLOAT32});
    } else {
      layers.push_back({s.put_activations(points), s.put_activations(mixed), n, s.activation_type()});
    }
    const auto kept_points = real ? points : s.stored(points), kept_mixed = real ? mixed : s.stored(mixed);
    for (int32_t b = 0; b < q.batch; ++b) {
      std::vector<const float*> f;
      for (int32_t k = 0; k < q.ways; ++k)
        f.push_back(kept_points.data() + rows[static_cast<size_t>(b * q.ways + k)] * n);
      expected.resize(expected.size() + SECANT_NONLIN_FIELDS);
      reference::nonlin(f, lambda.data() + b * q.ways, kept_mixed.data() + b * n, n, 1e-12,
                        expected.data() + expected.size() - SECANT_NONLIN_FIELDS);
    }
  }
  const int64_t count = static_cast<int64_t>(layers.size()) * q.batch * SECANT_NONLIN_FIELDS;
  double* out = s.room<double>(count);
  must(secant_nonlin(s, static_cast<int32_t>(layers.size()), layers.data(), q.batch, q.ways, q.batch, s.put(rows),
                     s.put(lambda), 1e-12, out),
       "secant_nonlin");
  s.give("fields", out, count, 1e-9, 1e-13);
  s.expect(expected, 1e-5, 1e-7);  // the bound of secant.h, against sums in long double
}

// Weights of which one is 1: all four fields are 0 where the mixed activation is that point's.
void one_hot_nonlin_case(Session& s, int32_t ways, int64_t n) {
  constexpr int32_t kBatch = 4;
  const auto points = normals(3, kBatch * n);
  const auto rows = below<int32_t>(1, kBatch * ways, kBatch);
  std::vector<float> lambda(static_cast<size_t>(kBatch * ways), 0.0f), mixed;
  for (int32_t b = 0; b < kBatch; ++b) {
    const size_t one = static_cast<size_t>(b * ways + b % ways);
    lambda[one] = 1;
    mixed.insert(mixed.end(), points.begin() + rows[one] * n, points.begin() + (rows[one] + 1) * n);
  }
  const secant_nonlin_layer layer = {s.put_activations(points), s.put_activations(mixed), n, s.activation_type()};
  double* out = s.room<double>(kBatch * SECANT_NONLIN_FIELDS);
  must(secant_nonlin(s, 1, &layer, kBatch, ways, kBatch, s.put(rows), s.put(lambda), 1e-12, out), "secant_nonlin");
  s.give("fields", out, kBatch * SECANT_NONLIN_FIELDS, 1e-9, 1e-13);
  s.expect(std::vector<double>(kBatch * SECANT_NONLIN_FIELDS, 0.0), 0, 1e-14);
}

void short_vectors_case(Session& s) {
  constexpr int64_t kN = 37;
  auto points = normals(1, 4 * kN, 1e-15);
  for (size_t i = 0; i < kN; ++i) points[i] = 0;
  const secant_nonlin_layer layer = {s.put(points), s.put(normals(2, 3 * kN, 1e-14)), kN, SECANT_FLOAT32};
  double* out = s.room<double>(3 * SECANT_NONLIN_FIELDS);
  must(secant_nonlin(s, 1, &layer, 3, 2, 4, s.put(std::vector<int32_t>{0, 1, 2, 3, 0, 0}),
                     s.put(std::vector<float>{.25f, .75f, .5f, .5f, 1, 0}), 1e-12, out),
       "secant_nonlin");
  s.give("fields", out, 3 * SECANT_NONLIN_FIELDS, 1e-9, 1e-13);
}

const char* const kSpaces[] = {"logit", "prob", "logit-softmax"};
const char* const kReductions[] = {"mean", "sum", "l2"};

}  // namespace

void add_loss_cases() {
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      const std::string name = std::string("consistency.") + kSpaces[space] + "." + kReductions[reduction];
      add_case(name + ".c10", false, [=](Session& s) { consistency_case(s, {space, reduction, 21, 3, 21, 10}); });
      add_case(name + ".c100", false, [=](Session& s) { consistency_case(s, {space, reduction, 5, 16, 4, 100}); });
      add_case(name + ".equal", false, [=](Session& s) { equal_sides_case(s, space, reduction); });
    }
    add_case(std::string("consistency.") + kSpaces[space] + ".c1", false, [=](Session& s) {
      consistency_case(s, {space, 0, 1, 2, 1, 1});
    });
    add_case(std::string("consistency.") + kSpaces[space] + ".c2000", false, [=](Session& s) {
      consistency_case(s, {space, 0, 3, 2, 3, 2000});
    });
  }
  for (int32_t space = 0; space < 3; ++space) {
    add_case(std::string("consistency.") + kSpaces[space] + ".extreme", false,
             [=](Session& s) { extreme_logits_case(s, space, false); });
    add_case(std::string("consistency.") + kSpaces[space] + ".nan", false,
             [=](Session& s) { extreme_logits_case(s, space, true); });
  }
  for (int32_t ways = 1; ways <= SECANT_MAX_WAYS; ++ways) {
    add_case("consistency.ways" + std::to_string(ways), false, [=](Session& s) {
      consistency_case(s, {ways % 3, ways / 3 % 3, 6, ways, 7, 10});
    });
    add_case("nonlin.ways" + std::to_string(ways), true, [=](Session& s) {
      nonlin_case(s, {{40, 1100}, 3, ways, 1e-3});
    });
  }
  for (int32_t ways : {1, 2, 5}) {
    for (int64_t n : {321, 2048}) {
      add_case("nonlin.one_hot." + std::to_string(n) + ".k" + std::to_string(ways), true,
               [=](Session& s) { one_hot_nonlin_case(s, ways, n); });
    }
  }
  for (int64_t n : {1, 7, 33, 1000, 1024, 1032, 4099}) {
    for (int32_t ways : {1, 2, 3, 16}) {
      add_wide_and_narrow("nonlin." + std::to_string(n) + ".k" + std::to_string(ways), n % 8 == 0, [=](Session& s) {
        nonlin_case(s, {{n}, 5, ways, 1e-4});
      });
    }
  }
  add_case("nonlin.32768.k2", true, [](Session& s) { nonlin_case(s, {{32768}, 3, 2, 1e-4}); });
  add_case("nonlin.layers", true, [](Session& s) { nonlin_case(s, {{16384, 2048, 128, 10, 8192}, 18, 2, 0.3}); });
  add_case("nonlin.maps_and_reals", true, [](Session& s) {
    nonlin_case(s, {{16384, 2048, 1032, 128, 10}, 9, 3, 0.3, 2});
  });
  add_case("nonlin.sixty_layers", false, [](Session& s) { nonlin_case(s, {std::vector<int64_t>(60, 40), 4, 2, 0.1}); });
  add_case("nonlin.short_vectors", false, short_vectors_case);
}

}  // namespace kernel_tests
