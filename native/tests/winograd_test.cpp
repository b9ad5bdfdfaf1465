// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Convolutions of a CPU context against sums of products in double precision, exact answers, and what is refused.

#include <string>

#include "check.h"
#include "reference_train.h"
#include "secant_train.h"

using check::Buffer;
using check::Random;
using reference::Values;
using reference::values;

namespace {

constexpr double u = 0x1p-24;

secant_conv_spec spec_of(int32_t batch, int32_t height, int32_t width, int32_t in, int32_t out) {
  return {batch, height, width, in, out, 3, 1};
}

// One tile alone; images of one row of tiles and of one column; chunks that end inside a row, inside an image and
// between two; more input than output channels and the reverse; odd numbers of panels of 16; so many channels that
// chunks are shorter, and as short as they get.
const secant_conv_spec kShapes[] = {spec_of(1, 2, 2, 16, 16),   spec_of(1, 2, 14, 16, 32), spec_of(3, 10, 2, 32, 16),
                                    spec_of(1, 4, 6, 48, 80),   spec_of(5, 8, 8, 16, 16),  spec_of(2, 16, 12, 32, 48),
                                    spec_of(4, 22, 20, 16, 16), spec_of(2, 4, 4, 144, 16), spec_of(1, 6, 4, 16, 208),
                                    spec_of(3, 8, 8, 16, 208),  spec_of(2, 8, 8, 336, 16), spec_of(1, 6, 10, 16, 528)};

int64_t inputs(const secant_conv_spec& s) { return int64_t{s.batch} * s.height * s.width * s.in; }
int64_t outputs(const secant_conv_spec& s) { return int64_t{s.batch} * s.height * s.width * s.out; }
int64_t weights(const secant_conv_spec& s) { return int64_t{9} * s.in * s.out; }

struct Case {
  explicit Case(const secant_conv_spec& s)
      : spec(s), x(inputs(s)), w(weights(s)), y(outputs(s)), dy(outputs(s)), dx(inputs(s)), dw(weights(s)) {
    Random random(static_cast<uint64_t>(x.size() + w.size()));
    random.fill_normal(x, 1, 0.3);
    random.fill_normal(w, 0.1);
    random.fill_normal(dy, 1, -0.2);
  }
  int32_t forward(secant_context* context) {
    return secant_conv_forward(context, &spec, x.data(), w.data(), nullptr, y.data());
  }
  int32_t data(secant_context* context) {
    return secant_conv_backward_data(context, &spec, w.data(), dy.data(), dx.data());
  }
  int32_t kernels(secant_context* context) {
    return secant_conv_backward_weights(context, &spec, x.data(), dy.data(), dw.data(), nullptr);
  }
  int32_t all(secant_context* context) {
    for (const int32_t status : {forward(context), data(context), kernels(context)}) {
      if (status != SECANT_OK) return status;
    }
    return SECANT_OK;
  }
  bool intact() const { return y.intact() && dx.intact() && dw.intact(); }
  bool same_results(const Case& other) const { return y.same(other.y) && dx.same(other.dx) && dw.same(other.dw); }
  secant_conv_spec spec;
  Buffer<float> x, w, y, dy, dx, dw;
};

// The best level of this machine; the tests of results run where it has fused multiply-adds.
int32_t best_level() {
  int32_t level = 2;
  CHECK_OK(secant_cpu_level(&level));
  return level;
}
bool has_winograd() {
  if (best_level() >= 3) return true;
  std::printf("no fused multiply-adds: not run\n");
  return false;
}

// ---- error bounds -------------------------------------------------------------------------------------------------

// Matrices of Winograd's F(2x2, 3x3) less their signs: what meets in a sum, whatever it cancels to.
const double kInput[4][4] = {{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}};
const double kKernel[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, .5, .5}, {0, 0, 1}};
const double kOutput[4][2] = {{1, 0}, {1, 1}, {1, 1}, {0, 1}};

