// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Which kernels a thread launched on its streams and has not seen to end. A kernel fails after its launch, and the wait
// that hears of it knows no names: these are the candidates. Host code only; names live as long as the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace secant::cuda {

class Launches {
 public:
  // name: called once for each kernel, while the device is well.
  template <typename Name>
  void add(const void* stream, const void* kernel, Name name) {
    const auto known = names_.find(kernel);
    add(stream, known != names_.end() ? &known->second : &names_.emplace(kernel, name()).first->second);
  }
  // A whole recording.
  void add_recording(const void* stream) {
    static const std::string recording = "a recorded step";
    add(stream, &recording);
  }
  // How many there were so far.
  uint64_t now() const { return count_; }
  // What was launched on the stream before `until` ended without an error.
  void ended_well(const void* stream, uint64_t until) {
    size_t kept = 0;
    for (const Launch& launch : pending_) {
      if (launch.stream != stream || launch.number >= until) pending_[kept++] = launch;
    }
    pending_.resize(kept);
  }

  // Such as "; launched and not known to have ended: mix, a recorded step (the latest last)"; empty for none.
  std::string text() const {
    if (pending_.empty()) return "";
    std::string all;
    for (const Launch& launch : pending_) all += (all.empty() ? "" : ", ") + *launch.name;
    return "; launched and not known to have ended: " + std::string(dropped_ ? "..., " : "") + all +
           " (the latest last)";
  }

 private:
  static constexpr size_t kKept = 8;

  struct Launch {
    const void* stream;
    const std::string* name;
    uint64_t number;
  };

  void add(const void* stream, const std::string* name) {
    if (pending_.empty()) dropped_ = false;
    if (pending_.size() == kKept) {
      pending_.erase(pending_.begin());
      dropped_ = true;
    }
    pending_.push_back({stream, name, count_++});
  }

  std::unordered_map<const void*, std::string> names_;
  std::vector<Launch> pending_;
  uint64_t count_ = 0;
  bool dropped_ = false;
};

inline Launches& launches() {
  thread_local Launches of_thread;
  return of_thread;
}

}  // namespace secant::cuda
