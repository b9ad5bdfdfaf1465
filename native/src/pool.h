// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The thread pool of a context. Work is cut into chunks by the kernel, never by the thread count, so results do not
// depend on it. The caller takes part; workers spin briefly, then sleep.
#pragma once

#include <cstdint>

namespace secant {

class Pool {
 public:
  using Body = void (*)(void* argument, int64_t chunk);

  explicit Pool(int32_t threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int32_t threads() const { return threads_; }

  // Calls body(argument, c) for every c in [0, chunks), each once, in any order, and returns when all are done.
  // Bodies must not throw.
  void run(int64_t chunks, Body body, void* argument);

 private:
  struct State;
  int32_t threads_;
  State* state_;
};

}  // namespace secant
