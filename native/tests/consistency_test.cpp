// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "check.h"
#include "reference.h"

using check::Buffer;
using check::Context;
using check::Random;

namespace {

struct Problem {
  int32_t space, reduction, batch, ways, sources, classes;
  Buffer<float> student, targets, lambda;
  Buffer<int32_t> rows;
  float weight = 3;

  Problem(int32_t space_, int32_t reduction_, int32_t batch_, int32_t ways_, int32_t sources_, int32_t classes_)
      : space(space_),
        reduction(reduction_),
        batch(batch_),
        ways(ways_),
        sources(sources_),
        classes(classes_),
        student(batch_ * classes_),
        targets(sources_ * classes_),
        lambda(batch_ * ways_),
        rows(batch_ * ways_) {
    Random random(static_cast<uint64_t>(batch * 1000 + ways * 100 + classes));
    random.fill_normal(student, 2);
    random.fill_normal(targets, 2);
    random.fill_below(rows, sources);  // repeats, also within a row
    for (int64_t i = 0; i < lambda.size(); ++i) lambda[i] = static_cast<float>(random.uniform() / ways);
  }

  int32_t run(secant_context* context, float* loss, float* dL_dstudent, float* dL_dtargets) const {
    return secant_consistency(context, space, reduction, batch, ways, sources, classes, student.data(), targets.data(),
                              rows.data(), lambda.data(), &weight, loss, dL_dstudent, dL_dtargets);
  }
};

reference::Matrix matrix(const Buffer<float>& values, int32_t rows) {
  const int64_t width = values.size() / rows;
  reference::Matrix m(static_cast<size_t>(rows));
  for (int32_t r = 0; r < rows; ++r) m[static_cast<size_t>(r)].assign(&values[r * width], &values[r * width] + width);
  return m;
}

struct Reference {
  reference::Matrix student, targets, lambda;
  std::vector<std::vector<int32_t>> rows;
  const Problem& p;

  explicit Reference(const Problem& problem)
      : student(matrix(problem.student, problem.batch)),
        targets(matrix(problem.targets, problem.sources)),
        lambda(matrix(problem.lambda, problem.batch)),
        p(problem) {
    for (int32_t b = 0; b < p.batch; ++b) rows.emplace_back(&p.rows[b * p.ways], &p.rows[b * p.ways] + p.ways);
  }
  double loss() const { return reference::consistency(p.space, p.reduction, student, targets, rows, lambda); }
  // Central difference with respect to one entry.
  double slope(double& entry) const {
    const double h = 1e-5, at = entry;
    entry = at + h;
    const double up = loss();
    entry = at - h;
    const double down = loss();
    entry = at;
    return (up - down) / (2 * h);
  }
};

void compare(const Problem& p, secant_context* context) {
  Reference expected(p);
  Buffer<float> loss(1), dL_dstudent(p.batch * p.classes), dL_dtargets(p.sources * p.classes);
  CHECK_OK(p.run(context, loss.data(), dL_dstudent.data(), dL_dtargets.data()));
  CHECK(loss.intact() && dL_dstudent.intact() && dL_dtargets.intact());
  CHECK_NEAR(loss[0], expected.loss(), 2e-7 * expected.loss());
  for (int32_t b = 0; b < p.batch; ++b) {
    for (int32_t c = 0; c < p.classes; ++c) {
      const double slope = p.weight * expected.slope(expected.student[static_cast<size_t>(b)][static_cast<size_t>(c)]);
      CHECK_NEAR(dL_dstudent[b * p.classes + c], slope, 1e-6 * std::fabs(slope) + 1e-8);
    }
  }
  for (int32_t t = 0; t < p.sources; ++t) {
    for (int32_t c = 0; c < p.classes; ++c) {
      const double slope = p.weight * expected.slope(expected.targets[static_cast<size_t>(t)][static_cast<size_t>(c)]);
      CHECK_NEAR(dL_dtargets[t * p.classes + c], slope, 1e-6 * std::fabs(slope) + 1e-8);
    }
  }
  // Without the targets' gradient, and with the loss alone, nothing else changes.
  Buffer<float> loss_alone(1), student_alone(p.batch * p.classes);
  CHECK_OK(p.run(context, loss_alone.data(), student_alone.data(), nullptr));
  CHECK(loss.same(loss_alone) && dL_dstudent.same(student_alone));
  loss_alone.wipe();
  CHECK_OK(p.run(context, loss_alone.data(), nullptr, nullptr));
  CHECK(loss.same(loss_alone));
}

}  // namespace

