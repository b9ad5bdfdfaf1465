// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Recordings on emulated devices: replayed steps have the bits of eager ones on fresh data, branches, refusals.

#include <cstring>
#include <vector>

#include "check.h"
#include "secant_train.h"

namespace {

struct Open {
  secant_context* context = nullptr;
  explicit Open(int32_t device) { CHECK_OK(secant_context_create_cuda(SECANT_EMULATED, device, nullptr, &context)); }
  ~Open() { CHECK_OK(secant_context_destroy(context)); }
  operator secant_context*() const { return context; }
};

void refused(int32_t got, int32_t status, const char* expected) {
  CHECK_EQ(got, status);
  if (std::string(secant_last_error()).find(expected) == std::string::npos) {
    check::fail(__FILE__, __LINE__, std::string("error text is '") + secant_last_error() + "', expected " + expected);
  }
}

// A small step whose every launch depends on the step counter: draws, mixing, a consistency loss, Adam.
struct Step {
  static constexpr int32_t kBatch = 6, kWays = 3, kClasses = 12;
  uint64_t seed = 7;
  std::vector<uint8_t> pixels = std::vector<uint8_t>(20 * 4 * 4 * 3);
  std::vector<int32_t> members = {0, 3, 5, 7, 9, 11, 13, 15, 17, 19};
  std::vector<int32_t> indices = std::vector<int32_t>(kBatch), crops = std::vector<int32_t>(3 * kBatch),
                       rows = std::vector<int32_t>(kBatch * kWays);
  std::vector<float> lambda = std::vector<float>(kBatch * kWays), clean = std::vector<float>(kBatch * 48),
                     mixed = std::vector<float>(kBatch * 48), grad = std::vector<float>(kBatch * kClasses),
                     p = std::vector<float>(kBatch * kClasses, .25f), m = std::vector<float>(kBatch * kClasses),
                     v = std::vector<float>(kBatch * kClasses), ema = std::vector<float>(kBatch * kClasses, .25f);
  std::vector<float> scalars = std::vector<float>(5);  // rate, weight, ema rate, bn rate, loss
  int64_t step = 0;

  Step() {
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 37 + 11);
  }

  void run(secant_context* context) {
    const double alpha[kWays] = {.5, .5, .5};
    const float scale[3] = {.5f, .5f, .5f}, shift[3] = {-1, -1, -1};
    const secant_pool pool = {pixels.data(), 20, 4, 4, 3};
    const secant_recipe recipe = {seed, 1, kBatch, kWays, 0, 0, 1, 1, alpha, members.data(), 10};
    const secant_draws draws = {indices.data(), crops.data(), rows.data(), lambda.data()};
    const secant_schedule_spec schedule = {40, .01, 1, 10, .5, .9, 1, .9, 0};
    const secant_optim_spec adam = {kBatch * kClasses, 24, .9, .999, 1e-8, .02};
    CHECK_OK(secant_schedule(context, &schedule, &step, &scalars[0], &scalars[1], &scalars[2], &scalars[3]));
    CHECK_OK(secant_mix(context, &pool, &recipe, &step, scale, shift, &draws, clean.data(), mixed.data()));
    CHECK_OK(secant_consistency(context, 1, 0, kBatch, kWays, kBatch, kClasses, p.data(), mixed.data(), rows.data(),
                                lambda.data(), &scalars[1], &scalars[4], grad.data(), nullptr));
    CHECK_OK(secant_optim_step(context, &adam, &step, &scalars[0], &scalars[2], grad.data(), p.data(), m.data(),
                               v.data(), ema.data()));
    CHECK_OK(secant_advance(context, &step));
  }

  bool same(const Step& other) const {
    return step == other.step && p == other.p && ema == other.ema && lambda == other.lambda && mixed == other.mixed &&
           scalars == other.scalars && indices == other.indices;
  }
};

}  // namespace

TEST(a_readback_is_no_part_of_a_recording) {
  const Open context(0);
  float value = 4;
  secant_readback* readback = nullptr;
  CHECK_OK(secant_readback_create(context, sizeof value, &readback));
  CHECK_OK(secant_record_begin(context));
  CHECK(secant_readback_start(context, readback, &value) != SECANT_OK);
  CHECK(strstr(secant_last_error(), "a read-back while the stream is being recorded") != nullptr);
  CHECK_OK(secant_record_end(context, nullptr));
  CHECK_OK(secant_readback_start(context, readback, &value));
  value = 5;
  const void* data = nullptr;
  CHECK_OK(secant_readback_wait(context, readback, &data));
  CHECK(*static_cast<const float*>(data) == 4);
  CHECK_OK(secant_readback_destroy(context, readback));
}

TEST(replayed_steps_have_the_bits_of_eager_ones) {
  const Open eager(0), replayed(0);
  Step a, b;
  for (int i = 0; i < 5; ++i) a.run(eager);
  b.run(replayed);
  secant_recording* recording = nullptr;
  CHECK_OK(secant_record_begin(replayed));
  b.run(replayed);
  CHECK_EQ(b.step, int64_t{1});  // recorded, not run
  CHECK_OK(secant_record_end(replayed, &recording));
  for (int i = 0; i < 4; ++i) CHECK_OK(secant_record_launch(replayed, recording));
  CHECK(a.same(b));
  CHECK(a.p[0] != .25f);
  int64_t nodes = 0;
  CHECK_OK(secant_record_nodes(replayed, recording, &nodes));
  CHECK_EQ(nodes, int64_t{5});  // one launch per operation
  CHECK_OK(secant_record_destroy(replayed, recording));
  CHECK_OK(secant_record_destroy(replayed, nullptr));
}

