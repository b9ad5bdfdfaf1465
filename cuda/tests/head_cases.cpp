// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The head in one launch, against the CPU library's separate kernels and against the formula in double.

#include "reference_train.h"
#include "session.h"

namespace kernel_tests {
namespace {

struct Head {
  int32_t labelled, mixed, pixels, channels, classes, ways, sources, space, reduction;
  bool everything = true;  // the outputs that may be NULL too
  int64_t rows() const { return int64_t{labelled} + mixed; }
  int64_t values() const { return rows() * pixels * channels; }
};

std::vector<double> doubles(const std::vector<float>& v) { return {v.begin(), v.end()}; }

// One or two classes per row.
std::vector<float> soft_targets(int32_t rows, int32_t classes) {
  const auto first = below<int32_t>(11, rows, classes), second = below<int32_t>(12, rows, classes),
             part = below<int32_t>(13, rows, 257);
  std::vector<float> t(static_cast<size_t>(rows * classes), 0.0f);
  for (size_t b = 0; b < static_cast<size_t>(rows); ++b) {
    const float lambda = static_cast<float>(part[b]) / 256;
    t[b * static_cast<size_t>(classes) + static_cast<size_t>(first[b])] += lambda;
    t[b * static_cast<size_t>(classes) + static_cast<size_t>(second[b])] += 1 - lambda;
  }
  return t;
}

double largest(const std::vector<double>& v) {
  double top = 0;
  for (double x : v) top = std::fmax(top, std::fabs(x));
  return top;
}

struct Problem {
  explicit Problem(Session& s, const Head& q)
      : spec{q.labelled, q.mixed, q.pixels, q.channels, q.classes, q.space, q.reduction, q.ways, q.sources},
        y(s.stored(normals(1, q.values(), 1, 0.3))),
        w(normals(2, q.classes * q.channels, 1 / std::sqrt(q.channels))),
        bias(normals(3, q.classes)),
        targets(soft_targets(q.labelled, q.classes)),
        teacher(normals(4, q.sources * q.classes, 2)),
        lambda(uniforms(5, q.mixed * q.ways, 0, 1.0 / q.ways)),
        rows(below<int32_t>(6, q.mixed * q.ways, q.sources)) {}

  reference::Head formula() const {
    return reference::head(spec, doubles(y), doubles(w), doubles(bias), doubles(targets), doubles(teacher), rows,
                           doubles(lambda), 3);
  }

