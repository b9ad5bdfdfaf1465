// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Recordings on whatever device there is: replayed launches against eager ones, bit by bit, with kernels that keep
// counters between launches; read-backs beside them; what a failed recording leaves behind. On the CPU, which records
// nothing, the same steps give the expected values.

#include "session.h"

namespace kernel_tests {
namespace {

constexpr int64_t kLabelled = 20, kMixed = 21, kRows = kLabelled + kMixed, kSources = 7, kPixels = 4, kChannels = 16;
constexpr int64_t kClasses = 5, kWays = 2, kParameters = kClasses * kChannels + kClasses, kLogRows = 4;

// A small step, everything that changes in device memory: schedule, addition, head, optimiser, counter.
class Step {
 public:
  explicit Step(Session& s)
      : s_(s),
        counter_(s.put(std::vector<int64_t>{3})),
        moved_(s.room<int64_t>(1)),
        x_(s.put_activations(normals(1, kRows * kPixels * kChannels))),
        y_(s.room_activations(kRows * kPixels * kChannels)),
        dL_dy_(s.room_activations(kRows * kPixels * kChannels)),
        p_(s.put(normals(2, kParameters, .3))),
        m_(s.put(std::vector<float>(kParameters, 0))),
        v_(s.put(std::vector<float>(kParameters, 0))),
        ema_(s.put(normals(2, kParameters, .3))),
        grad_(s.room<float>(kParameters)),
        targets_(s.put(one_hot())),
        teacher_(s.put(normals(3, kSources * kClasses))),
        rows_(s.put(below<int32_t>(4, kMixed * kWays, kSources))),
        lambda_(s.put(std::vector<float>(kMixed * kWays, .5f))),
        rates_(s.room<float>(4)),
        loss_(s.room<float>(1)),
        consistency_(s.room<float>(1)),
        log_(s.put(std::vector<float>(kLogRows * 3, 0))) {}

  void enqueue() {
    const secant_schedule_spec schedule = {400, .01, 1, 10, .5, .9, 1, .9, 0};
    must(secant_schedule(s_, &schedule, counter_, rates_, rates_ + 1, rates_ + 2, rates_ + 3), "secant_schedule");
    must(secant_memory_move(s_, moved_, counter_, sizeof(int64_t)), "secant_memory_move");
    must(secant_add(s_, kRows * kPixels * kChannels, x_, x_, y_), "secant_add");
    const secant_head_spec head = {kLabelled, kMixed, kPixels, kChannels, kClasses, 1, 1, kWays, kSources};
    const secant_head_inputs in = {y_, p_, p_ + kClasses * kChannels, targets_, teacher_, rows_, lambda_, rates_ + 1};
    const secant_head_outputs out = {
        nullptr, nullptr, loss_, consistency_, nullptr, nullptr, grad_, grad_ + kClasses * kChannels, dL_dy_};
    must(secant_head_train(s_, &head, &in, &out), "secant_head_train");
    const secant_optim_spec adam = {kParameters, kClasses * kChannels, .9, .999, 1e-8, .02};
    must(secant_optim_step(s_, &adam, counter_, rates_, rates_ + 2, grad_, p_, m_, v_, ema_), "secant_optim_step");
    const secant_step_log log = {loss_, consistency_, rates_ + 1, kLogRows, log_};
    must(secant_advance_logged(s_, counter_, &log), "secant_advance_logged");
  }

  void give(const std::string& which) {
    s_.give(which + "p", p_, kParameters, 1e-4, 1e-5);
    s_.give(which + "ema", ema_, kParameters, 1e-4, 1e-5);
    s_.give(which + "log", log_, kLogRows * 3, 1e-4);
    s_.give(which + "step", counter_, 1);
    s_.give(which + "moved", moved_, 1);
    s_.give_activations(which + "dL_dy", dL_dy_, kRows * kPixels * kChannels, 1e-3, 1e-6);
  }

  float* log() const { return log_; }

 private:
  static std::vector<float> one_hot() {
    std::vector<float> t(kLabelled * kClasses, 0);
    for (int64_t i = 0; i < kLabelled; ++i) t[static_cast<size_t>(i * kClasses + i % kClasses)] = 1;
    return t;
  }

