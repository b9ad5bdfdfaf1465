// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Order, augmentation and partners; and that every draw still equals the recorded vectors (vectors/*.txt).
// `draw_test --write` records them anew, which changes every run ever made: never do that lightly.

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "check.h"
#include "feistel.h"

using check::Buffer;
using check::Context;

namespace {

// A recipe and the buffers of its draws.
struct Expansion {
  std::vector<double> alpha;
  std::vector<int32_t> members;
  secant_recipe recipe;
  std::vector<int32_t> indices, crops, rows;
  std::vector<float> lambda;

  Expansion(int32_t batch, int32_t ways, int32_t partners, int64_t member_count)
      : alpha(SECANT_MAX_WAYS, 0.5), members(static_cast<size_t>(member_count)) {
    for (size_t i = 0; i < members.size(); ++i) members[i] = static_cast<int32_t>(i);
    recipe = {20210416, 1, batch,        ways,           partners,    SECANT_LAMBDA_SAMPLE,
              1,        4, alpha.data(), members.data(), member_count};
  }
  void draw(secant_context* context, int64_t step) {
    const size_t batch = static_cast<size_t>(recipe.batch), ways = static_cast<size_t>(recipe.ways);
    const size_t sources = recipe.partners == SECANT_PARTNERS_SHIFT ? batch : batch * ways;
    indices.assign(sources, -1);
    crops.assign(sources * 3, -1);
    rows.assign(batch * ways, -1);
    lambda.assign(batch * ways, -1);
    const secant_draws draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
    CHECK_OK(secant_draw(context, &recipe, &step, &draws));
  }
};

std::string line_of(const std::string& head, const std::vector<int32_t>& values) {
  std::string text = head;
  for (int32_t v : values) text += " " + std::to_string(v);
  return text + "\n";
}

std::string dirichlet_vectors() {
  std::string text = "# seed stream step sample K alpha_1..alpha_K : lambda_1..lambda_K (floats, %a)\n";
  const std::vector<std::vector<double>> alphas = {
      {0.5, 0.5},           {0.1, 0.1},       {0.01, 0.01, 0.01}, {1, 1, 1},
      {0.5, 0.5, 0.5, 0.5}, {0.3, 1.0, 2.75}, {1000, 0.001},      std::vector<double>(16, 0.5)};
  const Context context;
  int32_t row = 0;
  for (int32_t round = 0; round < 3 && row < 20; ++round) {
    for (const auto& alpha : alphas) {
      if (row == 20) break;
      const uint64_t seed = round == 0 ? 1 : round == 1 ? 0x123456789abcdef0u : 42;
      const int32_t stream = row % 4, sample = row * 37 % 128, ways = static_cast<int32_t>(alpha.size());
      const int64_t step = round == 2 ? 524287 : 1000 * round;
      std::vector<float> lambda(alpha.size());
      CHECK_OK(secant_dirichlet(context, seed, stream, &step, 1, sample, ways, alpha.data(), lambda.data()));
      text += std::to_string(seed) + " " + std::to_string(stream) + " " + std::to_string(step) + " " +
              std::to_string(sample) + " " + std::to_string(ways);
      char number[64];
      for (double a : alpha) std::snprintf(number, sizeof number, " %g", a), text += number;
      text += " :";
      for (float l : lambda) std::snprintf(number, sizeof number, " %a", static_cast<double>(l)), text += number;
      text += "\n";
      ++row;
    }
  }
  return text;
}

std::string draws_vectors() {
  std::string text =
      "# recipe seed stream B K partners lambda_scope flip pad M step, members 0..M-1, alpha 0.5; then its draws:\n"
      "# indices (T), crops (T, 3: dy dx flip), shifts (K: rows of b = 0)\n";
  struct Setting {
    int32_t batch, ways, partners, stream, flip, pad;
    int64_t members, step;
  };
  const Setting settings[] = {
      {8, 2, 0, 0, 1, 4, 50000, 0},    {8, 4, 0, 1, 1, 4, 49750, 12345},   {5, 5, 0, 2, 0, 4, 3, 7},
      {16, 16, 0, 3, 1, 0, 65536, 99}, {4, 3, 1, 1, 1, 4, 1000, 524287},   {6, 1, 0, 0, 0, 0, 1, 3},
      {7, 3, 0, 1, 1, 2, 250, 100},    {3, 2, 1, 0, 1, 8, 4294967, 70000},
  };
  const Context context;
  for (const Setting& s : settings) {
    Expansion e(s.batch, s.ways, s.partners, s.members);
    e.recipe.stream = s.stream;
    e.recipe.flip = s.flip;
    e.recipe.pad = s.pad;
    e.draw(context, s.step);
    text += "recipe " + std::to_string(e.recipe.seed) + " " + std::to_string(s.stream) + " " + std::to_string(s.batch) +
            " " + std::to_string(s.ways) + " " + std::to_string(s.partners) + " 0 " + std::to_string(s.flip) + " " +
            std::to_string(s.pad) + " " + std::to_string(s.members) + " " + std::to_string(s.step) + "\n";
    text += line_of("indices", e.indices) + line_of("crops", e.crops);
    text += line_of("shifts", std::vector<int32_t>(e.rows.begin(), e.rows.begin() + s.ways));
  }
  return text;
}

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::string kDirichlet = std::string(SECANT_VECTORS) + "/dirichlet.txt";
const std::string kDraws = std::string(SECANT_VECTORS) + "/draws.txt";

}  // namespace