  secant_head_spec spec;
  std::vector<float> y, w, bias, targets, teacher, lambda;
  std::vector<int32_t> rows;
};

// dL_dy of each row's pixels, all alike, as one row.
std::vector<double> spread(const std::vector<double>& dpixel, const Head& q) {
  std::vector<double> all;
  for (int64_t i = 0; i < q.values(); ++i) {
    all.push_back(dpixel[static_cast<size_t>(i / (int64_t{q.pixels} * q.channels) * q.channels + i % q.channels)]);
  }
  return all;
}

// 1e-5 of the largest value against the formula: some roundings to float on the way, sums in float over runs of 64.
void give(Session& s, const std::string& name, const float* at, const std::vector<double>& expected,
          bool activations = false) {
  const int64_t count = static_cast<int64_t>(expected.size());
  const double allowed = 1e-5 * largest(expected) + 1e-9;
  if (activations) {
    s.give_activations(name, at, count, 0, allowed);
  } else {
    s.give(name, at, count, 0, allowed);
  }
  s.expect(expected, 0, allowed);
}

void head_case(Session& s, const Head& q) {
  const Problem p(s, q);
  const int64_t n = q.rows();
  const bool mixed = q.mixed > 0;
  const secant_head_inputs in = {s.put_activations(p.y),
                                 s.put(p.w),
                                 s.put(p.bias),
                                 s.put(p.targets),
                                 mixed ? s.put(p.teacher) : nullptr,
                                 mixed ? s.put(p.rows) : nullptr,
                                 mixed ? s.put(p.lambda) : nullptr,
                                 mixed ? s.put(std::vector<float>{3}) : nullptr};
  float* consistency = s.room<float>(1);
  const secant_head_outputs out = {q.everything ? s.room<float>(n * q.channels) : nullptr,
                                   q.everything ? s.room<float>(n * q.classes) : nullptr,
                                   s.room<float>(1),
                                   consistency,
                                   q.everything ? s.room<float>(n * q.classes) : nullptr,
                                   nullptr,
                                   s.room<float>(q.classes * q.channels),
                                   s.room<float>(q.classes),
                                   s.room_activations(q.values())};
  must(secant_head_train(s, &p.spec, &in, &out), "secant_head_train");
  const reference::Head h = p.formula();
  give(s, "loss", out.loss, {h.loss});
  if (mixed) {
    give(s, "consistency", consistency, {h.consistency});
  } else {
    s.give("consistency", consistency, 1);  // untouched
  }
  give(s, "dL_dw", out.dL_dw, h.dw);
  give(s, "dL_dbias", out.dL_dbias, h.dbias);
  give(s, "dL_dy", out.dL_dy, spread(h.dpixel, q), true);
  if (!q.everything) return;
  give(s, "pooled", out.pooled, h.pooled);
  give(s, "logits", out.logits, h.logits);
  give(s, "dL_dlogits", out.dL_dlogits, h.dz);
}

// In place, and twice: the tickets are back at zero, the second launch sees the first one's dL_dy as y.
void repeated_case(Session& s) {
  const Head q = {20, 21, 4, 16, 5, 2, 7, 1, 1};
  const Problem p(s, q);
  float* y = s.put_activations(p.y);
  const secant_head_inputs in = {y,
                                 s.put(p.w),
                                 s.put(p.bias),
                                 s.put(p.targets),
                                 s.put(p.teacher),
                                 s.put(p.rows),
                                 s.put(p.lambda),
                                 s.put(std::vector<float>{3})};
  const secant_head_outputs out = {nullptr,
                                   nullptr,
                                   s.room<float>(1),
                                   s.room<float>(1),
                                   nullptr,
                                   nullptr,
                                   s.room<float>(q.classes * q.channels),
                                   s.room<float>(q.classes),
                                   y};
  for (int turn = 0; turn < 2; ++turn) {
    must(secant_head_train(s, &p.spec, &in, &out), "secant_head_train");
    const std::string at = turn == 0 ? "first " : "second ";
    s.give(at + "loss", out.loss, 1, 1e-5);
    s.give(at + "consistency", out.consistency, 1, s.bf16() && turn > 0 ? 1e-3 : 1e-5);
    s.give(at + "dL_dbias", out.dL_dbias, q.classes, 0, s.bf16() && turn > 0 ? 1e-3 : 1e-5);
  }
}

// A row out of range: NaN in the loss, the gradients of its row and the sums, on a device; the CPU refuses.
void stray_case(Session& s) {
  if (!s.on_device()) return;
  const Head q = {2, 2, 2, 8, 4, 2, 3, 0, 0};
  Problem p(s, q);
  p.rows = {0, 1, 3, -1};
  const secant_head_inputs in = {s.put_activations(p.y), s.put(p.w),    s.put(p.bias),   s.put(p.targets),
                                 s.put(p.teacher),       s.put(p.rows), s.put(p.lambda), s.put(std::vector<float>{3})};
  const secant_head_outputs out = {nullptr,           nullptr,           s.room<float>(1),
                                   s.room<float>(1),  s.room<float>(16), nullptr,
                                   s.room<float>(32), s.room<float>(4),  s.room_activations(q.values())};
  must(secant_head_train(s, &p.spec, &in, &out), "secant_head_train");
  s.give("consistency", out.consistency, 1);
  s.give("dL_dlogits", out.dL_dlogits, 16);
  const auto& dz = s.outputs().back().values;
  for (size_t i = 0; i < 16; ++i) {
    if (std::isnan(dz[i]) != (i >= 12)) throw std::runtime_error("a NaN in the wrong place");
  }
  if (!std::isnan(s.outputs()[0].values[0])) throw std::runtime_error("the consistency of a stray row is a number");
}

// More classes than a block of the device can hold: refused by name, with the limit.
void too_large_case(Session& s) {
  if (!s.on_device()) return;
  const int32_t classes = 20000;
  const secant_head_spec spec = {1, 0, 1, 1, classes, 0, 0, 0, 0};
  float* any = s.room<float>(classes);
  const secant_head_inputs in = {any, any, any, any, nullptr, nullptr, nullptr, nullptr};
  const secant_head_outputs out = {nullptr, nullptr, any, nullptr, nullptr, nullptr, any, any, any};
  const int32_t status = secant_head_train(s, &spec, &in, &out);
  const std::string text = secant_last_error();
  if (status != SECANT_UNAVAILABLE ||
      text.find("C=20000 classes takes 640020 bytes of shared memory, ") == std::string::npos) {
    throw std::runtime_error("expected a refusal, got " + std::to_string(status) + ": " + text);
  }
}

}  // namespace

void add_head_cases() {
  const char* const spaces[] = {"logit", "prob", "logit-softmax"};
  const char* const reductions[] = {"mean", "sum", "l2"};
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      const Head q = {5, 7, 16, 24, 10, 3, 6, space, reduction, reduction != 1};
      add_case(std::string("head_train.") + spaces[space] + "." + reductions[reduction], true,
               [=](Session& s) { head_case(s, q); });
    }
  }
  const struct {
    const char* what;
    bool narrow;  // once more without wide accesses
    Head q;
  } shapes[] = {
      {"erm", true, {6, 0, 64, 128, 10, 1, 1, 0, 0}},               // no consistency
      {"wrn", true, {4, 4, 64, 128, 10, 2, 4, 0, 0}},               //
      {"one", false, {1, 0, 1, 1, 1, 1, 1, 0, 0}},                  //
      {"odd", false, {3, 5, 7, 33, 11, 16, 2, 1, 2}},               // partial lanes
      {"groups", true, {37, 0, 4, 8, 3, 1, 1, 0, 0}},               // three groups of 16 rows, the last partial
      {"many_groups", false, {300, 301, 1, 8, 2, 1, 5, 2, 0}},      // groups of 32
      {"wrn10", false, {2, 3, 9, 640, 100, 2, 4, 0, 0}},            // w stays in global memory
      {"long_runs", true, {1, 1, 70, 2080, 3, 1, 2, 0, 1, false}},  // one slice, several chunks of channels, two runs
      {"classes", false, {2, 2, 3, 4, 1000, 2, 3, 1, 0, false}},    // vectors larger than the sums of the pooling
  };
  for (const auto& shape : shapes) {
    add_wide_and_narrow(std::string("head_train.") + shape.what, shape.narrow,
                        [q = shape.q](Session& s) { head_case(s, q); });
  }
  add_case("head_train.repeated", true, repeated_case);
  add_case("head_train.stray_rows", true, stray_case);
  add_case("head_train.too_large", false, too_large_case);
}

}  // namespace kernel_tests
