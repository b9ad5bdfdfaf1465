// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_nonlin, of layers of both types.

#include <deque>

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  const int32_t batch = in.size(6), ways = in.size(5), sources = in.size(9);
  const int32_t given = 1 + in.below(4);
  std::deque<Array> memory;
  std::vector<secant_nonlin_layer> layers;
  for (int32_t l = 0; l < given; ++l) {
    secant_nonlin_layer layer = {};
    layer.features = in.long_size(120);
    layer.type = in.code(1);
    const size_t bytes = layer.type == SECANT_BFLOAT16 ? 2 : 4;
    layer.points = memory.emplace_back(in, bytes, std::initializer_list<int64_t>{sources, layer.features})
                       .floats(in)
                       .activations();
    layer.mixed =
        memory.emplace_back(in, bytes, std::initializer_list<int64_t>{batch, layer.features}).floats(in).activations();
    layers.push_back(layer);
  }
  // Fewer than there are, or none; more would be a list that the caller does not have.
  const int32_t count = in.once_in(16) ? -in.below(2) : 1 + in.below(given);
  Array rows(in, 4, {batch, ways}), lambda(in, 4, {batch, ways});
  rows.indices(in, sources);
  lambda.shares(in);
  const double eps = in.below(4) == 0 ? in.real(1) : 1e-12;
  const Array out(in, 8, {count, batch, SECANT_NONLIN_FIELDS});
  const Call call("secant_nonlin", {&out});
  call.ends(secant_nonlin(context, count, in.once_in(64) ? nullptr : layers.data(), batch, ways, sources,
                          rows.get<int32_t>(), lambda.get<float>(), eps, out.get<double>()));
  return 0;
}