TEST(draws_equal_the_recorded_vectors) {
  CHECK_EQ(dirichlet_vectors(), read(kDirichlet));
  CHECK_EQ(draws_vectors(), read(kDraws));
}

TEST(feistel_is_a_permutation_of_every_size) {
  CHECK_EQ(secant::feistel_half_bits(1), 1);
  CHECK_EQ(secant::feistel_half_bits(4), 1);
  CHECK_EQ(secant::feistel_half_bits(5), 2);
  CHECK_EQ(secant::feistel_half_bits(50000), 8);
  CHECK_EQ(secant::feistel_half_bits(65537), 9);
  CHECK_EQ(secant::feistel_half_bits(INT64_C(1) << 31), 16);
  for (int64_t count : {1, 2, 3, 4, 5, 16, 17, 100, 1000, 4097, 20000}) {
    std::vector<bool> seen(static_cast<size_t>(count));
    const int32_t half = secant::feistel_half_bits(count);
    for (int64_t i = 0; i < count; ++i) {
      const uint32_t v = secant::feistel_permute(7, 3, 1, half, count, static_cast<uint32_t>(i));
      CHECK(v < count && !seen[v]);
      seen[v] = true;
    }
  }
}

TEST(each_pass_of_the_order_shows_every_member_once) {
  const int32_t batch = 8;
  Expansion e(batch, 2, SECANT_PARTNERS_SHIFT, 36);  // four and a half batches to a pass: batches cross the border
  std::vector<int32_t> sequence;
  const Context context(2);
  for (int64_t step = 0; step < 9; ++step) {
    e.draw(context, step);
    sequence.insert(sequence.end(), e.indices.begin(), e.indices.end());
  }
  const std::vector<int32_t> first(sequence.begin(), sequence.begin() + 36);
  const std::vector<int32_t> second(sequence.begin() + 36, sequence.end());
  CHECK(std::set<int32_t>(first.begin(), first.end()).size() == 36);
  CHECK(std::set<int32_t>(second.begin(), second.end()).size() == 36);
  CHECK(first != second);
}

TEST(members_are_looked_up) {
  Expansion a(32, 2, SECANT_PARTNERS_SHIFT, 100), b(32, 2, SECANT_PARTNERS_SHIFT, 100);
  for (int32_t& m : b.members) m = 5000 - 3 * m;
  a.draw(Context(), 2);
  b.draw(Context(), 2);
  for (size_t i = 0; i < 32; ++i) CHECK_EQ(b.indices[i], 5000 - 3 * a.indices[i]);
}

