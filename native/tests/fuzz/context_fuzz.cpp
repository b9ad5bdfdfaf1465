// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Contexts and their memory, readbacks, and what a CPU context refuses.

#include "fuzz.h"

using fuzz::Array;
using fuzz::Call;
using fuzz::Context;
using fuzz::Input;

namespace {

void create(Input& in) {
  const int32_t threads = in.below(8) == 0 ? in.size(4) : 1 + in.below(2), level = in.below(2) == 0 ? 0 : in.code(5);
  if (threads > 4 && threads <= 1024) return;  // that many threads are allowed, and slow to start
  secant_context* context = nullptr;
  const int32_t status = secant_context_create(threads, level, in.once_in(64) ? nullptr : &context);
  Call("secant_context_create", {}).ends(status);
  int32_t of[2] = {};
  if (status == SECANT_OK) {
    Call("secant_context_info", {}).ends(secant_context_info(context, &of[0], &of[1]));
    if (of[0] != threads) fuzz::broken("secant_context_info", "another number of threads");
  }
  Call("secant_context_set_type", {}).ends(secant_context_set_type(context, in.code(1)));
  Call("secant_context_destroy", {}).ends(secant_context_destroy(context));
}

void memory(Input& in, const Context& context) {
  const int64_t bytes = in.long_size(200);
  if (bytes > 1 << 20 && bytes <= INT64_C(1) << 48) return;  // some systems have as much, or say so
  void* made = nullptr;
  const int32_t status = secant_memory_allocate(context, bytes, in.once_in(64) ? nullptr : &made);
  if (status != SECANT_OUT_OF_MEMORY) Call("secant_memory_allocate", {}).ends(status);
  if (made != nullptr) {
    Call("secant_memory_clear", {}).ends(secant_memory_clear(context, made, bytes));
    if (static_cast<uint8_t*>(made)[bytes - 1] != 0) fuzz::broken("secant_memory_clear", "a byte is left");
  }
  Call("secant_memory_release", {}).ends(secant_memory_release(context, nullptr));
  if (made != nullptr) Call("secant_memory_release", {}).ends(secant_memory_release(context, made));
}

void copies(Input& in, const Context& context) {
  const int64_t bytes = in.long_size(200);
  Array from(in, 1, {bytes}), to(in, 1, {bytes});
  from.bytes(in);
  const bool move = in.below(2) == 0;
  const Call call(move ? "secant_memory_move" : "secant_memory_copy", {&to});
  call.ends(move ? secant_memory_move(context, to.get<uint8_t>(), from.get<uint8_t>(), bytes)
                 : secant_memory_copy(context, to.get<uint8_t>(), from.get<uint8_t>(), bytes));
}

void readback(Input& in, const Context& context) {
  const int64_t bytes = in.long_size(200);
  if (bytes > 1 << 20) return;  // AddressSanitizer ends the program where new would throw
  secant_readback* made = nullptr;
  const int32_t status = secant_readback_create(context, bytes, in.once_in(64) ? nullptr : &made);
  Call("secant_readback_create", {}).ends(status);
  Array from(in, 1, {bytes});
  from.bytes(in);
  const void* data = nullptr;
  if (made != nullptr || in.once_in(8)) {
    Call("secant_readback_start", {}).ends(secant_readback_start(context, made, from.get<uint8_t>()));
    Call("secant_readback_wait", {}).ends(secant_readback_wait(context, made, in.once_in(8) ? nullptr : &data));
  }
  Call("secant_readback_destroy", {}).ends(secant_readback_destroy(context, made));
}

void device_only(Input& in, const Context& context) {
  secant_device_info info = {};
  void* stream = nullptr;
  secant_recording* recording = nullptr;
  int64_t nodes = 0;
  const int32_t status[] = {
      secant_context_device(context, in.once_in(8) ? nullptr : &info),
      secant_context_stream(context, in.once_in(8) ? nullptr : &stream),
      secant_record_begin(context),
      secant_record_end(context, in.once_in(8) ? nullptr : &recording),
      secant_record_launch(context, recording),
      secant_record_nodes(context, recording, &nodes),
      secant_context_wait(context, context),
  };
  for (const int32_t s : status) {
    if (s != SECANT_UNAVAILABLE && s != SECANT_INVALID_ARGUMENT) fuzz::broken("device only", secant_last_error());
  }
  const char path[] = {'/', static_cast<char>(in.byte()), static_cast<char>(in.byte()), 0};
  secant_context* other = nullptr;
  Call("secant_context_create_cuda", {})
      .ends(secant_context_create_cuda(in.once_in(8) ? nullptr : path, in.code(1), nullptr, &other));
}

}  // namespace

// An allocation beyond all memory is refused, as it is without AddressSanitizer. Where its runtime is a shared library
// (gcc), it finds this only if the program exports it.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const Context context(in);
  switch (in.below(5)) {
    case 0:
      create(in);
      break;
    case 1:
      memory(in, context);
      break;
    case 2:
      copies(in, context);
      break;
    case 3:
      readback(in, context);
      break;
    default:
      device_only(in, context);
  }
  return 0;
}
