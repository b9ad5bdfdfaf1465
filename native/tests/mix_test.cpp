// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "check.h"
#include "reference.h"

using check::Buffer;
using check::Context;
using check::Random;

namespace {

const float kScale[4] = {1 / 127.5f, 0.017f, 0.25f, 3.0f};
const float kShift[4] = {-1, -0.5f, 0.125f, 1e-3f};

struct Images {
  Buffer<uint8_t> pixels;
  secant_pool pool;
  Images(int64_t count, int32_t height, int32_t width, int32_t channels) : pixels(count * height * width * channels) {
    Random(static_cast<uint64_t>(height * 100 + width)).fill_below(pixels, 256);
    pool = {pixels.data(), count, height, width, channels};
  }
  int64_t size() const { return static_cast<int64_t>(pool.height) * pool.width * pool.channels; }
};

// Random explicit draws.
struct Draws {
  int32_t batch, ways, sources, pad;
  Buffer<int32_t> indices, crops, rows;
  Buffer<float> lambda;
  Draws(const Images& images, int32_t batch_, int32_t ways_, int32_t sources_, int32_t pad_)
      : batch(batch_),
        ways(ways_),
        sources(sources_),
        pad(pad_),
        indices(sources_),
        crops(3 * sources_),
        rows(batch_ * ways_),
        lambda(batch_ * ways_) {
    Random random(static_cast<uint64_t>(ways_ + 100 * pad_));
    random.fill_below(indices, images.pool.count);
    random.fill_below(rows, sources);
    for (int64_t i = 0; i < lambda.size(); ++i) lambda[i] = static_cast<float>(random.uniform());
    for (int32_t t = 0; t < sources; ++t) {
      crops[3 * t] = static_cast<int32_t>(random.below(2 * pad + 1));
      crops[3 * t + 1] = static_cast<int32_t>(random.below(2 * pad + 1));
      crops[3 * t + 2] = static_cast<int32_t>(random.below(2));
    }
    crops[0] = crops[1] = pad, crops[2] = 0;  // one source row stays where it is
  }
};

// In float, in the order the contract states, so that == may be asked for.
void check_mixed(const Images& images, const Draws& d, bool crop, const float* mixed, const float* clean) {
  const secant_pool& p = images.pool;
  const auto value = [&](int32_t t, int32_t y, int32_t x, int32_t f) {
    const int32_t* c = crop ? d.crops.data() + 3 * t : nullptr;
    return static_cast<float>(reference::pixel(p, d.indices[t], d.pad, c, y, x, f)) * kScale[f] + kShift[f];
  };
  int64_t i = 0, wrong = 0;
  for (int32_t b = 0; mixed != nullptr && b < d.batch; ++b) {
    for (int32_t y = 0; y < p.height; ++y) {
      for (int32_t x = 0; x < p.width; ++x) {
        for (int32_t f = 0; f < p.channels; ++f) {
          float acc = d.lambda[b * d.ways] * value(d.rows[b * d.ways], y, x, f);
          for (int32_t k = 1; k < d.ways; ++k) {
            acc = acc + d.lambda[b * d.ways + k] * value(d.rows[b * d.ways + k], y, x, f);
          }
          wrong += mixed[i++] != acc;
        }
      }
    }
  }
  CHECK_EQ(wrong, 0);
  i = wrong = 0;
  for (int32_t t = 0; clean != nullptr && t < d.sources; ++t) {
    for (int32_t y = 0; y < p.height; ++y) {
      for (int32_t x = 0; x < p.width; ++x) {
        for (int32_t f = 0; f < p.channels; ++f) wrong += clean[i++] != value(t, y, x, f);
      }
    }
  }
  CHECK_EQ(wrong, 0);
}

struct Shape {
  int32_t height, width, channels;
};
// The last ones are wider than a tile: 6000 values in a row.
const Shape kShapes[] = {{1, 1, 1},   {1, 2, 3},   {3, 5, 1},    {7, 7, 2},    {16, 16, 3},  {17, 19, 4},
                         {32, 32, 3}, {40, 33, 3}, {5, 2000, 3}, {6, 1537, 2}, {5, 3073, 1}, {9, 769, 4}};

int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

}  // namespace

