// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant_schedule, secant_advance, secant_advance_logged, secant_optim_step, secant_optim_step_copies.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

Array step(Input& in) {
  Array made(in, 8, {1});
  made.set<int64_t>(in.below(4) == 0 ? static_cast<int64_t>(in.word()) : in.byte());
  return made;
}

void schedule(Input& in, const Context& context) {
  secant_schedule_spec s = {};
  s.steps = in.long_size(200);
  s.learning_rate = in.real(0.002);
  s.cosine = in.code(1);
  s.weight_max = in.real(100);
  s.ramp_fraction = in.real(0.4);
  s.ema_decay = in.real(0.9);
  s.ema_warmup = in.code(1);
  s.bn_decay = in.real(0.9);
  s.bn_warmup = in.code(1);
  const Array at = step(in), rate(in, 4, {1}), weight(in, 4, {1}), ema(in, 4, {1}), bn(in, 4, {1});
  Call("secant_schedule", {&rate, &weight, &ema, &bn})
      .ends(secant_schedule(context, in.once_in(64) ? nullptr : &s, at.get<int64_t>(), rate.get<float>(),
                            weight.get<float>(), ema.get<float>(), bn.get<float>()));
}

void advance(Input& in, const Context& context) {
  const Array at = step(in);
  if (in.below(2) == 0) {
    Call("secant_advance", {&at}).ends(secant_advance(context, at.get<int64_t>()));
    return;
  }
  Array loss(in, 4, {1}), consistency(in, 4, {1}, true), weight(in, 4, {1}, true);
  secant_step_log log = {};
  log.row_count = in.size(5);
  log.loss = loss.floats(in).get<float>();
  log.consistency = consistency.floats(in).get<float>();
  log.weight = weight.floats(in).get<float>();
  const Array rows(in, 4, {log.row_count, 3});
  log.rows = rows.get<float>();
  Call("secant_advance_logged", {&at, &rows})
      .ends(secant_advance_logged(context, at.get<int64_t>(), in.once_in(64) ? nullptr : &log));
}

void optim(Input& in, const Context& context) {
  secant_optim_spec s = {};
  s.count = in.long_size(255);
  s.decayed = in.below(4) == 0 ? in.long_size(255) : in.below(2) == 0 ? s.count : 0;
  s.beta1 = in.below(4) == 0 ? in.real(1) : 0.9;
  s.beta2 = in.below(4) == 0 ? in.real(1) : 0.999;
  s.eps = in.below(4) == 0 ? in.real(1) : 1e-8;
  s.weight_decay = in.below(4) == 0 ? in.real(1) : 0.02;
  const Array at = step(in);
  Array rate(in, 4, {1}), ema_rate(in, 4, {1}), grad(in, 4, {s.count}), p(in, 4, {s.count}), m(in, 4, {s.count}),
      v(in, 4, {s.count}), ema(in, 4, {s.count});
  rate.set(static_cast<float>(in.below(4) == 0 ? in.real(1) : 0.002));
  ema_rate.set(static_cast<float>(in.below(4) == 0 ? in.real(1) : 0.999));
  grad.floats(in);
  p.floats(in);
  m.floats(in);
  v.shares(in);
  ema.floats(in);
  const secant_optim_spec* given = in.once_in(64) ? nullptr : &s;
  if (in.below(2) == 0) {
    Call("secant_optim_step", {&p, &m, &v, &ema})
        .ends(secant_optim_step(context, given, at.get<int64_t>(), rate.get<float>(), ema_rate.get<float>(),
                                grad.get<float>(), p.get<float>(), m.get<float>(), v.get<float>(), ema.get<float>()));
    return;
  }
  const Array copy(in, 2, {s.count}, true), ema_copy(in, 2, {s.count}, true);
  Call("secant_optim_step_copies", {&p, &m, &v, &ema, &copy, &ema_copy})
      .ends(secant_optim_step_copies(context, given, at.get<int64_t>(), rate.get<float>(), ema_rate.get<float>(),
                                     grad.get<float>(), p.get<float>(), m.get<float>(), v.get<float>(),
                                     ema.get<float>(), copy.get<uint16_t>(), ema_copy.get<uint16_t>()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  switch (in.below(4)) {
    case 0:
      schedule(in, context);
      break;
    case 1:
      advance(in, context);
      break;
    default:
      optim(in, context);
  }
  return 0;
}
