// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The head in one call: the bits of its separate functions, and the formula in double precision.

#include <functional>

#include "check.h"
#include "reference_train.h"

using check::Buffer;
using check::Random;
using reference::values;

namespace {

struct Shape {
  int32_t labelled, mixed, pixels, channels, classes, ways, sources;
};
const Shape kShapes[] = {
    {1, 0, 1, 1, 1, 1, 1}, {4, 4, 64, 128, 10, 2, 4}, {3, 7, 5, 33, 11, 5, 9}, {6, 2, 9, 16, 100, 16, 2}};

struct Problem {
  explicit Problem(const Shape& s, int32_t space = 0, int32_t reduction = 0)
      : spec{s.labelled, s.mixed, s.pixels, s.channels, s.classes, space, reduction, s.ways, s.sources},
        n(int64_t{s.labelled} + s.mixed),
        y(n * s.pixels * s.channels),
        w(int64_t{s.classes} * s.channels),
        bias(s.classes),
        targets(int64_t{s.labelled} * s.classes, 0.0f),
        teacher(int64_t{s.sources} * s.classes),
        lambda(int64_t{s.mixed} * s.ways),
        weight(1, 3.0f),
        rows(lambda.size()),
        pooled(n * s.channels),
        logits(n * s.classes),
        dz(logits.size()),
        loss(1),
        consistency(1),
        dw(w.size()),
        dbias(s.classes),
        dy(y.size()) {
    Random random(static_cast<uint64_t>(n * 31 + s.channels));
    random.fill_normal(y, 1, 0.3);
    random.fill_normal(w, 0.3);
    random.fill_normal(bias);
    random.fill_normal(teacher, 2);
    random.fill_below(rows, s.sources);
    for (int64_t i = 0; i < lambda.size(); ++i) lambda[i] = static_cast<float>(random.uniform() / s.ways);
    for (int64_t b = 0; b < s.labelled; ++b) {  // soft: lambda is exact, and so is 1 - lambda
      const float part = static_cast<float>(random.below(257)) / 256;
      targets[b * s.classes + random.below(s.classes)] += part;
      targets[b * s.classes + random.below(s.classes)] += 1 - part;
    }
  }
  secant_head_inputs inputs() const {
    return {y.data(), w.data(), bias.data(), targets.data(), teacher.data(), rows.data(), lambda.data(), weight.data()};
  }
  secant_head_outputs outputs() {
    return {pooled.data(), logits.data(), loss.data(),  consistency.data(), dz.data(),
            nullptr,       dw.data(),     dbias.data(), dy.data()};
  }
  int32_t run(secant_context* context) {
    const secant_head_inputs in = inputs();
    const secant_head_outputs out = outputs();
    return secant_head_train(context, &spec, &in, &out);
  }
  std::vector<uint8_t> bits() const {
    std::vector<uint8_t> all;
    for (const Buffer<float>* b : {&pooled, &logits, &dz, &loss, &consistency, &dw, &dbias, &dy}) append_bits(all, *b);
    return all;
  }
  bool intact() const {
    return pooled.intact() && logits.intact() && dz.intact() && loss.intact() && consistency.intact() && dw.intact() &&
           dbias.intact() && dy.intact();
  }

  secant_head_spec spec;
  int64_t n;
  Buffer<float> y, w, bias, targets, teacher, lambda, weight;
  Buffer<int32_t> rows;
  Buffer<float> pooled, logits, dz, loss, consistency, dw, dbias, dy;
};

void run_separately(secant_context* context, Problem* p) {
  const secant_head_spec& s = p->spec;
  const int32_t n = s.labelled + s.mixed;
  const int64_t first = int64_t{s.labelled} * s.classes;
  Buffer<float> dpooled(p->pooled.size());
  CHECK_OK(secant_pool_forward(context, n, s.pixels, s.channels, p->y.data(), p->pooled.data()));
  CHECK_OK(secant_dense_forward(context, n, s.channels, s.classes, p->pooled.data(), p->w.data(), p->bias.data(),
                                p->logits.data()));
  CHECK_OK(secant_cross_entropy(context, s.labelled, s.classes, p->logits.data(), p->targets.data(), p->loss.data(),
                                p->dz.data()));
  if (s.mixed > 0) {
    CHECK_OK(secant_consistency(context, s.space, s.reduction, s.mixed, s.ways, s.sources, s.classes,
                                p->logits.data() + first, p->teacher.data(), p->rows.data(), p->lambda.data(),
                                p->weight.data(), p->consistency.data(), p->dz.data() + first, nullptr));
  }
  CHECK_OK(secant_dense_backward(context, n, s.channels, s.classes, p->pooled.data(), p->w.data(), p->dz.data(),
                                 dpooled.data(), p->dw.data(), p->dbias.data()));
  CHECK_OK(secant_pool_backward(context, n, s.pixels, s.channels, dpooled.data(), p->dy.data()));
}

// The largest difference is within 1e-5 of the largest value: a few roundings to float on the way, and sums in float
// over runs of 64.
void agree(const Buffer<float>& got, const reference::Values& expected) {
  double largest = 0;
  for (double v : expected) largest = std::fmax(largest, std::fabs(v));
  for (int64_t i = 0; i < got.size(); ++i) CHECK_NEAR(got[i], expected[static_cast<size_t>(i)], 1e-5 * largest + 1e-9);
}

}  // namespace

