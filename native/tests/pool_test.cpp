// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The thread pool: every chunk once, jobs back to back, many pools at once. Run under the thread sanitizer too.

#include "pool.h"

#include <atomic>
#include <thread>
#include <vector>

#include "check.h"

namespace {

struct Counts {
  std::vector<std::atomic<int32_t>> calls;
  explicit Counts(int64_t chunks) : calls(static_cast<size_t>(chunks)) {}
  static void body(void* self, int64_t chunk) { ++static_cast<Counts*>(self)->calls[static_cast<size_t>(chunk)]; }
};

bool runs_each_once(secant::Pool& pool, int64_t chunks) {
  Counts counts(chunks);
  pool.run(chunks, Counts::body, &counts);
  for (auto& calls : counts.calls) {
    if (calls != 1) return false;
  }
  return true;
}

}  // namespace

TEST(every_chunk_runs_once) {
  for (int32_t threads : {1, 2, 3, 5, 16}) {
    secant::Pool pool(threads);
    CHECK_EQ(pool.threads(), threads);
    for (int64_t chunks : {0, 1, 2, 3, 7, 64, 1000}) CHECK(runs_each_once(pool, chunks));
  }
}

TEST(jobs_follow_each_other_without_mixing) {
  secant::Pool pool(3);
  bool good = true;
  for (int i = 0; i < 3000; ++i) good = good && runs_each_once(pool, 1 + i % 9);
  CHECK(good);
}

TEST(workers_that_sleep_wake_up) {
  secant::Pool pool(3);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    CHECK(runs_each_once(pool, 20));
  }
}

TEST(plain_memory_written_by_chunks_is_visible_after_run) {
  secant::Pool pool(4);
  std::vector<int64_t> values(500);
  for (int i = 0; i < 200; ++i) {
    pool.run(
        500, [](void* v, int64_t c) { (*static_cast<std::vector<int64_t>*>(v))[static_cast<size_t>(c)] += c; },
        &values);
  }
  for (int64_t c = 0; c < 500; ++c) CHECK_EQ(values[static_cast<size_t>(c)], 200 * c);
}

TEST(pools_of_several_threads_at_once) {
  std::atomic<int32_t> good{0};
  std::vector<std::thread> owners;
  for (int t = 0; t < 3; ++t) {
    owners.emplace_back([&good] {
      secant::Pool pool(2);
      for (int i = 0; i < 300; ++i) good += runs_each_once(pool, 10);
    });
  }
  for (auto& owner : owners) owner.join();
  CHECK_EQ(good.load(), 900);
}

TEST(pools_open_and_close) {
  for (int i = 0; i < 100; ++i) secant::Pool pool(3);
}

CHECK_MAIN()