// Calls visit(tile, point, pixel of the batch, factor) for what the points of the 4x4 (first -1, matrix kInput) or 2x2
// (first 0, kOutput) pixels of every tile sum.
template <int N, typename Visit>
void for_points(const secant_conv_spec& s, const double (&matrix)[4][N], Visit visit) {
  const int64_t tile_row = s.width / 2, tiles = s.batch * (s.height / 2) * tile_row, first = N == 4 ? -1 : 0;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t image = t / (s.height / 2 * tile_row);
    for (int64_t i = 0; i < 16 * N * N; ++i) {
      const int64_t p = i / (N * N), r = i / N % N, c = i % N;
      const double factor = matrix[p / 4][r] * matrix[p % 4][c];
      const int64_t row = t / tile_row % (s.height / 2) * 2 + first + r, column = t % tile_row * 2 + first + c;
      if (factor == 0 || row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
      visit(t, p, (image * s.height + row) * s.width + column, factor);
    }
  }
}

// (tiles, 16 points, channels) of |values| (pixels, channels).
template <int N>
Values points_of(const secant_conv_spec& s, const double (&matrix)[4][N], const Buffer<float>& of, int64_t channels) {
  Values points(static_cast<size_t>(s.batch * (s.height / 2) * (s.width / 2) * 16 * channels));
  for_points(s, matrix, [&](int64_t t, int64_t p, int64_t pixel, double factor) {
    for (int64_t c = 0; c < channels; ++c) {
      points[(t * 16 + p) * channels + c] += factor * std::fabs(static_cast<double>(of[pixel * channels + c]));
    }
  });
  return points;
}

// Factor of kernel position k (of 9) in point p.
double of_kernel(int64_t p, int64_t k) { return kKernel[p / 4][k / 3] * kKernel[p % 4][k % 3]; }

// |A'| [|G| |w| |G'| . |B'| |x| |B|] |A|, the sum of all that is added up into y. turned: of dL_dy into dL_dx.
Values magnitude(const secant_conv_spec& s, const Buffer<float>& x, const Buffer<float>& w, bool turned) {
  const int64_t in = turned ? s.out : s.in, out = turned ? s.in : s.out;
  Values kernels(static_cast<size_t>(16 * in * out));
  for (int64_t i = 0; i < 16 * 9 * in * out; ++i) {
    const int64_t p = i / (9 * in * out), k = i / (in * out) % 9, o = i / in % out, c = i % in;
    const int64_t at = turned ? (c * 9 + 8 - k) * s.in + o : (o * 9 + k) * s.in + c;
    kernels[(p * out + o) * in + c] += of_kernel(p, k) * std::fabs(static_cast<double>(w[at]));
  }
  const Values points = points_of(s, kInput, x, in);
  Values products(points.size() / in * out);
  for (size_t i = 0; i < products.size(); ++i) {
    const size_t t = i / out, o = i % out;
    for (int64_t c = 0; c < in; ++c) products[i] += points[t * in + c] * kernels[(t % 16 * out + o) * in + c];
  }
  Values y(static_cast<size_t>(int64_t{s.batch} * s.height * s.width * out));
  for_points(s, kOutput, [&](int64_t t, int64_t p, int64_t pixel, double factor) {
    for (int64_t o = 0; o < out; ++o) y[pixel * out + o] += factor * products[(t * 16 + p) * out + o];
  });
  return y;
}

// The same for dL_dw: |G'| [sum over tiles |A| |dL_dy| |A'| . |B'| |x| |B|] |G|.
Values kernel_magnitude(const secant_conv_spec& s, const Buffer<float>& x, const Buffer<float>& dL_dy) {
  const Values v = points_of(s, kInput, x, s.in), dy = points_of(s, kOutput, dL_dy, s.out);
  const size_t in = s.in, out = s.out, tiles = v.size() / (16 * in);
  Values dL_dw(9 * in * out);
  for (size_t i = 0; i < tiles * 16 * out; ++i) {
    const size_t point = i / out, o = i % out;
    for (int64_t k = 0; k < 9; ++k) {
      const double factor = of_kernel(static_cast<int64_t>(point % 16), k) * dy[i];
      for (size_t c = 0; factor > 0 && c < in; ++c) dL_dw[(o * 9 + k) * in + c] += factor * v[point * in + c];
    }
  }
  return dL_dw;
}

// A value that meets at most n roundings on its way into a sum of this magnitude.
double bound(int64_t n, double sum) { return static_cast<double>(n) * u / (1 - static_cast<double>(n) * u) * sum; }