TEST(explicit_draws_of_every_shape_and_number_of_ways) {
  const Context context(2);
  for (const Shape& s : kShapes) {
    const Images images(5, s.height, s.width, s.channels);
    for (int32_t ways : {1, 2, 3, 4, 5, 16}) {
      for (int32_t pad : {0, smaller(4, smaller(s.height, s.width) - 1)}) {
        const Draws d(images, 3, ways, 6, pad);
        Buffer<float> out(3 * images.size()), clean(6 * images.size());
        for (bool crop : {true, false}) {
          const int32_t* crops = crop ? d.crops.data() : nullptr;
          CHECK_OK(secant_mix_images(context, &images.pool, 3, ways, 6, pad, d.indices.data(), crops, d.rows.data(),
                                     d.lambda.data(), kScale, kShift, out.data()));
          CHECK(out.intact());
          check_mixed(images, d, crop, out.data(), nullptr);
          CHECK_OK(secant_mix_images(context, &images.pool, 0, 0, 6, pad, d.indices.data(), crops, nullptr, nullptr,
                                     kScale, kShift, clean.data()));
          CHECK(clean.intact());
          check_mixed(images, d, crop, nullptr, clean.data());
        }
      }
    }
  }
}

TEST(recipes_give_draws_clean_and_mixed_together_or_alone) {
  const Context context(2);
  const double alpha[16] = {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5};
  for (const Shape& s : {Shape{32, 32, 3}, Shape{9, 7, 1}, Shape{5, 2000, 3}}) {
    const Images images(50, s.height, s.width, s.channels);
    std::vector<int32_t> members;
    for (int32_t i = 0; i < 50; i += 2) members.push_back(i);
    for (int32_t ways : {1, 2, 3, 4, 6}) {
      for (int32_t partners : {SECANT_PARTNERS_SHIFT, SECANT_PARTNERS_INDEPENDENT}) {
        const int32_t batch = 7, sources = partners == SECANT_PARTNERS_SHIFT ? batch : batch * ways;
        const secant_recipe recipe = {5, 1, batch, ways,           partners, SECANT_LAMBDA_SAMPLE,
                                      1, 3, alpha, members.data(), 25};
        Draws d(images, batch, ways, sources, 3), again = d;
        const secant_draws draws = {d.indices.data(), d.crops.data(), d.rows.data(), d.lambda.data()};
        const int64_t step = 40;
        Buffer<float> clean(sources * images.size()), mixed(batch * images.size());
        Buffer<float> clean_alone(clean.size()), mixed_alone(mixed.size());
        const auto mix = [&](const secant_draws& to, float* c, float* m) {
          return secant_mix(context, &images.pool, &recipe, &step, kScale, kShift, &to, c, m);
        };
        CHECK_OK(mix(draws, clean.data(), mixed.data()));
        CHECK(clean.intact() && mixed.intact() && d.indices.intact() && d.crops.intact() && d.rows.intact() &&
              d.lambda.intact());
        check_mixed(images, d, true, mixed.data(), clean.data());
        CHECK_OK(mix(draws, clean_alone.data(), nullptr));
        CHECK_OK(mix(draws, nullptr, mixed_alone.data()));
        CHECK(clean.same(clean_alone) && mixed.same(mixed_alone));
        // secant_draw gives the same draws.
        const secant_draws others = {again.indices.data(), again.crops.data(), again.rows.data(), again.lambda.data()};
        CHECK_OK(secant_draw(context, &recipe, &step, &others));
        CHECK(again.indices.same(d.indices) && again.crops.same(d.crops) && again.rows.same(d.rows) &&
              again.lambda.same(d.lambda));
        CHECK_OK(mix(others, nullptr, nullptr));
      }
    }
  }
}