TEST(shifts_are_distinct_not_zero_and_uniform) {
  for (int32_t batch : {2, 5, 16}) {
    for (int32_t ways : {2, 3, 5, 16}) {
      if (ways > batch) continue;
      Expansion e(batch, ways, SECANT_PARTNERS_SHIFT, 1000);
      std::vector<int> counts(static_cast<size_t>(batch));
      const Context context;
      const int steps = 3000;
      for (int64_t step = 0; step < steps; ++step) {
        e.draw(context, step);
        const std::set<int32_t> distinct(e.rows.begin(), e.rows.begin() + ways);
        CHECK(static_cast<int32_t>(distinct.size()) == ways && e.rows[0] == 0);
        for (int32_t k = 0; k < ways; ++k) ++counts[static_cast<size_t>(e.rows[static_cast<size_t>(k)])];
        for (int32_t b = 0; b < batch; ++b) {
          for (int32_t k = 0; k < ways; ++k) {
            CHECK_EQ(e.rows[static_cast<size_t>(b * ways + k)], (b + e.rows[static_cast<size_t>(k)]) % batch);
          }
        }
      }
      const double p = (ways - 1.0) / (batch - 1.0);
      for (int32_t s = 1; s < batch; ++s) {
        CHECK_NEAR(counts[static_cast<size_t>(s)], steps * p, 5 * std::sqrt(steps * p * (1 - p)) + 1e-9);
      }
    }
  }
}

TEST(crops_are_uniform_and_flips_are_fair) {
  Expansion e(128, 2, SECANT_PARTNERS_SHIFT, 1000);
  std::vector<int> dy(9), dx(9), flip(2);
  const Context context;
  for (int64_t step = 0; step < 100; ++step) {
    e.draw(context, step);
    for (size_t t = 0; t < 128; ++t) {
      CHECK(e.crops[3 * t] >= 0 && e.crops[3 * t] <= 8 && e.crops[3 * t + 1] >= 0 && e.crops[3 * t + 1] <= 8);
      ++dy[static_cast<size_t>(e.crops[3 * t])];
      ++dx[static_cast<size_t>(e.crops[3 * t + 1])];
      ++flip[static_cast<size_t>(e.crops[3 * t + 2])];
    }
  }
  for (int count : dy) CHECK_NEAR(count, 12800 / 9.0, 5 * std::sqrt(12800 / 9.0));
  for (int count : dx) CHECK_NEAR(count, 12800 / 9.0, 5 * std::sqrt(12800 / 9.0));
  CHECK_NEAR(flip[0], 6400, 5 * std::sqrt(3200.0));
}

TEST(without_pad_and_flip_nothing_moves) {
  Expansion e(16, 2, SECANT_PARTNERS_INDEPENDENT, 100);
  e.recipe.flip = e.recipe.pad = 0;
  e.draw(Context(), 3);
  for (int32_t c : e.crops) CHECK_EQ(c, 0);
  e.recipe.flip = 1;
  e.draw(Context(), 3);
  for (size_t t = 0; t < 32; ++t) CHECK(e.crops[3 * t] == 0 && e.crops[3 * t + 1] == 0);
}

TEST(independent_partners_have_orders_of_their_own) {
  Expansion e(64, 3, SECANT_PARTNERS_INDEPENDENT, 500);
  e.draw(Context(), 0);
  for (int32_t b = 0; b < 64; ++b) {
    for (int32_t k = 0; k < 3; ++k) CHECK_EQ(e.rows[static_cast<size_t>(b * 3 + k)], k * 64 + b);
  }
  const auto way = [&](int k) {
    return std::vector<int32_t>(e.indices.begin() + 64 * k, e.indices.begin() + 64 * (k + 1));
  };
  CHECK(way(0) != way(1) && way(1) != way(2) && way(0) != way(2));
  // Way 0 is the order of the shift recipe.
  Expansion shift(64, 3, SECANT_PARTNERS_SHIFT, 500);
  shift.draw(Context(), 0);
  CHECK(way(0) == shift.indices);
}