// Beside one for each term of a chain: two roundings in B' d B, four in G g G' and in A' M A; or two in B' d B and in
// A dY A', two of a group's sum and four in G' dU G.
constexpr int64_t kRoundings = 10;

// ---- storage ------------------------------------------------------------------------------------------------------

// A tensor rounded to bf16, which its floats are made to equal.
struct Halves {
  Halves(secant_context* context, Buffer<float>& floats) : bits(floats.size()) {
    CHECK_OK(secant_convert(context, floats.size(), SECANT_FLOAT32, floats.data(), SECANT_BFLOAT16, bits.data()));
    CHECK_OK(secant_convert(context, floats.size(), SECANT_BFLOAT16, bits.data(), SECANT_FLOAT32, floats.data()));
  }
  // As functions of the API take activations.
  float* data() { return reinterpret_cast<float*>(bits.data()); }
  const float* data() const { return reinterpret_cast<const float*>(bits.data()); }
  Buffer<uint16_t> bits;
};

// All three passes say so, and write nothing.
void check_unavailable(secant_context* context, Case& t, float* bias, const std::string& text) {
  const auto refused = [&text](int32_t status) {
    CHECK_EQ(status, SECANT_UNAVAILABLE);
    const std::string found = secant_last_error();
    if (found.find(text) == std::string::npos) check::fail(__FILE__, __LINE__, found + " lacks: " + text);
  };
  refused(secant_conv_forward(context, &t.spec, t.x.data(), t.w.data(), bias, t.y.data()));
  refused(secant_conv_backward_weights(context, &t.spec, t.x.data(), t.dy.data(), t.dw.data(), bias));
  if (bias == nullptr) refused(t.data(context));
  CHECK(t.y.untouched() && t.dx.untouched() && t.dw.untouched());
}

}  // namespace

TEST(forward_is_the_sum_of_products) {
  if (!has_winograd()) return;
  const check::Context context(2);
  for (const secant_conv_spec& spec : kShapes) {
    Case t(spec);
    CHECK_OK(t.forward(context));
    CHECK(t.intact());
    const Values expected = reference::conv_forward(spec, values(t.x), values(t.w));
    const Values sums = magnitude(spec, t.x, t.w, false);
    for (int64_t i = 0; i < t.y.size(); ++i) CHECK_NEAR(t.y[i], expected[i], bound(spec.in + kRoundings, sums[i]));
  }
}

TEST(data_gradient_is_the_sum_of_products) {
  if (!has_winograd()) return;
  const check::Context context(2);
  for (const secant_conv_spec& spec : kShapes) {
    Case t(spec);
    CHECK_OK(t.data(context));
    CHECK(t.intact());
    const Values expected = reference::conv_backward_data(spec, values(t.w), values(t.dy));
    const Values sums = magnitude(spec, t.dy, t.w, true);
    for (int64_t i = 0; i < t.dx.size(); ++i) CHECK_NEAR(t.dx[i], expected[i], bound(spec.out + kRoundings, sums[i]));
  }
}

TEST(kernel_gradient_is_the_sum_of_products) {
  if (!has_winograd()) return;
  const check::Context context(2);
  for (const secant_conv_spec& spec : kShapes) {
    Case t(spec);
    CHECK_OK(t.kernels(context));
    CHECK(t.intact());
    const Values expected = reference::conv_backward_weights(spec, values(t.x), values(t.dy));
    const Values sums = kernel_magnitude(spec, t.x, t.dy);
    const int64_t tiles = int64_t{spec.batch} * spec.height * spec.width / 4;
    for (int64_t i = 0; i < t.dw.size(); ++i) CHECK_NEAR(t.dw[i], expected[i], bound(tiles + kRoundings, sums[i]));
  }
}

// Small whole numbers and kernels of multiples of four: halves and quarters of those are whole too, so nothing rounds.
TEST(whole_numbers_are_exact) {
  if (!has_winograd()) return;
  const check::Context context(2);
  for (const secant_conv_spec& spec : kShapes) {
    Case t(spec);
    Random random(5);
    for (Buffer<float>* buffer : {&t.x, &t.dy, &t.w}) {
      random.fill_below(*buffer, 9);
      for (int64_t i = 0; i < buffer->size(); ++i) (*buffer)[i] = ((*buffer)[i] - 4) * (buffer == &t.x ? 1 : 4);
    }
    CHECK_OK(t.all(context));
    CHECK(values(t.y) == reference::conv_forward(spec, values(t.x), values(t.w)));
    CHECK(values(t.dx) == reference::conv_backward_data(spec, values(t.w), values(t.dy)));
    CHECK(values(t.dw) == reference::conv_backward_weights(spec, values(t.x), values(t.dy)));
  }
}