TEST(exactly_representable_mixtures) {
  // scale 1, shift 0, lambda 1/2 + 1/4 + 1/4: integers over 4, exact in float.
  Images images(4, 5, 5, 3);
  Draws d(images, 4, 3, 4, 0);
  const float one[3] = {1, 1, 1}, zero[3] = {0, 0, 0};
  for (int32_t b = 0; b < 4; ++b) {
    d.indices[b] = b;
    for (int32_t k = 0; k < 3; ++k) d.rows[3 * b + k] = (b + k) % 4, d.lambda[3 * b + k] = k == 0 ? 0.5f : 0.25f;
  }
  Buffer<float> out(4 * 75);
  CHECK_OK(secant_mix_images(Context(), &images.pool, 4, 3, 4, 0, d.indices.data(), nullptr, d.rows.data(),
                             d.lambda.data(), one, zero, out.data()));
  for (int32_t b = 0; b < 4; ++b) {
    for (int32_t i = 0; i < 75; ++i) {
      const int32_t quarters =
          2 * images.pixels[b * 75 + i] + images.pixels[(b + 1) % 4 * 75 + i] + images.pixels[(b + 2) % 4 * 75 + i];
      CHECK_EQ(out[b * 75 + i] * 4, static_cast<float>(quarters));
    }
  }
}

TEST(values_of_odd_widths) {
  Random random(6);
  for (int64_t features : {1, 7, 15, 16, 17, 100, 4096, 4097, 10007}) {
    for (int32_t ways : {1, 2, 3, 16}) {
      const int32_t batch = 9, sources = 5;
      Buffer<float> source(sources * features), lambda(batch * ways);
      Buffer<int32_t> rows(batch * ways);
      random.fill_normal(source);
      random.fill_normal(lambda);
      random.fill_below(rows, sources);
      check::on_every_context([&](secant_context* context) {
        Buffer<float> out(batch * features);
        CHECK_OK(secant_mix_values(context, batch, ways, sources, features, source.data(), rows.data(), lambda.data(),
                                   out.data()));
        CHECK(out.intact());
        int64_t wrong = 0;
        for (int32_t b = 0; b < batch; ++b) {
          for (int64_t i = 0; i < features; ++i) {
            float acc = lambda[b * ways] * source[rows[b * ways] * features + i];
            for (int32_t k = 1; k < ways; ++k) {
              acc = acc + lambda[b * ways + k] * source[rows[b * ways + k] * features + i];
            }
            wrong += out[b * features + i] != acc;
          }
        }
        CHECK_EQ(wrong, 0);
        std::vector<uint8_t> bits;
        check::append_bits(bits, out);
        return bits;
      });
    }
  }
}

TEST(labels_mix_into_soft_targets) {
  const int32_t labels[4] = {2, 0, 2, 1}, indices[3] = {3, 0, 2};
  const int32_t rows[6] = {0, 1, 1, 2, 2, 0};
  const float lambda[6] = {0.75f, 0.25f, 0.5f, 0.25f, 0.125f, 0.875f};
  Buffer<float> out(9);
  CHECK_OK(secant_mix_labels(Context(), 3, 2, 3, 3, labels, 4, indices, rows, lambda, out.data()));
  const float mixed[9] = {0, 0.75f, 0.25f, 0, 0, 0.75f, 0, 0.875f, 0.125f};
  for (int i = 0; i < 9; ++i) CHECK_EQ(out[i], mixed[i]);
  CHECK_OK(secant_mix_labels(Context(), 0, 0, 3, 3, labels, 4, indices, nullptr, nullptr, out.data()));
  const float plain[9] = {0, 1, 0, 0, 0, 1, 0, 0, 1};
  for (int i = 0; i < 9; ++i) CHECK_EQ(out[i], plain[i]);
  CHECK(out.intact());
}

TEST(same_bits_on_every_context) {
  const double alpha[4] = {.1, .5, .5, .9};
  std::vector<int32_t> members;
  for (int32_t i = 0; i < 30; ++i) members.push_back(i);
  for (const Shape& s : kShapes) {
    const Images images(30, s.height, s.width, s.channels);
    for (int32_t ways : {2, 4}) {
      const int32_t pad = smaller(4, smaller(s.height, s.width) - 1);
      const secant_recipe recipe = {5, 0, 11, ways, 0, SECANT_LAMBDA_SAMPLE, 1, pad, alpha, members.data(), 30};
      check::on_every_context([&](secant_context* context) {
        Draws d(images, 11, ways, 11, pad);
        const secant_draws draws = {d.indices.data(), d.crops.data(), d.rows.data(), d.lambda.data()};
        const int64_t step = 2;
        Buffer<float> clean(11 * images.size()), mixed(11 * images.size());
        CHECK_OK(secant_mix(context, &images.pool, &recipe, &step, kScale, kShift, &draws, clean.data(), mixed.data()));
        std::vector<uint8_t> bits;
        check::append_bits(bits, clean);
        check::append_bits(bits, mixed);
        return bits;
      });
    }
  }
}

