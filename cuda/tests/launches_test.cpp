// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Which kernels a failed wait names.

#include "launches.h"

#include "check.h"

using secant::cuda::Launches;
using secant::cuda::RecordedNames;

namespace {

const int kStreams[2] = {};
const char kMix[] = "mix", kNorm[] = "norm";

void add(Launches& launches, const char* kernel, int stream = 0) {
  launches.add(&kStreams[stream], kernel, [&] { return std::string(kernel); });
}

Launches::Name recording(const char* text) { return std::make_shared<const std::string>(text); }

}  // namespace

TEST(nothing_launched_names_nothing) {
  Launches launches;
  CHECK_EQ(launches.text(), "");
  add(launches, kMix);
  launches.ended_well(&kStreams[0], launches.now());
  CHECK_EQ(launches.text(), "");
}

TEST(launches_are_named_in_order) {
  Launches launches;
  add(launches, kMix);
  launches.add_replay(&kStreams[0], recording("a step"), 1);
  add(launches, kNorm);
  add(launches, kMix);
  CHECK_EQ(launches.text(),
           "; launched and not known to have ended: mix, replay 1 of a step, norm, mix (the latest last)");
}

TEST(a_wait_ends_its_own_stream_and_what_came_before) {
  Launches launches;
  add(launches, kMix, 0);
  add(launches, kNorm, 1);
  const uint64_t before = launches.now();
  launches.add_replay(&kStreams[0], recording("a step"), 4);
  launches.ended_well(&kStreams[0], before);
  CHECK_EQ(launches.text(), "; launched and not known to have ended: norm, replay 4 of a step (the latest last)");
}

TEST(a_wait_for_a_stream_that_joined_others_ends_theirs) {
  Launches launches;
  add(launches, kMix, 1);
  launches.joined(&kStreams[0], &kStreams[1]);
  add(launches, kNorm, 1);
  launches.ended_well(&kStreams[0], launches.now());
  CHECK_EQ(launches.text(), "; launched and not known to have ended: norm (the latest last)");
}

// A window of replays is one entry, from which a wait takes those that ended.
TEST(replays_that_follow_each_other_are_counted) {
  Launches launches;
  const Launches::Name step = recording("a step"), other = recording("a probe");
  for (uint64_t i = 1; i <= 32; ++i) launches.add_replay(&kStreams[0], step, i);
  const uint64_t window = launches.now();
  for (uint64_t i = 33; i <= 64; ++i) launches.add_replay(&kStreams[0], step, i);
  launches.add_replay(&kStreams[0], other, 1);
  CHECK_EQ(launches.text(),
           "; launched and not known to have ended: replays 1 to 64 of a step, replay 1 of a probe (the latest last)");
  launches.ended_well(&kStreams[0], window);
  CHECK_EQ(launches.text(),
           "; launched and not known to have ended: replays 33 to 64 of a step, replay 1 of a probe (the latest last)");
  launches.ended_well(&kStreams[0], window + 31);
  CHECK_EQ(launches.text(),
           "; launched and not known to have ended: replay 64 of a step, replay 1 of a probe (the latest last)");
  launches.ended_well(&kStreams[0], launches.now());
  CHECK_EQ(launches.text(), "");
}

TEST(replays_apart_are_told_apart) {
  Launches launches;
  const Launches::Name step = recording("a step");
  launches.add_replay(&kStreams[0], step, 1);
  add(launches, kMix, 1);
  launches.add_replay(&kStreams[0], step, 2);
  launches.add_replay(&kStreams[1], step, 3);
  CHECK_EQ(
      launches.text(),
      "; launched and not known to have ended: replay 1 of a step, mix, replay 2 of a step, replay 3 of a step (the "
      "latest last)");
}

TEST(a_recording_is_told_by_what_is_in_it) {
  RecordedNames names;
  CHECK_EQ(names.text(0), "a recording of 0 nodes");
  CHECK_EQ(names.text(1), "a recording of 1 node (1 node is not of this library)");
  names.range("draws");
  for (const char* operation : {"mix", "norm", "mix", "optim_step"}) names.kernel(operation);
  CHECK_EQ(names.text(4), "a recording of 4 nodes from 'draws' to 'draws' (mix, norm, optim_step)");
  names.range("update");
  CHECK_EQ(names.text(9),
           "a recording of 9 nodes from 'draws' to 'update' (mix, norm, optim_step; 5 nodes are not of this library)");
}

TEST(a_recording_takes_the_names_between_its_ends) {
  Launches launches;
  CHECK(launches.recording() == nullptr);
  launches.begin_recording();
  launches.recording()->kernel("mix");
  CHECK_EQ(launches.end_recording().text(1), "a recording of 1 node (mix)");
  CHECK(launches.recording() == nullptr);
  CHECK_EQ(launches.end_recording().text(0), "a recording of 0 nodes");
}

TEST(a_kernel_is_asked_for_its_name_once) {
  Launches launches;
  int asked = 0, kernel = 0;
  for (int i = 0; i < 3; ++i) {
    launches.add(&kStreams[0], &kernel, [&] {
      ++asked;
      return std::string("mix");
    });
  }
  CHECK_EQ(asked, 1);
}

TEST(of_many_launches_the_last_are_named) {
  Launches launches;
  static const char* const kNames[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  for (const char* name : kNames) add(launches, name);
  CHECK_EQ(launches.text(), "; launched and not known to have ended: ..., c, d, e, f, g, h, i, j (the latest last)");
  launches.ended_well(&kStreams[0], launches.now());
  add(launches, kMix);
  CHECK_EQ(launches.text(), "; launched and not known to have ended: mix (the latest last)");
}

CHECK_MAIN()
