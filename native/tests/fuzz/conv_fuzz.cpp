// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_conv_forward, secant_conv_backward_data, secant_conv_backward_weights.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

// Mostly what a CPU context takes, and small enough for arrays to be made.
secant_conv_spec made(Input& in) {
  secant_conv_spec spec = {};
  spec.batch = in.size(2);
  spec.height = in.once_in(16) ? in.size(9) : 2 + 2 * in.below(4);
  spec.width = in.once_in(16) ? in.size(9) : 2 + 2 * in.below(4);
  spec.in = in.once_in(16) ? in.size(40) : 16 + 16 * in.below(2);
  spec.out = in.once_in(16) ? in.size(40) : 16 + 16 * in.below(2);
  spec.kernel = in.once_in(16) ? in.code(4) : 3;
  spec.stride = in.once_in(16) ? in.code(3) : 1;
  return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  const secant_conv_spec spec = made(in);
  const secant_conv_spec* given = in.once_in(64) ? nullptr : &spec;
  const size_t a = context.activation();
  Array x(in, a, {spec.batch, spec.height, spec.width, spec.in});
  Array y(in, a, {spec.batch, spec.height, spec.width, spec.out});  // enough for stride 2 too
  Array w(in, a, {spec.out, 3, 3, spec.in});
  x.floats(in);
  y.floats(in);
  w.floats(in);
  const Array b(in, 4, {spec.out});
  float* bias = in.once_in(16) ? b.get<float>() : nullptr;
  const int32_t function = in.below(3);
  if (function == 0) {
    const Call call("secant_conv_forward", {&y});
    call.ends(secant_conv_forward(context, given, x.activations(), w.activations(), bias, y.activations()));
  } else if (function == 1) {
    const Call call("secant_conv_backward_data", {&x});
    call.ends(secant_conv_backward_data(context, given, w.activations(), y.activations(), x.activations()));
  } else {
    const Array dL_dw(in, 4, {spec.out, 3, 3, spec.in});
    const Call call("secant_conv_backward_weights", {&dL_dw, &b});
    call.ends(secant_conv_backward_weights(context, given, x.activations(), y.activations(), dL_dw.get<float>(), bias));
  }
  return 0;
}