TEST(bad_recipes_pools_and_buffers_are_rejected) {
  const Context c;
  const Images images(6, 8, 9, 3);
  Draws d(images, 4, 5, 4, 2);
  d.indices.wipe(), d.crops.wipe(), d.rows.wipe(), d.lambda.wipe();
  const double alpha[5] = {1, 1, 1, 1, 1};
  int32_t members[6] = {0, 1, 2, 3, 4, 5};
  const int64_t step = 0;
  const secant_draws draws = {d.indices.data(), d.crops.data(), d.rows.data(), d.lambda.data()};
  Buffer<float> out(4 * 216);
  secant_pool pool = images.pool;
  secant_recipe recipe = {1, 0, 4, 2, 0, 0, 1, 2, alpha, members, 6};
  const secant_recipe good = recipe;
  const auto refuse = [&](const char* text) {
    CHECK_REJECTED(secant_mix(c, &pool, &recipe, &step, kScale, kShift, &draws, nullptr, out.data()), text);
    pool = images.pool;
    recipe = good;
  };
  recipe.ways = 5, refuse("secant_mix: partners=shift needs K <= B, got K=5, B=4");
  recipe.pad = 8, refuse("pad must be in [0, min(H, W)=8), got 8");
  pool.pixels = nullptr, refuse("pool.pixels is NULL");
  pool.count = 0, refuse("pool.count must be at least 1, got 0");
  pool.height = -1, refuse("pool.height must be at least 1, got -1");
  pool.width = 0, refuse("pool.width must be at least 1, got 0");
  pool.channels = 5, refuse("pool.channels must be in 1..4, got 5");
  pool.count = INT64_MAX / 100, refuse("pool has too many elements");
  for (int32_t& m : members) m = 6;
  refuse("must be in [0, N=6), got 6");
  float bad[3] = {1, NAN, 1};
  CHECK_REJECTED(secant_mix(c, &pool, &good, &step, bad, kShift, &draws, nullptr, out.data()),
                 "scale[1] must be finite, got nan");
  CHECK_REJECTED(secant_mix(c, &pool, &good, &step, nullptr, kShift, &draws, nullptr, out.data()), "scale is NULL");
  CHECK_REJECTED(secant_mix(c, &pool, &good, &step, kScale, nullptr, &draws, nullptr, out.data()), "shift is NULL");
  CHECK_REJECTED(secant_mix(nullptr, &pool, &good, &step, kScale, kShift, &draws, nullptr, out.data()),
                 "secant_mix: context is NULL");
  CHECK_REJECTED(secant_mix(c, nullptr, &good, &step, kScale, kShift, &draws, nullptr, out.data()), "pool is NULL");
  CHECK_REJECTED(secant_mix(c, &pool, nullptr, &step, kScale, kShift, &draws, nullptr, out.data()), "recipe is NULL");
  CHECK_REJECTED(secant_mix(c, &pool, &good, nullptr, kScale, kShift, &draws, nullptr, out.data()), "step is NULL");
  CHECK_REJECTED(secant_mix(c, &pool, &good, &step, kScale, kShift, nullptr, nullptr, out.data()), "draws is NULL");
  CHECK(out.untouched() && d.indices.untouched() && d.crops.untouched() && d.rows.untouched() && d.lambda.untouched());
}