TEST(loss_and_gradients_agree_with_finite_differences) {
  Context context(2);
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      for (int32_t ways : {1, 2, 3, 16}) {
        for (int32_t classes : {2, 7, 8, 10, 17}) compare(Problem(space, reduction, 5, ways, 4, classes), context);
      }
      compare(Problem(space, reduction, 1, 2, 1, 1), context);
      compare(Problem(space, reduction, 3, 2, 6, 100), context);
    }
  }
}

TEST(exact_answers_in_logit_space) {
  // a = (1, 2), b = 0.5 (4, 0) + 0.5 (0, 8) = (2, 4): d = (-1, -2), squared 5.
  Problem p(SECANT_SPACE_LOGIT, SECANT_REDUCTION_SUM, 1, 2, 2, 2);
  p.student[0] = 1, p.student[1] = 2;
  p.targets[0] = 4, p.targets[1] = 0, p.targets[2] = 0, p.targets[3] = 8;
  p.rows[0] = 0, p.rows[1] = 1;
  p.lambda[0] = p.lambda[1] = 0.5f;
  p.weight = 100;
  float loss;
  Buffer<float> student(2), targets(4);
  CHECK_OK(p.run(Context(), &loss, student.data(), targets.data()));
  CHECK_EQ(loss, 5.0f);
  CHECK_EQ(student[0], -200.0f);
  CHECK_EQ(student[1], -400.0f);
  for (int i = 0; i < 4; ++i) CHECK_EQ(targets[i], i % 2 == 0 ? 100.0f : 200.0f);
  p.reduction = SECANT_REDUCTION_MEAN;
  CHECK_OK(p.run(Context(), &loss, student.data(), nullptr));
  CHECK_EQ(loss, 2.5f);
  CHECK_EQ(student[0], -100.0f);
}

TEST(equal_sides_give_zero_loss_and_gradient) {
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      Problem p(space, reduction, 4, 1, 4, 9);
      for (int32_t b = 0; b < 4; ++b) p.rows[b] = b, p.lambda[b] = 1;
      for (int i = 0; i < 36; ++i) p.targets[i] = p.student[i];
      float loss;
      Buffer<float> student(36), targets(36);
      CHECK_OK(p.run(Context(), &loss, student.data(), targets.data()));
      CHECK_EQ(loss, 0.0f);
      for (int i = 0; i < 36; ++i) CHECK(student[i] == 0 && targets[i] == 0);
    }
  }
}

TEST(extreme_logits_stay_finite) {
  for (int32_t space : {1, 2}) {
    Problem p(space, SECANT_REDUCTION_L2, 3, 2, 3, 10);
    for (int i = 0; i < 30; ++i) {
      p.student[i] *= 1e30f;
      p.targets[i] *= 3e4f;
    }
    float loss;
    Buffer<float> student(30), targets(30);
    CHECK_OK(p.run(Context(), &loss, student.data(), targets.data()));
    CHECK(std::isfinite(loss));
    for (int i = 0; i < 30; ++i) CHECK(std::isfinite(student[i]) && std::isfinite(targets[i]));
  }
}

TEST(not_a_number_in_a_logit_reaches_the_loss) {
  for (int32_t space : {0, 1, 2}) {
    for (int at : {0, 7, 9}) {
      Problem p(space, SECANT_REDUCTION_MEAN, 2, 1, 2, 10);
      p.student[at] = NAN;
      float loss = 0;
      CHECK_OK(p.run(Context(), &loss, nullptr, nullptr));
      CHECK(std::isnan(loss));
    }
  }
}