TEST(beyond_the_border_there_are_zeros) {
  if (!has_winograd()) return;
  const check::Context context(1);
  Case t(spec_of(1, 6, 4, 16, 16));
  t.x = Buffer<float>(t.x.size(), 1);
  t.w = Buffer<float>(t.w.size(), 0);
  for (int64_t k = 0; k < 9; ++k) t.w[k * 16] = 4;  // the first channel to the first
  CHECK_OK(t.forward(context));
  for (int64_t p = 0; p < 24; ++p) {
    const int64_t row = p / 4, column = p % 4;
    const int64_t rows = row == 0 || row == 5 ? 2 : 3, columns = column == 0 || column == 3 ? 2 : 3;
    for (int64_t o = 0; o < 16; ++o) CHECK_EQ(t.y[p * 16 + o], static_cast<float>(o == 0 ? 4 * rows * columns : 0));
  }
}

TEST(bits_depend_on_neither_threads_nor_level) {
  if (!has_winograd()) return;
  for (const secant_conv_spec& spec : kShapes) {
    Case first(spec);
    CHECK_OK(first.all(check::Context(1, 3)));
    for (int32_t level = std::min(std::max(3, check::kLowestLevel), best_level()); level <= best_level(); ++level) {
      for (const int32_t threads : check::thread_counts()) {
        Case other(spec);
        CHECK_OK(other.all(check::Context(threads, level)));
        CHECK(other.same_results(first));
      }
    }
  }
}

TEST(a_second_run_overwrites_the_first) {
  if (!has_winograd()) return;
  const check::Context context(2);
  Case once(spec_of(5, 8, 8, 16, 16)), twice(once.spec);
  CHECK_OK(once.all(context));
  CHECK_OK(twice.all(context));
  CHECK_OK(twice.all(context));
  CHECK(twice.same_results(once));
}

// What is not a number does not reach other images, nor other channels than it meets.
TEST(a_nan_stays_where_it_is_seen) {
  if (!has_winograd()) return;
  const check::Context context(2);
  Case t(spec_of(3, 4, 4, 16, 16));
  t.x[16 * 16 + 5] = NAN;  // the first pixel of the second image, which one tile sees
  CHECK_OK(t.forward(context));
  for (int64_t i = 0; i < t.y.size(); ++i) {
    const int64_t image = i / 256, row = i / 64 % 4, column = i / 16 % 4;
    if (image == 1 && row < 2 && column < 2) CHECK(std::isnan(t.y[i]));
    if (image != 1 || row > 1 || column > 1) CHECK(!std::isnan(t.y[i]));
  }
}

TEST(bf16_is_float_rounded_once) {
  if (!has_winograd()) return;
  const check::Context context(2);
  for (const secant_conv_spec& spec : kShapes) {
    Case t(spec);
    const Halves x(context, t.x), w(context, t.w), dy(context, t.dy);
    CHECK_OK(t.all(context));
    Halves y(context, t.y), dx(context, t.dx);
    const Halves expected_y = y, expected_dx = dx;
    const Buffer<float> expected_dw = t.dw;
    for (Halves* out : {&y, &dx}) out->bits.wipe();
    t.dw.wipe();
    CHECK_OK(secant_context_set_type(context, SECANT_BFLOAT16));
    CHECK_OK(secant_conv_forward(context, &spec, x.data(), w.data(), nullptr, y.data()));
    CHECK_OK(secant_conv_backward_data(context, &spec, w.data(), dy.data(), dx.data()));
    CHECK_OK(secant_conv_backward_weights(context, &spec, x.data(), dy.data(), t.dw.data(), nullptr));
    CHECK_OK(secant_context_set_type(context, SECANT_FLOAT32));
    CHECK(y.bits.same(expected_y.bits));
    CHECK(dx.bits.same(expected_dx.bits));
    CHECK(t.dw.same(expected_dw));
  }
}