TEST(bad_explicit_draws_are_rejected) {
  const Context c;
  const Images images(6, 8, 9, 3);
  Draws d(images, 4, 2, 5, 2);
  Buffer<float> out(5 * 216);
  const auto call = [&] {
    return secant_mix_images(c, &images.pool, d.batch, d.ways, d.sources, d.pad, d.indices.data(), d.crops.data(),
                             d.rows.data(), d.lambda.data(), kScale, kShift, out.data());
  };
  const auto with = [&](int32_t& field, int32_t value, const char* text) {
    const int32_t old = field;
    field = value;
    CHECK_REJECTED(call(), text);
    field = old;
  };
  with(d.batch, 0, "secant_mix_images: batch must be at least 1, got 0");
  with(d.ways, 17, "ways must be in 1..16, got 17");
  with(d.sources, 0, "sources must be at least 1, got 0");
  with(d.pad, 8, "pad must be in [0, min(H, W)=8), got 8");
  with(d.pad, -1, "pad must be in [0, min(H, W)=8), got -1");
  with(d.indices[3], 6, "indices[3] must be in [0, N=6), got 6");
  with(d.indices[0], -1, "indices[0] must be in [0, N=6), got -1");
  with(d.rows[2], 5, "rows[2] must be in [0, T=5), got 5");
  with(d.crops[3], 5, "crops[1] must be dy, dx in [0, 2*pad=4] and flip 0 or 1, got 5");
  with(d.crops[7], -1, "crops[2] must be");
  with(d.crops[2], 2, "crops[0] must be");
  const auto raw = [&](const int32_t* indices, const int32_t* rows, const float* lambda, float* to) {
    return secant_mix_images(c, &images.pool, 4, 2, 5, 2, indices, d.crops.data(), rows, lambda, kScale, kShift, to);
  };
  CHECK_REJECTED(raw(nullptr, d.rows.data(), d.lambda.data(), out.data()), "indices is NULL");
  CHECK_REJECTED(raw(d.indices.data(), nullptr, d.lambda.data(), out.data()), "rows is NULL");
  CHECK_REJECTED(raw(d.indices.data(), d.rows.data(), nullptr, out.data()), "lambda is NULL");
  CHECK_REJECTED(raw(d.indices.data(), d.rows.data(), d.lambda.data(), nullptr), "out is NULL");
  d.lambda[7] = NAN;
  CHECK_REJECTED(call(), "lambda[7] must be finite, got nan");
  CHECK(out.untouched());
}

TEST(bad_values_and_labels_are_rejected) {
  const Context c;
  const float source[6] = {}, lambda[4] = {};
  const int32_t rows[4] = {0, 1, 2, 0}, labels[3] = {0, 4, -1}, indices[3] = {0, 1, 2};
  Buffer<float> out(6);
  const auto values = [&](int32_t b, int32_t k, int32_t t, int64_t d) {
    return secant_mix_values(c, b, k, t, d, source, rows, lambda, out.data());
  };
  CHECK_REJECTED(values(0, 2, 3, 2), "secant_mix_values: batch must be at least 1, got 0");
  CHECK_REJECTED(values(2, 0, 3, 2), "ways must be in 1..16, got 0");
  CHECK_REJECTED(values(2, 2, 0, 2), "sources must be at least 1, got 0");
  CHECK_REJECTED(values(2, 2, 3, 0), "features must be at least 1, got 0");
  CHECK_REJECTED(values(2, 2, 2, 2), "rows[2] must be in [0, T=2), got 2");
  CHECK_REJECTED(values(2, 2, 3, INT64_MAX / 2), "overflows int64");
  CHECK_REJECTED(secant_mix_values(c, 2, 2, 3, 2, nullptr, rows, lambda, out.data()), "source is NULL");
  CHECK_REJECTED(secant_mix_values(c, 2, 2, 3, 2, source, rows, lambda, nullptr), "out is NULL");
  const auto soft = [&](int32_t t, int32_t classes, int64_t n) {
    return secant_mix_labels(c, 2, 2, t, classes, labels, n, indices, rows, lambda, out.data());
  };
  CHECK_REJECTED(soft(3, 0, 3), "secant_mix_labels: classes must be at least 1, got 0");
  CHECK_REJECTED(soft(3, 3, 0), "label_count must be at least 1, got 0");
  CHECK_REJECTED(soft(3, 3, 2), "indices[2] must be in [0, N=2), got 2");
  CHECK_REJECTED(soft(2, 3, 3), "labels[1] must be in [0, C=3), got 4");
  CHECK_REJECTED(soft(3, 5, 3), "labels[2] must be in [0, C=5), got -1");
  CHECK_REJECTED(soft(1, 5, 3), "rows[1] must be in [0, T=1), got 1");
  CHECK_REJECTED(secant_mix_labels(c, 2, 2, 1, 5, nullptr, 3, indices, rows, lambda, out.data()), "labels is NULL");
  CHECK_REJECTED(secant_mix_labels(c, 2, 2, 1, 5, labels, 3, nullptr, rows, lambda, out.data()), "indices is NULL");
  CHECK(out.untouched());
}

CHECK_MAIN()