TEST(targets_that_no_row_uses_get_zero) {
  Problem p(SECANT_SPACE_PROB, SECANT_REDUCTION_SUM, 3, 2, 5, 6);
  for (int i = 0; i < 6; ++i) p.rows[i] = 1;
  float loss;
  Buffer<float> targets(30);
  CHECK_OK(p.run(Context(), &loss, nullptr, targets.data()));
  for (int i = 0; i < 30; ++i) CHECK((i / 6 == 1) || targets[i] == 0);
}

TEST(same_bits_on_every_context) {
  for (int32_t space = 0; space < 3; ++space) {
    for (int32_t reduction = 0; reduction < 3; ++reduction) {
      for (int32_t classes : {3, 10, 200}) {
        const Problem p(space, reduction, 67, 3, 50, classes);
        check::on_every_context([&](secant_context* context) {
          Buffer<float> loss(1), student(67 * classes), targets(50 * classes);
          CHECK_OK(p.run(context, loss.data(), student.data(), targets.data()));
          std::vector<uint8_t> bits;
          check::append_bits(bits, loss);
          check::append_bits(bits, student);
          check::append_bits(bits, targets);
          return bits;
        });
      }
    }
  }
}

TEST(bad_arguments_are_rejected) {
  const Context c;
  Problem p(0, 0, 4, 2, 4, 3);
  Buffer<float> loss(1), student(12), targets(12);
  const auto call = [&] { return p.run(c, loss.data(), student.data(), targets.data()); };
  const auto with = [&](int32_t& field, int32_t value, const char* text) {
    const int32_t old = field;
    field = value;
    CHECK_REJECTED(call(), text);
    field = old;
  };
  with(p.space, 3, "secant_consistency: space must be 0 (logit), 1 (prob) or 2 (logit-softmax), got 3");
  with(p.reduction, -1, "reduction must be 0 (mean), 1 (sum) or 2 (l2), got -1");
  with(p.batch, 0, "batch must be at least 1, got 0");
  with(p.ways, 0, "ways must be in 1..16, got 0");
  with(p.sources, -4, "sources must be at least 1, got -4");
  with(p.classes, 0, "classes must be at least 1, got 0");
  with(p.rows[5], 4, "rows[5] must be in [0, T=4), got 4");
  with(p.rows[0], -1, "rows[0] must be in [0, T=4), got -1");
  const float *s = p.student.data(), *t = p.targets.data(), *l = p.lambda.data(), *w = &p.weight;
  const int32_t* r = p.rows.data();
  const auto raw = [&](const float* a, const float* b, const int32_t* d, const float* e, const float* f, float* g) {
    return secant_consistency(c, 0, 0, 4, 2, 4, 3, a, b, d, e, f, g, nullptr, nullptr);
  };
  CHECK_REJECTED(raw(nullptr, t, r, l, w, loss.data()), "student is NULL");
  CHECK_REJECTED(raw(s, nullptr, r, l, w, loss.data()), "targets is NULL");
  CHECK_REJECTED(raw(s, t, nullptr, l, w, loss.data()), "rows is NULL");
  CHECK_REJECTED(raw(s, t, r, nullptr, w, loss.data()), "lambda is NULL");
  CHECK_REJECTED(raw(s, t, r, l, nullptr, loss.data()), "weight is NULL");
  CHECK_REJECTED(raw(s, t, r, l, w, nullptr), "loss is NULL");
  p.weight = INFINITY;
  CHECK_REJECTED(call(), "*weight must be finite, got inf");
  p.weight = 1;
  p.lambda[1] = INFINITY;
  CHECK_REJECTED(call(), "lambda[1] must be finite, got inf");
  CHECK(loss.untouched() && student.untouched() && targets.untouched());
}

CHECK_MAIN()