  Session& s_;
  int64_t *counter_, *moved_;
  float *x_, *y_, *dL_dy_, *p_, *m_, *v_, *ema_, *grad_, *targets_, *teacher_;
  int32_t* rows_;
  float *lambda_, *rates_, *loss_, *consistency_, *log_;
};

// Throws unless the last outputs, in pairs of eager and replayed, have the same bytes.
void require_pairs(const Session& s, size_t each) {
  const std::vector<Output>& all = s.outputs();
  for (size_t i = 0; i < each; ++i) {
    const Output &eager = all[all.size() - 2 * each + i], &replayed = all[all.size() - each + i];
    if (eager.bytes != replayed.bytes) throw std::runtime_error(replayed.name + " differs from " + eager.name);
  }
}

// 1 + `launches` steps eagerly, and one eagerly, then a recorded one launched so often: the same bits.
void replayed_case(Session& s, int launches) {
  Step eager(s), replayed(s);
  for (int i = 0; i < 1 + launches; ++i) eager.enqueue();
  replayed.enqueue();
  if (!s.on_device()) {
    for (int i = 0; i < launches; ++i) replayed.enqueue();
  } else {
    secant_recording* recording = nullptr;
    must(secant_record_begin(s), "secant_record_begin");
    replayed.enqueue();
    must(secant_record_end(s, &recording), "secant_record_end");
    int64_t nodes = 0;
    must(secant_record_nodes(s, recording, &nodes), "secant_record_nodes");
    if (nodes < 5) throw std::runtime_error("expected at least 5 nodes, got " + std::to_string(nodes));
    for (int i = 0; i < launches; ++i) must(secant_record_launch(s, recording), "secant_record_launch");
    must(secant_record_destroy(s, recording), "secant_record_destroy");
  }
  eager.give("eager ");
  replayed.give("replayed ");
  require_pairs(s, 6);
}

// A read-back holds what was there when it was started, whatever is enqueued behind it.
void readback_case(Session& s) {
  Step step(s);
  secant_readback *first = nullptr, *second = nullptr;
  const int64_t bytes = kLogRows * 3 * static_cast<int64_t>(sizeof(float));
  must(secant_readback_create(s, bytes, &first), "secant_readback_create");
  must(secant_readback_create(s, bytes, &second), "secant_readback_create");
  step.enqueue();
  must(secant_readback_start(s, first, step.log()), "secant_readback_start");
  for (int i = 0; i < 20; ++i) step.enqueue();
  must(secant_readback_start(s, second, step.log()), "secant_readback_start");
  const void *early = nullptr, *late = nullptr;
  must(secant_readback_wait(s, first, &early), "secant_readback_wait");
  must(secant_readback_wait(s, second, &late), "secant_readback_wait");
  const float* kept = static_cast<const float*>(early);
  for (int64_t i = 0; i < 9; ++i) {
    if (kept[i] != 0) throw std::runtime_error("the first read-back saw later steps");
  }
  if (kept[9] == 0) throw std::runtime_error("the first read-back missed its step");
  std::vector<float> values(kLogRows * 3);
  std::memcpy(values.data(), late, static_cast<size_t>(bytes));
  s.give("late", s.put(values), kLogRows * 3, 1e-4);
  step.give("");
  must(secant_readback_destroy(s, first), "secant_readback_destroy");
  must(secant_readback_destroy(s, second), "secant_readback_destroy");
}

// A recording that is broken by a wait is refused, and what comes after it works and is not blamed.
void broken_case(Session& s) {
  Step step(s);
  step.enqueue();
  if (s.on_device()) {
    must(secant_record_begin(s), "secant_record_begin");
    step.enqueue();
    if (secant_synchronize(s) == SECANT_OK) throw std::runtime_error("a wait inside a recording was not refused");
    must(secant_record_end(s, nullptr), "secant_record_end");
  }
  step.enqueue();
  step.give("");
}

}  // namespace

void add_record_cases() {
  add_case("record.replayed", true, [](Session& s) { replayed_case(s, 4); });
  add_case("record.many", true, [](Session& s) { replayed_case(s, 100); });
  add_case("record.readback", false, readback_case);
  add_case("record.broken", false, broken_case);
}

}  // namespace kernel_tests
