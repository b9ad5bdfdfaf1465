// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_consistency.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  const int32_t space = in.code(2), reduction = in.code(2);
  const int32_t batch = in.size(9), ways = in.size(5), sources = in.size(9), classes = in.size(40);
  Array student(in, 4, {batch, classes}), targets(in, 4, {sources, classes}), rows(in, 4, {batch, ways}),
      lambda(in, 4, {batch, ways}), weight(in, 4, {1});
  student.floats(in);
  targets.floats(in);
  rows.indices(in, sources);
  lambda.shares(in);
  weight.set(static_cast<float>(in.real(1)));
  const Array loss(in, 4, {1}), dL_dstudent(in, 4, {batch, classes}, true),
      dL_dtargets(in, 4, {sources, classes}, true);
  const Call call("secant_consistency", {&loss, &dL_dstudent, &dL_dtargets});
  call.ends(secant_consistency(context, space, reduction, batch, ways, sources, classes, student.get<float>(),
                               targets.get<float>(), rows.get<int32_t>(), lambda.get<float>(), weight.get<float>(),
                               loss.get<float>(), dL_dstudent.get<float>(), dL_dtargets.get<float>()));
  return 0;
}
