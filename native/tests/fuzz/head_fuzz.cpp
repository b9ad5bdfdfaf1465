// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_pool_*, secant_dense_*, secant_cross_entropy, secant_head_train.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

Array floats(Input& in, std::initializer_list<int64_t> shape, bool optional = false) {
  Array made(in, 4, shape, optional);
  made.floats(in);
  return made;
}

void pool(Input& in, const Context& context) {
  const int32_t batch = in.size(5), pixels = in.size(20), channels = in.size(40);
  Array y(in, context.activation(), {batch, pixels, channels});
  y.floats(in);
  const Array pooled = floats(in, {batch, channels});
  if (in.below(2) == 0) {
    Call("secant_pool_forward", {&pooled})
        .ends(secant_pool_forward(context, batch, pixels, channels, y.activations(), pooled.get<float>()));
  } else {
    Call("secant_pool_backward", {&y})
        .ends(secant_pool_backward(context, batch, pixels, channels, pooled.get<float>(), y.activations()));
  }
}

void dense(Input& in, const Context& context) {
  const int32_t batch = in.size(5), features = in.size(70), classes = in.size(20);
  const Array x = floats(in, {batch, features}), w = floats(in, {classes, features}), bias = floats(in, {classes}),
              logits = floats(in, {batch, classes});
  if (in.below(2) == 0) {
    Call("secant_dense_forward", {&logits})
        .ends(secant_dense_forward(context, batch, features, classes, x.get<float>(), w.get<float>(), bias.get<float>(),
                                   logits.get<float>()));
    return;
  }
  const Array dL_dx = floats(in, {batch, features}), dL_dw = floats(in, {classes, features});
  Call("secant_dense_backward", {&dL_dx, &dL_dw, &bias})
      .ends(secant_dense_backward(context, batch, features, classes, x.get<float>(), w.get<float>(),
                                  logits.get<float>(), dL_dx.get<float>(), dL_dw.get<float>(), bias.get<float>()));
}

void entropy(Input& in, const Context& context) {
  const int32_t batch = in.size(9), classes = in.size(40);
  const Array logits = floats(in, {batch, classes}), targets = floats(in, {batch, classes}), loss = floats(in, {1}),
              dL_dlogits = floats(in, {batch, classes}, true);
  Call("secant_cross_entropy", {&loss, &dL_dlogits})
      .ends(secant_cross_entropy(context, batch, classes, logits.get<float>(), targets.get<float>(), loss.get<float>(),
                                 dL_dlogits.get<float>()));
}

void train(Input& in, const Context& context) {
  secant_head_spec s = {};
  s.labelled = in.size(4);
  s.mixed = in.below(3) == 0 ? 0 : in.size(4);
  s.pixels = in.size(9);
  s.channels = in.size(33);
  s.classes = in.size(20);
  s.space = in.code(2);
  s.reduction = in.code(2);
  s.ways = in.size(4);
  s.sources = in.size(6);
  const int64_t n = static_cast<int64_t>(s.labelled) + s.mixed;
  Array y(in, context.activation(), {n, s.pixels, s.channels});
  y.floats(in);
  const Array w = floats(in, {s.classes, s.channels}), bias = floats(in, {s.classes}),
              targets = floats(in, {s.labelled, s.classes}), teacher = floats(in, {s.sources, s.classes});
  Array rows(in, 4, {s.mixed, s.ways}), lambda(in, 4, {s.mixed, s.ways}), weight(in, 4, {1});
  rows.indices(in, s.sources);
  lambda.shares(in);
  weight.set(static_cast<float>(in.real(1)));
  const secant_head_inputs inputs = {y.activations(),      w.get<float>(),       bias.get<float>(),
                                     targets.get<float>(), teacher.get<float>(), rows.get<int32_t>(),
                                     lambda.get<float>(),  weight.get<float>()};
  const Array pooled = floats(in, {n, s.channels}, true), logits = floats(in, {n, s.classes}, true),
              loss = floats(in, {1}), consistency = floats(in, {1}), dL_dlogits = floats(in, {n, s.classes}, true),
              dL_dw = floats(in, {s.classes, s.channels}), dL_dbias = floats(in, {s.classes});
  Array dL_dy(in, context.activation(), {n, s.pixels, s.channels});
  float* gradient = in.below(4) == 0 ? y.activations() : dL_dy.activations();
  const secant_head_outputs outputs = {
      pooled.get<float>(),      logits.get<float>(),     loss.get<float>(),
      consistency.get<float>(), dL_dlogits.get<float>(), in.once_in(64) ? loss.get<float>() : nullptr,
      dL_dw.get<float>(),       dL_dbias.get<float>(),   gradient};
  const Call call("secant_head_train",
                  {&pooled, &logits, &loss, &consistency, &dL_dlogits, &dL_dw, &dL_dbias, &dL_dy, &y});
  call.ends(secant_head_train(context, in.once_in(64) ? nullptr : &s, in.once_in(64) ? nullptr : &inputs,
                              in.once_in(64) ? nullptr : &outputs));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  switch (in.below(5)) {
    case 0:
      pool(in, context);
      break;
    case 1:
      dense(in, context);
      break;
    case 2:
      entropy(in, context);
      break;
    default:
      train(in, context);
  }
  return 0;
}
