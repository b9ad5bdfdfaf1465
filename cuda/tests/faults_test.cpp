// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// What is said of kernels that fail and of memory that is not there, on emulated devices that are told to.

#include "emulation/faults.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "check.h"
#include "secant_train.h"

namespace {

// The library is loaded by libsecant with its symbols to itself.
template <typename Function>
Function* of_library(Function*, const char* name) {
  static void* const library = dlopen(SECANT_EMULATED, RTLD_NOW | RTLD_LOCAL);
  void* found = library == nullptr ? nullptr : dlsym(library, name);
  if (found == nullptr) {
    std::fprintf(stderr, "%s is not in the emulated library\n", name);
    std::exit(1);
  }
  return reinterpret_cast<Function*>(found);
}
#define OF_LIBRARY(name) of_library(static_cast<decltype(&name)>(nullptr), #name)

struct Open {
  secant_context* context = nullptr;
  explicit Open(int32_t device) { CHECK_OK(secant_context_create_cuda(SECANT_EMULATED, device, nullptr, &context)); }
  ~Open() { CHECK_OK(secant_context_destroy(context)); }
  operator secant_context*() const { return context; }
};

// Two kernels of one named range.
struct Work {
  std::vector<float> a = {1, 2}, b = {3, 4}, c = {0, 0};
  int64_t step = 0;

  void run(secant_context* context) {
    CHECK_OK(secant_range_push(context, "sum"));
    CHECK_OK(secant_add(context, 2, a.data(), b.data(), c.data()));
    CHECK_OK(secant_range_pop(context));
    CHECK_OK(secant_range_push(context, "count"));
    CHECK_OK(secant_advance(context, &step));
    CHECK_OK(secant_range_pop(context));
  }
};

void says(int32_t status, const std::string& expected) {
  CHECK_EQ(status, SECANT_INTERNAL);
  const std::string text = secant_last_error();
  if (text.find(expected) == std::string::npos)
    check::fail(__FILE__, __LINE__, "error text is '" + text + "', expected " + expected);
}

const char kAdvice[] =
    "; for the exact kernel record nothing (-o cuda.graph=off) and set CUDA_LAUNCH_BLOCKING=1: then its own launch "
    "fails "
    "and names it";

}  // namespace

TEST(a_kernel_that_fails_is_among_those_named) {
  const auto fail_kernel = OF_LIBRARY(secant_emulated_fail_kernel);
  const Open open(0);
  Work work;
  work.run(open);
  CHECK_OK(secant_synchronize(open));
  fail_kernel(2);
  work.run(open);  // of a launch nothing is heard
  CHECK_EQ(OF_LIBRARY(secant_emulated_kernels)(), int64_t{2});
  says(secant_synchronize(open),
       std::string("secant_synchronize: a wait for the stream: a kernel of emulated device 0 failed; a kernel failed "
                   "before this call and the process cannot use the device any more; launched and not known to have "
                   "ended: add, advance (the latest last)") +
           kAdvice);
  CHECK_EQ(work.step, int64_t{1});
  secant_context* another = nullptr;
  CHECK_EQ(secant_context_create_cuda(SECANT_EMULATED, 0, nullptr, &another), SECANT_INTERNAL);
  fail_kernel(0);
}

TEST(a_replay_that_fails_is_named_by_its_recording) {
  const auto fail_kernel = OF_LIBRARY(secant_emulated_fail_kernel);
  const Open open(1);
  Work work;
  work.run(open);
  secant_recording* recording = nullptr;
  CHECK_OK(secant_record_begin(open));
  work.run(open);
  CHECK_OK(secant_record_end(open, &recording));
  CHECK_OK(secant_synchronize(open));
  secant_readback* readback = nullptr;
  CHECK_OK(secant_readback_create(open, sizeof work.step, &readback));
  for (int i = 0; i < 3; ++i) CHECK_OK(secant_record_launch(open, recording));
  CHECK_OK(secant_readback_start(open, readback, &work.step));
  CHECK_OK(secant_readback_wait(open, readback, nullptr));
  fail_kernel(3);
  CHECK_OK(secant_record_launch(open, recording));
  CHECK_OK(secant_record_launch(open, recording));
  CHECK_OK(secant_readback_start(open, readback, &work.step));
  says(secant_readback_wait(open, readback, nullptr),
       std::string(
           "launched and not known to have ended: replays 4 to 5 of a recording of 2 nodes from 'sum' to 'count' "
           "(add, advance) (the latest last)") +
           kAdvice);
  CHECK_EQ(work.step, int64_t{5});  // once eagerly and in four replays
  says(secant_record_launch(open, recording), "replays 4 to 5");
  says(secant_record_destroy(open, recording), "replays 4 to 5");
  fail_kernel(0);
  CHECK_OK(secant_synchronize(open));
  CHECK_OK(secant_readback_destroy(open, readback));
}

TEST(what_was_recorded_was_not_launched) {
  const auto fail_kernel = OF_LIBRARY(secant_emulated_fail_kernel);
  const Open open(0);
  Work work;
  CHECK_OK(secant_record_begin(open));
  work.run(open);
  CHECK_OK(secant_record_end(open, nullptr));
  fail_kernel(1);
  CHECK_OK(secant_add(open, 2, work.a.data(), work.b.data(), work.c.data()));
  says(secant_synchronize(open), "not known to have ended: add (the latest last)");
  fail_kernel(0);
}

TEST(each_allocation_can_fail_and_says_how_much_there_was) {
  const auto fail_allocation = OF_LIBRARY(secant_emulated_fail_allocation);
  const auto bytes = OF_LIBRARY(secant_emulated_bytes);
  const int64_t before = bytes();
  secant_context* context = nullptr;
  fail_allocation(1);
  CHECK_EQ(secant_context_create_cuda(SECANT_EMULATED, 2, nullptr, &context), SECANT_OUT_OF_MEMORY);
  CHECK(context == nullptr);
  CHECK_EQ(bytes(), before);
  {
    const Open open(2);
    const int64_t opened = bytes();
    void* memory = nullptr;
    fail_allocation(2);
    CHECK_OK(secant_memory_allocate(open, 1000, &memory));
    void* none = nullptr;
    CHECK_EQ(secant_memory_allocate(open, 77, &none), SECANT_OUT_OF_MEMORY);
    CHECK_EQ(std::string(secant_last_error()), "secant_memory_allocate: emulated device 2: 77 bytes requested, " +
                                                   std::to_string(emulation::kMemory - static_cast<size_t>(bytes())) +
                                                   " of " + std::to_string(emulation::kMemory) + " bytes free");
    secant_readback* readback = nullptr;
    fail_allocation(1);
    CHECK_EQ(secant_readback_create(open, 8, &readback), SECANT_OUT_OF_MEMORY);
    CHECK(readback == nullptr);
    CHECK_OK(secant_readback_create(open, 8, &readback));
    CHECK_OK(secant_readback_destroy(open, readback));
    CHECK_OK(secant_memory_release(open, memory));
    CHECK_EQ(bytes(), opened);
    CHECK_EQ(secant_memory_allocate(open, int64_t{1} << 50, &none), SECANT_OUT_OF_MEMORY);
    secant_device_info info;
    CHECK_OK(secant_context_device(open, &info));
    CHECK_EQ(info.memory_total, int64_t{16} << 30);
    CHECK_EQ(info.memory_free, info.memory_total - opened + before);
  }
  CHECK_EQ(bytes(), before);
}

CHECK_MAIN()
