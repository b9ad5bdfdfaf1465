// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include "pool.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace secant {

namespace {
// About 20 us of spinning: the gap between two kernels of a step, not longer, since cores may be shared.
constexpr int kSpins = 2000;

inline void pause_cpu() { __builtin_ia32_pause(); }
}  // namespace

struct Pool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> workers;
  // A job is published by bumping `generation`; the fields below it are written before that.
  std::atomic<uint64_t> generation{0};
  std::atomic<bool> stop{false};
  Body body = nullptr;
  void* argument = nullptr;
  int64_t chunks = 0;
  std::atomic<int64_t> next{0};
  std::atomic<int32_t> busy{0};

  void drain() {
    for (int64_t c; (c = next.fetch_add(1, std::memory_order_relaxed)) < chunks;) body(argument, c);
  }

  void work() {
    uint64_t seen = 0;
    while (true) {
      for (int i = 0; i < kSpins && generation.load(std::memory_order_acquire) == seen; ++i) pause_cpu();
      if (generation.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return generation.load(std::memory_order_acquire) != seen; });
      }
      seen = generation.load(std::memory_order_acquire);
      if (stop.load(std::memory_order_acquire)) return;
      drain();
      busy.fetch_sub(1, std::memory_order_release);
    }
  }

  // Every worker answers every generation, so no worker can still be inside an earlier job.
  void publish() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      generation.fetch_add(1, std::memory_order_acq_rel);
    }
    wake.notify_all();
  }
};

Pool::Pool(int32_t threads) : threads_(threads), state_(new State) {
  try {
    for (int32_t i = 1; i < threads; ++i) state_->workers.emplace_back([s = state_] { s->work(); });
  } catch (...) {
    state_->stop = true;
    state_->publish();
    for (auto& worker : state_->workers) worker.join();
    delete state_;
    throw;
  }
}

Pool::~Pool() {
  state_->stop = true;
  state_->publish();
  for (auto& worker : state_->workers) worker.join();
  delete state_;
}

void Pool::run(int64_t chunks, Body body, void* argument) {
  if (chunks <= 0) return;
  if (chunks == 1 || state_->workers.empty()) {
    for (int64_t c = 0; c < chunks; ++c) body(argument, c);
    return;
  }
  state_->body = body;
  state_->argument = argument;
  state_->chunks = chunks;
  state_->next.store(0, std::memory_order_relaxed);
  state_->busy.store(static_cast<int32_t>(state_->workers.size()), std::memory_order_relaxed);
  state_->publish();
  state_->drain();
  for (int spins = 0; state_->busy.load(std::memory_order_acquire) != 0; ++spins) {
    if (spins < kSpins) {
      pause_cpu();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace secant