TEST(a_branch_joins_and_is_joined) {
  const Open trunk(0), branch(0);
  std::vector<float> a = {1, 2}, b = {3, 4}, c(2), d(2);
  secant_recording* recording = nullptr;
  CHECK_OK(secant_record_begin(trunk));
  CHECK_OK(secant_context_wait(branch, trunk));
  CHECK_OK(secant_add(branch, 2, a.data(), b.data(), c.data()));
  CHECK_OK(secant_context_wait(trunk, branch));
  CHECK_OK(secant_add(trunk, 2, c.data(), c.data(), d.data()));
  CHECK_OK(secant_record_end(trunk, &recording));
  CHECK_EQ(d[0], 0.0f);
  CHECK_OK(secant_record_launch(trunk, recording));
  CHECK_EQ(d[0], 8.0f);
  CHECK_EQ(d[1], 12.0f);
  CHECK_OK(secant_record_destroy(trunk, recording));
  CHECK_OK(secant_add(branch, 2, a.data(), a.data(), c.data()));  // the branch is a stream of its own again
  CHECK_EQ(c[1], 4.0f);
}

// One side reads what the other writes: early branches see the old value, late ones the new one.
TEST(a_race_between_a_branch_and_its_trunk_shows) {
  float seen[2];
  for (const int32_t device : {0, 1}) {
    const Open trunk(device), branch(device);
    std::vector<float> raced = {1}, out = {0}, zero = {0}, ten = {10};
    secant_recording* recording = nullptr;
    CHECK_OK(secant_record_begin(trunk));
    CHECK_OK(secant_context_wait(branch, trunk));
    CHECK_OK(secant_add(branch, 1, raced.data(), zero.data(), out.data()));
    CHECK_OK(secant_add(trunk, 1, ten.data(), zero.data(), raced.data()));
    CHECK_OK(secant_context_wait(trunk, branch));
    CHECK_OK(secant_record_end(trunk, &recording));
    CHECK_OK(secant_record_launch(trunk, recording));
    seen[device] = out[0];
    CHECK_OK(secant_record_destroy(trunk, recording));
  }
  CHECK_EQ(seen[0], 1.0f);
  CHECK_EQ(seen[1], 10.0f);
}

TEST(a_branch_that_is_not_joined_fails_the_recording) {
  const Open trunk(0), branch(0);
  std::vector<float> a = {1, 2}, b(2);
  secant_recording* recording = nullptr;
  CHECK_OK(secant_record_begin(trunk));
  CHECK_OK(secant_context_wait(branch, trunk));
  CHECK_OK(secant_add(branch, 2, a.data(), a.data(), b.data()));
  refused(secant_record_end(trunk, &recording), SECANT_INTERNAL, "a branch of the recording was not joined");
  CHECK(recording == nullptr);
  CHECK_OK(secant_add(trunk, 2, a.data(), a.data(), b.data()));
  CHECK_EQ(b[1], 4.0f);
}

TEST(what_must_not_be_recorded_breaks_the_recording) {
  const Open open(0);
  float there[2] = {1, 2};
  void* memory = nullptr;
  CHECK_OK(secant_memory_allocate(open, 8, &memory));
  secant_recording* recording = nullptr;
  CHECK_OK(secant_record_begin(open));
  refused(secant_memory_copy(open, memory, there, 8), SECANT_INTERNAL, "a copy while the stream is being recorded");
  refused(secant_record_end(open, &recording), SECANT_INTERNAL, "the recording was broken by a copy");
  CHECK_OK(secant_record_begin(open));
  void* more = nullptr;
  refused(secant_memory_allocate(open, 8, &more), SECANT_INTERNAL, "an allocation while");
  CHECK_OK(secant_record_end(open, nullptr));  // thrown away
  CHECK_OK(secant_memory_copy(open, memory, there, 8));
  CHECK_OK(secant_memory_clear(open, memory, 8));
  CHECK_OK(secant_memory_copy(open, there, memory, 8));
  CHECK_EQ(there[1], 0.0f);
  CHECK_OK(secant_memory_release(open, memory));
}

TEST(calls_in_the_wrong_place_are_refused) {
  const Open open(0), other(0);
  const check::Context cpu;
  secant_recording* recording = nullptr;
  refused(secant_record_begin(cpu), SECANT_UNAVAILABLE, "this is a CPU context, expected a CUDA context");
  refused(secant_record_begin(nullptr), SECANT_INVALID_ARGUMENT, "context is NULL");
  refused(secant_record_end(open, &recording), SECANT_INTERNAL, "the stream is not being recorded");
  refused(secant_record_launch(open, nullptr), SECANT_INVALID_ARGUMENT, "recording is NULL");
  CHECK_OK(secant_record_begin(open));
  refused(secant_record_begin(open), SECANT_INTERNAL, "the stream is being recorded already");
  CHECK_OK(secant_record_end(open, &recording));
  refused(secant_record_launch(other, recording), SECANT_INTERNAL, "the recording is another context's");
  refused(secant_record_nodes(open, recording, nullptr), SECANT_INVALID_ARGUMENT, "nodes is NULL");
  CHECK_OK(secant_record_destroy(open, recording));
}

TEST(a_cuda_context_says_what_it_runs_on) {
  const Open open(1);
  secant_device_info info;
  CHECK_OK(secant_context_device(open, &info));
  CHECK_EQ(std::string(info.name), std::string("emulated device 1"));
  CHECK_EQ(info.ordinal, 1);
  void* stream = nullptr;
  CHECK_OK(secant_context_stream(open, &stream));
  CHECK(stream != nullptr);
  const check::Context cpu;
  refused(secant_context_stream(cpu, &stream), SECANT_UNAVAILABLE, "this is a CPU context");
}

CHECK_MAIN()
