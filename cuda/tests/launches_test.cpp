// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Which kernels a failed wait names.

#include "launches.h"

#include "check.h"

using secant::cuda::Launches;

namespace {

const int kStreams[2] = {};
const char kMix[] = "mix", kNorm[] = "norm";

void add(Launches& launches, const char* kernel, int stream = 0) {
  launches.add(&kStreams[stream], kernel, [&] { return std::string(kernel); });
}

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
  launches.add_recording(&kStreams[0]);
  add(launches, kNorm);
  add(launches, kMix);
  CHECK_EQ(launches.text(),
           "; launched and not known to have ended: mix, a recorded step, norm, mix (the latest last)");
}

TEST(a_wait_ends_its_own_stream_and_what_came_before) {
  Launches launches;
  add(launches, kMix, 0);
  add(launches, kNorm, 1);
  const uint64_t before = launches.now();
  launches.add_recording(&kStreams[0]);
  launches.ended_well(&kStreams[0], before);
  CHECK_EQ(launches.text(), "; launched and not known to have ended: norm, a recorded step (the latest last)");
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
