// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The portable convolutions against the naive sums of reference_train.h, not a CPU context: that has few of them.

#include "reference_train.h"
#include "session.h"

namespace kernel_tests {
namespace {

using Spec = secant_conv_spec;

int64_t inputs(const Spec& s) { return static_cast<int64_t>(s.batch) * s.height * s.width * s.in; }
int64_t outputs(const Spec& s) {
  return static_cast<int64_t>(s.batch) * (s.height / s.stride) * (s.width / s.stride) * s.out;
}
int64_t weights(const Spec& s) { return static_cast<int64_t>(s.out) * s.kernel * s.kernel * s.in; }

struct Tensors {
  float *x, *w, *b, *y, *dL_dy, *dL_dx, *dL_dw, *dL_db;
};

void on_device(Session& s, const Spec& spec, const Tensors& t) {
  must(secant_conv_forward(s, &spec, t.x, t.w, t.b, t.y), "secant_conv_forward");
  must(secant_conv_backward_data(s, &spec, t.w, t.dL_dy, t.dL_dx), "secant_conv_backward_data");
  must(secant_conv_backward_weights(s, &spec, t.x, t.dL_dy, t.dL_dw, t.dL_db), "secant_conv_backward_weights");
}

void naive(const Spec& spec, const Tensors& t) {
  std::vector<double> y(static_cast<size_t>(outputs(spec))), dx(static_cast<size_t>(inputs(spec))),
      dw(static_cast<size_t>(weights(spec))), db(static_cast<size_t>(spec.out));
  reference::for_products(spec, [&](int64_t x, int64_t w, int64_t out) {
    const auto xi = static_cast<size_t>(x), wi = static_cast<size_t>(w), yi = static_cast<size_t>(out);
    y[yi] += static_cast<double>(t.x[x]) * static_cast<double>(t.w[w]);
    dx[xi] += static_cast<double>(t.dL_dy[out]) * static_cast<double>(t.w[w]);
    dw[wi] += static_cast<double>(t.dL_dy[out]) * static_cast<double>(t.x[x]);
  });
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t o = i % static_cast<size_t>(spec.out);
    db[o] += static_cast<double>(t.dL_dy[i]);
    t.y[i] = static_cast<float>(y[i] + (t.b == nullptr ? 0.0 : static_cast<double>(t.b[o])));
  }
  for (size_t i = 0; i < dx.size(); ++i) t.dL_dx[i] = static_cast<float>(dx[i]);
  for (size_t i = 0; i < dw.size(); ++i) t.dL_dw[i] = static_cast<float>(dw[i]);
  for (size_t i = 0; t.dL_db != nullptr && i < db.size(); ++i) t.dL_db[i] = static_cast<float>(db[i]);
}

// |error| of a float sum of n products of values below 1, whose partial sums stay below sqrt(n) in practice and n at
// worst: n^2 roundings of 2^-24 bound it; n of them are allowed.
double allowed(double n) { return n * 0x1p-23; }

void conv_case(Session& s, const Spec& spec, bool bias) {
  const Tensors t = {s.put_activations(uniforms(1, inputs(spec), -1, 1)),
                     s.put_activations(uniforms(2, weights(spec), -1, 1)),
                     bias ? s.put(uniforms(3, spec.out, -1, 1)) : nullptr,
                     s.room_activations(outputs(spec)),
                     s.put_activations(uniforms(4, outputs(spec), -1, 1)),
                     s.room_activations(inputs(spec)),
                     s.room<float>(weights(spec)),
                     bias ? s.room<float>(spec.out) : nullptr};
  if (s.on_device()) {
    on_device(s, spec, t);
  } else {
    naive(spec, t);
  }
  const double taps = spec.kernel * spec.kernel;
  s.give_activations("y", t.y, outputs(spec), 1e-6, allowed(taps * spec.in));
  s.give_activations("dL_dx", t.dL_dx, inputs(spec), 1e-6, allowed(taps * spec.out));
  s.give("dL_dw", t.dL_dw, weights(spec), 1e-6, 1e-7);
  if (bias) s.give("dL_db", t.dL_db, spec.out, 1e-6, 1e-7);
}

}  // namespace

void add_conv_cases() {
  struct Shape {
    const char* name;
    Spec spec;
    bool bias;
  };
  const Shape shapes[] = {
      {"stem", {3, 6, 10, 3, 16, 3, 1}, false},       {"unit 16", {2, 8, 8, 16, 16, 3, 1}, false},
      {"stride 2", {2, 8, 8, 16, 32, 3, 2}, false},   {"shortcut", {2, 8, 8, 16, 32, 1, 2}, false},
      {"1x1", {2, 6, 6, 48, 32, 1, 1}, true},         {"channels 33 to 35", {1, 5, 7, 33, 35, 3, 1}, true},
      {"one pixel", {1, 1, 1, 3, 5, 3, 1}, true},     {"two pixels, stride 2", {1, 2, 2, 16, 48, 3, 2}, true},
      {"one column", {3, 7, 1, 16, 17, 3, 1}, false},
  };
  for (const Shape& shape : shapes) {
    cases().push_back(
        {std::string("conv ") + shape.name, true, [shape](Session& s) { conv_case(s, shape.spec, shape.bias); }});
  }
}

}  // namespace kernel_tests
