// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Which kernels a thread launched on its streams and has not seen to end. A kernel fails after its launch, and the wait
// that hears of it knows no names: these are the candidates. Host code only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace secant::cuda {

// What a recording holds, in words: a replay that fails does not say in which of its kernels.
class RecordedNames {
 public:
  void kernel(const char* operation) {
    ++kernels_;
    if (std::find(operations_.begin(), operations_.end(), operation) == operations_.end())
      operations_.emplace_back(operation);
  }
  // A named range (secant_range_push).
  void range(const char* name) {
    if (first_.empty()) first_ = name;
    last_ = name;
  }

  // Such as "a recording of 341 nodes from 'draws' to 'advance' (mix, norm, optim_step; 75 nodes are not of this
  // library)"; operations in the order of their first launch.
  std::string text(int64_t nodes) const {
    std::string all = "a recording of " + std::to_string(nodes) + (nodes == 1 ? " node" : " nodes");
    if (!first_.empty()) all += " from '" + first_ + "' to '" + last_ + "'";
    std::string inside;
    for (const std::string& operation : operations_) inside += (inside.empty() ? "" : ", ") + operation;
    const int64_t foreign = nodes - kernels_;
    if (foreign > 0) {
      inside += (inside.empty() ? "" : "; ") + std::to_string(foreign) + (foreign == 1 ? " node is" : " nodes are") +
                " not of this library";
    }
    return inside.empty() ? all : all + " (" + inside + ")";
  }

 private:
  int64_t kernels_ = 0;
  std::vector<std::string> operations_;
  std::string first_, last_;
};

class Launches {
 public:
  using Name = std::shared_ptr<const std::string>;

  // The function of the C API at work; a literal.
  void operation(const char* name) { operation_ = name; }
  const char* operation() const { return operation_; }

  // make_name: called once for each kernel, while the device is well.
  template <typename MakeName>
  void add(const void* stream, const void* kernel, MakeName make_name) {
    Name& name = names_[kernel];
    if (name == nullptr) name = std::make_shared<const std::string>(make_name());
    add({stream, name, count_, count_, 0});
  }
  // A replay of a whole recording. number: of this replay, from 1.
  void add_replay(const void* stream, const Name& recording, uint64_t number) {
    if (!pending_.empty()) {
      Launch& latest = pending_.back();
      const uint64_t replays = latest.last - latest.first + 1;
      if (latest.stream == stream && latest.name == recording && latest.last + 1 == count_ &&
          latest.replay + replays == number) {
        latest.last = count_++;
        return;
      }
    }
    add({stream, recording, count_, count_, number});
  }
  // How many there were so far.
  uint64_t now() const { return count_; }
  // What was launched on the stream before `until` ended without an error.
  void ended_well(const void* stream, uint64_t until) {
    size_t kept = 0;
    for (Launch& launch : pending_) {
      if (launch.stream == stream && launch.last < until) continue;
      if (launch.stream == stream && launch.first < until) {
        launch.replay += until - launch.first;
        launch.first = until;
      }
      if (&pending_[kept] != &launch) pending_[kept] = std::move(launch);
      ++kept;
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(kept), pending_.end());
  }

  // What `stream` launches from now on waits for what `other` launched: a wait for the one is a wait for both.
  void joined(const void* stream, const void* other) {
    for (Launch& launch : pending_) {
      if (launch.stream == other) launch.stream = stream;
    }
  }

  // Between begin and end kernels and ranges become part of a recording: they are not launched.
  void begin_recording() { recording_ = std::make_unique<RecordedNames>(); }
  RecordedNames end_recording() {
    const std::unique_ptr<RecordedNames> ended = std::move(recording_);
    return ended == nullptr ? RecordedNames() : *ended;
  }
  RecordedNames* recording() { return recording_.get(); }

  // Such as "; launched and not known to have ended: mix, replays 3 to 34 of a recording of 5 nodes (mix, norm) (the
  // latest last)"; empty for none.
  std::string text() const {
    if (pending_.empty()) return "";
    std::string all;
    for (const Launch& launch : pending_) all += (all.empty() ? "" : ", ") + text(launch);
    return "; launched and not known to have ended: " + std::string(dropped_ ? "..., " : "") + all +
           " (the latest last)";
  }

 private:
  static constexpr size_t kKept = 8;

  struct Launch {
    const void* stream;
    Name name;
    uint64_t first, last;  // numbers of launches, more than one of replays that follow each other
    uint64_t replay;       // of the first, from 1; 0 for a kernel
  };

  static std::string text(const Launch& launch) {
    if (launch.replay == 0) return *launch.name;
    const std::string of = " of " + *launch.name;
    if (launch.first == launch.last) return "replay " + std::to_string(launch.replay) + of;
    return "replays " + std::to_string(launch.replay) + " to " +
           std::to_string(launch.replay + (launch.last - launch.first)) + of;
  }

  void add(Launch launch) {
    if (pending_.empty()) dropped_ = false;
    if (pending_.size() == kKept) {
      pending_.erase(pending_.begin());
      dropped_ = true;
    }
    pending_.push_back(std::move(launch));
    ++count_;
  }

  std::unordered_map<const void*, Name> names_;
  std::vector<Launch> pending_;
  std::unique_ptr<RecordedNames> recording_;
  const char* operation_ = "a kernel";
  uint64_t count_ = 0;
  bool dropped_ = false;
};

inline Launches& launches() {
  thread_local Launches of_thread;
  return of_thread;
}

// What a call says more when it hears that a kernel before it failed: which may have been it, and how to find out.
inline std::string failed_before() {
  return "; a kernel failed before this call and the process cannot use the device any more" + launches().text() +
         "; for the exact kernel record nothing (-o cuda.graph=off) and set CUDA_LAUNCH_BLOCKING=1: then its own "
         "launch "
         "fails and names it";
}

}  // namespace secant::cuda