TEST(one_call_has_the_bits_of_the_separate_functions) {
  check::Context context(2);
  for (const Shape& shape : kShapes) {
    for (int32_t space = 0; space < 3; ++space) {
      for (int32_t reduction = 0; reduction < 3; ++reduction) {
        Problem together(shape, space, reduction), apart(shape, space, reduction);
        CHECK_OK(together.run(context));
        run_separately(context, &apart);
        CHECK(together.bits() == apart.bits());
        CHECK(together.intact());
      }
    }
  }
}

TEST(follows_the_formula) {
  check::Context context(2);
  for (const Shape& shape : kShapes) {
    for (int32_t space = 0; space < 3; ++space) {
      for (int32_t reduction = 0; reduction < 3; ++reduction) {
        Problem p(shape, space, reduction);
        CHECK_OK(p.run(context));
        const std::vector<int32_t> rows(p.rows.data(), p.rows.data() + p.rows.size());
        const reference::Head h = reference::head(p.spec, values(p.y), values(p.w), values(p.bias), values(p.targets),
                                                  values(p.teacher), rows, values(p.lambda), 3);
        agree(p.pooled, h.pooled);
        agree(p.logits, h.logits);
        agree(p.dz, h.dz);
        agree(p.dw, h.dw);
        agree(p.dbias, h.dbias);
        CHECK_NEAR(p.loss[0], h.loss, 1e-5 * std::fabs(h.loss) + 1e-9);
        if (shape.mixed > 0) CHECK_NEAR(p.consistency[0], h.consistency, 1e-5 * h.consistency);
        Buffer<float> first_pixels(p.n * shape.channels);
        for (int64_t i = 0; i < first_pixels.size(); ++i) {
          const int64_t row = i / shape.channels * shape.pixels * shape.channels, channel = i % shape.channels;
          first_pixels[i] = p.dy[row + channel];
          for (int32_t q = 1; q < shape.pixels; ++q) {
            CHECK_EQ(p.dy[row + int64_t{q} * shape.channels + channel], first_pixels[i]);
          }
        }
        agree(first_pixels, h.dpixel);
      }
    }
  }
}

TEST(what_is_not_wanted_changes_nothing_else) {
  check::Context context(2);
  Problem all(kShapes[1], 1, 2), few(kShapes[1], 1, 2);
  CHECK_OK(all.run(context));
  const secant_head_inputs in = few.inputs();
  secant_head_outputs out = few.outputs();
  out.pooled = out.logits = out.dL_dlogits = nullptr;
  CHECK_OK(secant_head_train(context, &few.spec, &in, &out));
  CHECK(few.pooled.untouched() && few.logits.untouched() && few.dz.untouched());
  CHECK(few.loss.same(all.loss) && few.consistency.same(all.consistency) && few.dw.same(all.dw) &&
        few.dbias.same(all.dbias) && few.dy.same(all.dy));
  out = few.outputs();
  out.dL_dy = few.y.data();  // in place
  CHECK_OK(secant_head_train(context, &few.spec, &in, &out));
  CHECK(few.y.same(all.dy));
}

TEST(without_mixed_rows_consistency_is_neither_read_nor_written) {
  check::Context context(1);
  Shape shape = kShapes[1];
  shape.mixed = 0;
  Problem p(shape);
  p.spec.space = p.spec.reduction = p.spec.ways = p.spec.sources = -7;
  secant_head_inputs in = p.inputs();
  in.teacher = in.lambda = in.weight = nullptr;
  in.rows = nullptr;
  secant_head_outputs out = p.outputs();
  CHECK_OK(secant_head_train(context, &p.spec, &in, &out));
  CHECK(p.consistency.untouched());
  out.consistency = nullptr;
  CHECK_OK(secant_head_train(context, &p.spec, &in, &out));
}

