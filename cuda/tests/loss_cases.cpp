// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Consistency and NonLin against the CPU library. Both compute in double; only the order of sums differs.

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

struct Layers {
  std::vector<int64_t> features;
  int32_t batch, ways;
  double noise;
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
  for (int64_t n : q.features) {
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
    layers.push_back({s.put_activations(points), s.put_activations(mixed), n});
  }
  const int64_t count = static_cast<int64_t>(layers.size()) * q.batch * SECANT_NONLIN_FIELDS;
  double* out = s.room<double>(count);
  must(secant_nonlin(s, static_cast<int32_t>(layers.size()), layers.data(), q.batch, q.ways, q.batch, s.put(rows),
                     s.put(lambda), 1e-12, out),
       "secant_nonlin");
  s.give("fields", out, count, 1e-9, 1e-13);
}

void short_vectors_case(Session& s) {
  constexpr int64_t kN = 37;
  auto points = normals(1, 4 * kN, 1e-15);
  for (size_t i = 0; i < kN; ++i) points[i] = 0;
  const secant_nonlin_layer layer = {s.put(points), s.put(normals(2, 3 * kN, 1e-14)), kN};
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
  const auto add = [](const std::string& name, bool both, std::function<void(Session&)> body) {
    cases().push_back({name, both, std::move(body)});
  };
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      const std::string name = std::string("consistency.") + kSpaces[space] + "." + kReductions[reduction];
      add(name + ".c10", false, [=](Session& s) { consistency_case(s, {space, reduction, 21, 3, 21, 10}); });
      add(name + ".c100", false, [=](Session& s) { consistency_case(s, {space, reduction, 5, 16, 4, 100}); });
      add(name + ".equal", false, [=](Session& s) { equal_sides_case(s, space, reduction); });
    }
    add(std::string("consistency.") + kSpaces[space] + ".c1", false, [=](Session& s) {
      consistency_case(s, {space, 0, 1, 2, 1, 1});
    });
    add(std::string("consistency.") + kSpaces[space] + ".c2000", false, [=](Session& s) {
      consistency_case(s, {space, 0, 3, 2, 3, 2000});
    });
  }
  for (int64_t n : {1, 7, 33, 1000, 1024, 1032, 4099}) {
    for (int32_t ways : {1, 2, 3, 16}) {
      add("nonlin." + std::to_string(n) + ".k" + std::to_string(ways), true, [=](Session& s) {
        nonlin_case(s, {{n}, 5, ways, 1e-4});
      });
    }
  }
  add("nonlin.32768.k2", true, [](Session& s) { nonlin_case(s, {{32768}, 3, 2, 1e-4}); });
  add("nonlin.layers", true, [](Session& s) { nonlin_case(s, {{16384, 2048, 128, 10, 8192}, 18, 2, 0.3}); });
  add("nonlin.sixty_layers", false, [](Session& s) { nonlin_case(s, {std::vector<int64_t>(60, 40), 4, 2, 0.1}); });
  add("nonlin.short_vectors", false, short_vectors_case);
}

}  // namespace kernel_tests