TEST(one_lambda_per_batch_is_that_of_sample_0) {
  Expansion e(9, 3, SECANT_PARTNERS_SHIFT, 500), batch(9, 3, SECANT_PARTNERS_SHIFT, 500);
  batch.recipe.lambda_scope = SECANT_LAMBDA_BATCH;
  e.draw(Context(), 4);
  batch.draw(Context(), 4);
  for (size_t i = 0; i < 27; ++i) CHECK_EQ(batch.lambda[i], e.lambda[i % 3]);
}

TEST(same_draws_with_every_thread_count) {
  for (int32_t partners : {0, 1}) {
    check::on_every_context([&](secant_context* context) {
      Expansion e(100, 4, partners, 777);
      e.draw(context, 31);
      e.indices.insert(e.indices.end(), e.crops.begin(), e.crops.end());
      return std::make_pair(e.indices, e.lambda);
    });
  }
}

TEST(bad_arguments_are_rejected) {
  Expansion e(4, 2, SECANT_PARTNERS_SHIFT, 10);
  const Context context;
  int64_t step = 0;
  Buffer<int32_t> indices(8), crops(24), rows(8);
  Buffer<float> lambda(8);
  secant_draws draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
  const secant_recipe good = e.recipe;
  const auto refuse = [&](const char* text) {
    CHECK_REJECTED(secant_draw(context, &e.recipe, &step, &draws), text);
    e.recipe = good;
    draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
    step = 0;
  };
  e.recipe.stream = -1, refuse("secant_draw: stream must be in 0..3, got -1");
  e.recipe.batch = 0, refuse("batch must be at least 1, got 0");
  e.recipe.ways = 0, refuse("ways must be in 1..16, got 0");
  e.recipe.ways = 17, refuse("ways must be in 1..16, got 17");
  e.recipe.ways = 5, refuse("secant_draw: partners=shift needs K <= B, got K=5, B=4");
  e.recipe.partners = 2, refuse("partners must be 0 (shift) or 1 (independent), got 2");
  e.recipe.partners = 1, e.recipe.batch = INT32_MAX, refuse("K x B must be below 2^31, got K=2, B=2147483647");
  e.recipe.lambda_scope = 2, refuse("lambda_scope must be 0 (sample) or 1 (batch), got 2");
  e.recipe.flip = 2, refuse("flip must be 0 or 1, got 2");
  e.recipe.pad = -1, refuse("pad must be at least 0, got -1");
  e.recipe.alpha = nullptr, refuse("alpha is NULL");
  e.recipe.members = nullptr, refuse("members is NULL");
  e.recipe.member_count = 0, refuse("member_count must be in 1..2^31, got 0");
  step = -5, refuse("*step must be in 0..4294967295, got -5");
  draws.indices = nullptr, refuse("draws.indices is NULL");
  draws.crops = nullptr, refuse("draws.crops is NULL");
  draws.rows = nullptr, refuse("draws.rows is NULL");
  draws.lambda = nullptr, refuse("draws.lambda is NULL");
  e.recipe.member_count = 1, step = UINT32_MAX, refuse("of the order is beyond 2^32");
  for (int32_t& m : e.members) m = -2;
  refuse("must be in [0, 2^31-1=2147483647), got -2");
  CHECK_REJECTED(secant_draw(nullptr, &good, &step, &draws), "context is NULL");
  CHECK_REJECTED(secant_draw(context, nullptr, &step, &draws), "recipe is NULL");
  CHECK_REJECTED(secant_draw(context, &good, nullptr, &draws), "step is NULL");
  CHECK_REJECTED(secant_draw(context, &good, &step, nullptr), "draws is NULL");
  CHECK(indices.untouched() && crops.untouched() && rows.untouched() && lambda.untouched());
}

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--write") {
    std::ofstream(kDirichlet) << dirichlet_vectors();
    std::ofstream(kDraws) << draws_vectors();
    return check::failures();
  }
  return check::run(argc, argv);
}