TEST(same_bits_on_every_level_and_thread_count) {
  for (const Shape& shape : kShapes) {
    check::on_every_context([&](secant_context* context) {
      Problem p(shape, 2, 1);
      CHECK_OK(p.run(context));
      return p.bits();
    });
  }
}

TEST(rejections) {
  check::Context context(1);
  Problem p({2, 3, 4, 5, 6, 2, 3});
  const secant_head_spec spec = p.spec;
  const secant_head_inputs inputs = p.inputs();
  const secant_head_outputs outputs = p.outputs();
  const auto refuse =
      [&](const std::string& text,
          const std::function<void(secant_head_spec*, secant_head_inputs*, secant_head_outputs*)>& spoil) {
        secant_head_spec s = spec;
        secant_head_inputs in = inputs;
        secant_head_outputs out = outputs;
        spoil(&s, &in, &out);
        CHECK_REJECTED(secant_head_train(context, &s, &in, &out), "secant_head_train: " + text);
      };
  CHECK_REJECTED(secant_head_train(nullptr, &spec, &inputs, &outputs), "context is NULL");
  CHECK_REJECTED(secant_head_train(context, nullptr, &inputs, &outputs), "spec is NULL");
  CHECK_REJECTED(secant_head_train(context, &spec, nullptr, &outputs), "inputs is NULL");
  CHECK_REJECTED(secant_head_train(context, &spec, &inputs, nullptr), "outputs is NULL");
#define SPOIL(text, change) refuse(text, [&](auto* s, auto* in, auto* out) { (void)s, (void)in, (void)out, change; })
  SPOIL("labelled must be at least 1, got 0", s->labelled = 0);
  SPOIL("mixed must be in 0..2^31-1-labelled, labelled is 2, mixed is -1", s->mixed = -1);
  SPOIL("mixed must be in 0..2^31-1-labelled, labelled is 2, mixed is 2147483647", s->mixed = INT32_MAX);
  SPOIL("pixels must be at least 1, got 0", s->pixels = 0);
  SPOIL("channels must be at least 1, got -1", s->channels = -1);
  SPOIL("classes must be at least 1, got 0", s->classes = 0);
  SPOIL("y (labelled + mixed, pixels, channels) is (5, 2147483647, 2147483647)", s->pixels = s->channels = INT32_MAX);
  SPOIL("space must be 0 (logit), 1 (prob) or 2 (logit-softmax), got 3", s->space = 3);
  SPOIL("reduction must be 0 (mean), 1 (sum) or 2 (l2), got -1", s->reduction = -1);
  SPOIL("ways must be in 1..16, got 17", s->ways = 17);
  SPOIL("sources must be at least 1, got 0", s->sources = 0);
  SPOIL("inputs.y is NULL", in->y = nullptr);
  SPOIL("inputs.w is NULL", in->w = nullptr);
  SPOIL("inputs.bias is NULL", in->bias = nullptr);
  SPOIL("inputs.targets is NULL", in->targets = nullptr);
  SPOIL("inputs.teacher is NULL", in->teacher = nullptr);
  SPOIL("rows is NULL", in->rows = nullptr);
  SPOIL("lambda is NULL", in->lambda = nullptr);
  SPOIL("weight is NULL", in->weight = nullptr);
  SPOIL("inputs.w must be aligned to 4 bytes, got ",
        in->w = reinterpret_cast<const float*>(reinterpret_cast<const char*>(in->w) + 2));
  SPOIL("outputs.loss is NULL", out->loss = nullptr);
  SPOIL("outputs.consistency is NULL", out->consistency = nullptr);
  SPOIL("outputs.dL_dw is NULL", out->dL_dw = nullptr);
  SPOIL("outputs.dL_dbias is NULL", out->dL_dbias = nullptr);
  SPOIL("outputs.dL_dy is NULL", out->dL_dy = nullptr);
  SPOIL("outputs.dL_dteacher must be NULL, got ", out->dL_dteacher = p.dz.data());
#undef SPOIL
  p.rows[4] = 3;
  CHECK_REJECTED(p.run(context), "rows[4] must be in [0, T=3), got 3");
  p.rows[4] = 0;
  p.lambda[1] = INFINITY;
  CHECK_REJECTED(p.run(context), "lambda[1] must be finite, got inf");
  p.lambda[1] = 0;
  p.weight[0] = NAN;
  CHECK_REJECTED(p.run(context), "*weight must be finite, got nan");
  CHECK(p.pooled.untouched() && p.logits.untouched() && p.dz.untouched() && p.loss.untouched() &&
        p.consistency.untouched() && p.dw.untouched() && p.dbias.untouched() && p.dy.untouched());
}

CHECK_MAIN()
