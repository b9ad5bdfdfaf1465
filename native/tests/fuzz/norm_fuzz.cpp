// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_norm_forward, secant_norm_inference, secant_norm_backward, secant_add; in place where the header allows it.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

void norm(Input& in, const Context& context) {
  secant_norm_spec spec = {};
  spec.segments = in.below(3) == 0 ? in.size(32) : 1 + in.below(3);
  spec.pixels = in.long_size(40);
  spec.channels = in.size(40);
  spec.eps = static_cast<float>(in.below(4) == 0 ? in.real(1) : 1e-3);
  spec.slope = static_cast<float>(in.below(4) == 0 ? in.real(1) : 0.1);
  const secant_norm_spec* given = in.once_in(64) ? nullptr : &spec;
  const size_t a = context.activation();
  const auto tensor = [&](bool optional) {
    Array made(in, a, {spec.segments, spec.pixels, spec.channels}, optional);
    made.floats(in);
    return made;
  };
  const auto vector = [&](int64_t rows, bool optional) {
    Array made(in, 4, {rows, spec.channels}, optional);
    made.floats(in);
    return made;
  };
  const Array x = tensor(false), gamma = vector(1, false), beta = vector(1, false);
  Array mean = vector(spec.segments, false), inv_std = vector(spec.segments, false);
  const int32_t function = in.below(3);
  if (function == 2) {
    const Array dL_dy = tensor(false), addend = tensor(true), dL_dx = tensor(false);
    const Array dL_dgamma = vector(1, false), dL_dbeta = vector(1, false);
    const int32_t alias = in.below(4);
    float* to = alias == 1 ? dL_dy.activations() : alias == 2 ? addend.activations() : dL_dx.activations();
    const Call call("secant_norm_backward", {&dL_dx, &dL_dy, &addend, &dL_dgamma, &dL_dbeta});
    call.ends(secant_norm_backward(context, given, x.activations(), gamma.get<float>(), beta.get<float>(),
                                   mean.get<float>(), inv_std.get<float>(), dL_dy.activations(), addend.activations(),
                                   to, dL_dgamma.get<float>(), dL_dbeta.get<float>()));
    return;
  }
  const Array residual = tensor(true), sum = tensor(true), y = tensor(function == 0);
  const int32_t alias = in.below(4);
  float* to = alias == 1 ? x.activations() : alias == 2 ? residual.activations() : sum.activations();
  const Array running_mean = vector(1, function == 0), running_var = vector(1, function == 0);
  if (function == 1) {
    const Call call("secant_norm_inference", {&x, &residual, &sum, &y});
    call.ends(secant_norm_inference(context, given, x.activations(), residual.activations(), to, gamma.get<float>(),
                                    beta.get<float>(), running_mean.get<float>(), running_var.get<float>(),
                                    y.activations()));
    return;
  }
  const uint32_t mask = in.below(2) == 0 ? 0 : in.below(4) == 0 ? static_cast<uint32_t>(in.word()) : in.byte() & 7;
  Array rate(in, 4, {1}, true);
  rate.set(static_cast<float>(in.below(8) == 0 ? in.real(1) : 0.999));
  const Call call("secant_norm_forward", {&x, &residual, &sum, &y, &running_mean, &running_var, &mean, &inv_std});
  call.ends(secant_norm_forward(context, given, x.activations(), residual.activations(), to, gamma.get<float>(),
                                beta.get<float>(), mask, rate.get<float>(), running_mean.get<float>(),
                                running_var.get<float>(), mean.get<float>(), inv_std.get<float>(), y.activations()));
}

void add(Input& in, const Context& context) {
  const int64_t count = in.long_size(255);
  Array a(in, context.activation(), {count}), b(in, context.activation(), {count});
  a.floats(in);
  b.floats(in);
  const Array out(in, context.activation(), {count});
  const int32_t alias = in.below(3);
  float* to = alias == 1 ? a.activations() : alias == 2 ? b.activations() : out.activations();
  Call("secant_add", {&a, &b, &out}).ends(secant_add(context, count, a.activations(), b.activations(), to));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  if (in.below(5) == 0) {
    add(in, context);
  } else {
    norm(in, context);
  }
  return 0;
}
