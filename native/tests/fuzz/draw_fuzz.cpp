// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_dirichlet, secant_philox, secant_convert.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

void dirichlet(Input& in, const Context& context) {
  const int32_t rows = in.size(9), ways = in.size(6), stream = in.code(3);
  const int32_t first = in.below(4) == 0 ? in.size(100) : in.below(4);
  const uint64_t seed = in.word();
  Array alpha(in, 8, {ways});
  for (int32_t k = 0; alpha.size() >= 8 && k < ways; ++k) {
    const double value = in.real(0.5);
    std::memcpy(alpha.get<uint8_t>() + 8 * k, &value, sizeof value);
  }
  Array step(in, 8, {1});
  step.set<int64_t>(in.below(4) == 0 ? static_cast<int64_t>(in.word()) : in.byte());
  const Array lambda(in, 4, {rows, ways});
  const Call call("secant_dirichlet", {&lambda});
  const int32_t status = secant_dirichlet(context, seed, stream, step.get<int64_t>(), rows, first, ways,
                                          alpha.get<double>(), lambda.get<float>());
  call.ends(status);
  if (status != SECANT_OK) return;
  for (int32_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (int32_t k = 0; k < ways; ++k) sum += lambda.get<float>()[r * ways + k];
    if (!(sum > 0.999f && sum < 1.001f)) fuzz::broken("secant_dirichlet", "weights do not add up to 1");
  }
}

void philox(Input& in) {
  Array key(in, 4, {2}), counter(in, 4, {4});
  key.bytes(in);
  counter.bytes(in);
  const Array out(in, 4, {4});
  Call("secant_philox", {&out}).ends(secant_philox(key.get<uint32_t>(), counter.get<uint32_t>(), out.get<uint32_t>()));
}

void convert(Input& in, const Context& context) {
  const int64_t count = in.long_size(200);
  const int32_t from_type = in.code(1), to_type = in.code(1);
  Array from(in, from_type == SECANT_BFLOAT16 ? 2 : 4, {count});
  from.bytes(in);  // NaN, infinities and all
  const Array to(in, to_type == SECANT_BFLOAT16 ? 2 : 4, {count});
  Call("secant_convert", {&to})
      .ends(secant_convert(context, count, from_type, from.get<uint8_t>(), to_type, to.get<uint8_t>()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  switch (in.below(4)) {
    case 0:
    case 1:
      dirichlet(in, context);
      break;
    case 2:
      philox(in);
      break;
    default:
      convert(in, context);
  }
  return 0;
}