TEST(what_winograd_cannot_do_is_unavailable) {
  const check::Context low(1, 2);
  Case t(spec_of(1, 4, 4, 16, 16));
  check_unavailable(low, t, nullptr, "from instruction level 3 on, this one has level 2");
  if (!has_winograd()) return;
  const check::Context context(1);
  Buffer<float> bias(16, 0);
  check_unavailable(context, t, bias.data(), "without bias");
  const struct {
    secant_conv_spec spec;
    const char* text;
  } cases[] = {{{1, 4, 4, 16, 16, 1, 1}, "kernel 3 and stride 1, got kernel 1 and stride 1"},
               {{1, 4, 4, 16, 16, 3, 2}, "kernel 3 and stride 1, got kernel 3 and stride 2"},
               {{1, 3, 4, 16, 16, 3, 1}, "even height and width, got 3 and 4"},
               {{1, 4, 3, 16, 16, 3, 1}, "even height and width, got 4 and 3"},
               {{1, 4, 4, 8, 16, 3, 1}, "multiples of 16 for in and out, got 8 and 16"},
               {{1, 4, 4, 16, 24, 3, 1}, "multiples of 16 for in and out, got 16 and 24"}};
  for (const auto& c : cases) {
    Case refused(c.spec);
    check_unavailable(context, refused, nullptr, c.text);
  }
}

TEST(arguments_are_checked) {
  const check::Context context(1);
  Case t(spec_of(1, 4, 4, 16, 16));
  const secant_conv_spec* s = &t.spec;
  float* p = t.x.data();
  CHECK_REJECTED(secant_conv_forward(nullptr, s, p, p, nullptr, p), "context");
  CHECK_REJECTED(secant_conv_forward(context, nullptr, p, p, nullptr, p), "spec");
  CHECK_REJECTED(secant_conv_forward(context, s, nullptr, p, nullptr, p), "x");
  CHECK_REJECTED(secant_conv_forward(context, s, p, nullptr, nullptr, p), "w");
  CHECK_REJECTED(secant_conv_forward(context, s, p, p, nullptr, nullptr), "y");
  CHECK_REJECTED(secant_conv_backward_data(context, s, nullptr, p, p), "w");
  CHECK_REJECTED(secant_conv_backward_data(context, s, p, nullptr, p), "dL_dy");
  CHECK_REJECTED(secant_conv_backward_data(context, s, p, p, nullptr), "dL_dx");
  CHECK_REJECTED(secant_conv_backward_weights(context, s, nullptr, p, p, nullptr), "x");
  CHECK_REJECTED(secant_conv_backward_weights(context, s, p, nullptr, p, nullptr), "dL_dy");
  CHECK_REJECTED(secant_conv_backward_weights(context, s, p, p, nullptr, nullptr), "dL_dw");
  const struct {
    secant_conv_spec spec;
    const char* text;
  } cases[] = {{{0, 4, 4, 16, 16, 3, 1}, "batch must be at least 1, got 0"},
               {{1, -2, 4, 16, 16, 3, 1}, "height must be at least 1, got -2"},
               {{1, 4, 0, 16, 16, 3, 1}, "width must be at least 1, got 0"},
               {{1, 4, 4, 0, 16, 3, 1}, "in must be at least 1, got 0"},
               {{1, 4, 4, 16, 0, 3, 1}, "out must be at least 1, got 0"},
               {{1, 4, 4, 16, 16, 5, 1}, "kernel must be 1 or 3, got 5"},
               {{1, 4, 4, 16, 16, 3, 3}, "stride must be 1 or 2, got 3"},
               {{1, 1 << 20, 1 << 20, 16, 16, 3, 1}, "2^40"}};
  for (const auto& c : cases) {
    CHECK_REJECTED(secant_conv_forward(context, &c.spec, p, p, nullptr, p), c.text);
    CHECK_REJECTED(secant_conv_backward_data(context, &c.spec, p, p, p), c.text);
    CHECK_REJECTED(secant_conv_backward_weights(context, &c.spec, p, p, p, nullptr), c.text);
  }
}

CHECK_MAIN()
