// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Contexts of several threads at once: each with a pool of its own, errors of each thread its own. For the thread
// sanitizer above all.

#include <thread>
#include <vector>

#include "check.h"

namespace {

constexpr int kOwners = 4;

// What an owner computes: draws, then a mixture of rows.
std::vector<float> computed(int owner) {
  constexpr int32_t kRows = 300, kWays = 3, kFeatures = 40;
  std::vector<float> lambda(kRows * kWays), source(kRows * kFeatures), out(kRows * kFeatures);
  std::vector<int32_t> rows(kRows * kWays);
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<float>(i % 17) - 8;
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i * 7 % kRows);
  const double alpha[kWays] = {.5, .5, .5};
  const int64_t step = owner;
  check::Context context(3);
  for (int i = 0; i < 5; ++i) {
    CHECK_OK(secant_dirichlet(context, 1, 0, &step, kRows, 0, kWays, alpha, lambda.data()));
    CHECK_OK(secant_mix_values(context, kRows, kWays, kRows, kFeatures, source.data(), rows.data(), lambda.data(),
                               out.data()));
  }
  return out;
}

template <typename Body>
void on_owners(Body body) {
  std::vector<std::thread> owners;
  for (int owner = 0; owner < kOwners; ++owner) owners.emplace_back([body, owner] { body(owner); });
  for (auto& owner : owners) owner.join();
}

}  // namespace

TEST(contexts_of_several_threads_at_once_compute_what_each_alone_does) {
  std::vector<std::vector<float>> alone, together(kOwners);
  for (int owner = 0; owner < kOwners; ++owner) alone.push_back(computed(owner));
  on_owners([&together](int owner) { together[static_cast<size_t>(owner)] = computed(owner); });
  CHECK(alone == together);
}

TEST(the_last_error_is_of_the_thread) {
  std::vector<std::string> texts(kOwners);
  on_owners([&texts](int owner) {
    secant_context* context = nullptr;
    for (int i = 0; i < 100; ++i) secant_context_create(-owner, 0, &context);
    texts[static_cast<size_t>(owner)] = secant_last_error();
  });
  for (int owner = 0; owner < kOwners; ++owner) {
    CHECK(texts[static_cast<size_t>(owner)].find("got " + std::to_string(-owner)) != std::string::npos);
  }
}

TEST(a_library_that_is_not_there_is_refused_to_all_threads_at_once) {
  std::vector<int32_t> statuses(kOwners);
  on_owners([&statuses](int owner) {
    secant_context* context = nullptr;
    statuses[static_cast<size_t>(owner)] = secant_context_create_cuda("/nowhere/library.so", 0, nullptr, &context);
  });
  for (const int32_t status : statuses) CHECK_EQ(status, SECANT_UNAVAILABLE);
}

CHECK_MAIN()
