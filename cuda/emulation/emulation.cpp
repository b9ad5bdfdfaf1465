// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

#include "emulation.h"

#include <sys/mman.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(__x86_64__)
#error "the stack switch below is written for x86-64"
#endif

// Saves the callee-saved registers and the stack pointer in *save and continues where `load` was saved.
extern "C" void secant_emulation_switch(void** save, void* load);
asm(R"(
.text
.hidden secant_emulation_switch
.globl secant_emulation_switch
.type secant_emulation_switch,@function
secant_emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size secant_emulation_switch,.-secant_emulation_switch
)");

namespace emulation {

Position position;

namespace {

// Not a power of two, so that the tops of the stacks are not all in the same sets of the caches.
constexpr size_t kStackBytes = (size_t{128} << 10) + 9 * 64;
constexpr size_t kGuardBytes = 64;
constexpr uint8_t kPattern = 0xA5;

enum class State { kReady, kAtBarrier, kAtExchange, kDone };

// A thread of the block. It runs on the stack that the thread before it left, or on a new one where that one waits.
struct Fiber {
  void* stack_pointer;
  char* stack;
  void* fake_stack;  // AddressSanitizer's
  State state;
  const char* file;
  int line;
  uint64_t value;  // deposited in an exchange
  int source_lane;
};

struct Machine {
  std::vector<Fiber> fibers;
  char* stacks = nullptr;
  size_t stack_count = 0;
  std::vector<uint64_t> seen;  // values of the last exchange, by thread
  const std::function<void()>* kernel = nullptr;
  uint8_t* shared = nullptr;
  size_t running = 0;
  size_t started = 0;  // threads of the block, in its order
  bool descending = false;
  void* scheduler = nullptr;
  void* scheduler_fake_stack = nullptr;
  const void* scheduler_bottom = nullptr;
  size_t scheduler_size = 0;
  dim3 grid, block;
};

Machine machine;
std::mutex mutex;
thread_local Order order = Order::kAscending;

dim3 unflatten(size_t i, dim3 size) {
  if (i < size.x) return {static_cast<unsigned int>(i), 0, 0};
  const size_t x = i % size.x, y = i / size.x % size.y, z = i / size.x / size.y;
  return {static_cast<unsigned int>(x), static_cast<unsigned int>(y), static_cast<unsigned int>(z)};
}

size_t in_order(size_t n) { return machine.descending ? machine.fibers.size() - 1 - n : n; }

void run_as(size_t index) {
  machine.running = index;
  position.thread = unflatten(index, machine.block);
}

// ---- switching ----------------------------------------------------------------------------------------------------

void enter_scheduler(bool gone) {
  Fiber& fiber = machine.fibers[machine.running];
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(gone ? nullptr : &fiber.fake_stack, machine.scheduler_bottom, machine.scheduler_size);
#else
  static_cast<void>(gone);
#endif
  secant_emulation_switch(&fiber.stack_pointer, machine.scheduler);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fiber.fake_stack, &machine.scheduler_bottom, &machine.scheduler_size);
#endif
}

// Threads that never wait follow each other on one stack, without a switch.
[[noreturn]] void fiber_main() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &machine.scheduler_bottom, &machine.scheduler_size);
#endif
  for (;;) {
    (*machine.kernel)();
    machine.fibers[machine.running].state = State::kDone;
    if (machine.started == machine.fibers.size()) break;
    char* stack = machine.fibers[machine.running].stack;
    run_as(in_order(machine.started++));
    machine.fibers[machine.running].stack = stack;
  }
  enter_scheduler(true);
  __builtin_unreachable();
}

// A fibre that will start at fiber_main: six registers and a return address on a fresh stack.
void prepare(size_t index) {
  char* bottom = machine.stacks + index * kStackBytes;
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(bottom, kStackBytes);
#endif
  auto** top = reinterpret_cast<void**>(bottom + kStackBytes) - 2;  // 16-byte aligned once the address is popped
  *top = reinterpret_cast<void*>(&fiber_main);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  machine.fibers[index].stack_pointer = top;
  machine.fibers[index].stack = bottom;
}

void resume(size_t index) {
  run_as(index);
  Fiber& fiber = machine.fibers[index];
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&machine.scheduler_fake_stack, fiber.stack, kStackBytes);
#endif
  secant_emulation_switch(&machine.scheduler, fiber.stack_pointer);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(machine.scheduler_fake_stack, nullptr, nullptr);
#endif
}

// ---- scheduling ---------------------------------------------------------------------------------------------------

std::string where(size_t index) {
  const Fiber& f = machine.fibers[index];
  const std::string thread = "thread " + std::to_string(index);
  if (f.state == State::kDone) return thread + " has left the kernel";
  const char* at = f.state == State::kAtBarrier ? " waits at the barrier " : " waits at the shuffle ";
  return thread + at + f.file + ":" + std::to_string(f.line);
}

[[noreturn]] void stop(const char* what, size_t a, size_t b) {
  const std::string block = std::to_string(position.block.x) + "," + std::to_string(position.block.y);
  throw std::runtime_error(std::string(what) + " in block " + block + ": " + where(a) + ", " + where(b));
}

bool same_place(size_t a, size_t b) {
  const Fiber &p = machine.fibers[a], &q = machine.fibers[b];
  if (p.state != q.state) return false;
  if (p.state == State::kDone) return true;
  return p.line == q.line && (p.file == q.file || std::strcmp(p.file, q.file) == 0);
}

// Lets a warp go on whose lanes all stand at one exchange.
bool release_warp(size_t first) {
  if (machine.fibers[first].state != State::kAtExchange) return false;
  for (size_t i = first + 1; i < first + 32; ++i) {
    if (!same_place(first, i)) return false;
  }
  for (size_t i = first; i < first + 32; ++i) {
    machine.seen[i] = machine.fibers[i].value;
    machine.fibers[i].state = State::kReady;
  }
  return true;
}

bool release_barrier() {
  if (machine.fibers[0].state != State::kAtBarrier) return false;
  for (size_t i = 1; i < machine.fibers.size(); ++i) {
    if (!same_place(0, i)) return false;
  }
  for (Fiber& fiber : machine.fibers) fiber.state = State::kReady;
  return true;
}

bool all_done() {
  for (const Fiber& fiber : machine.fibers) {
    if (fiber.state != State::kDone) return false;
  }
  return true;
}

// Nobody can run and nobody may be let go: say why.
[[noreturn]] void report_deadlock() {
  const size_t count = machine.fibers.size();
  for (size_t first = 0; first + 32 <= count; first += 32) {
    for (size_t i = first + 1; i < first + 32; ++i) {
      const bool shuffle =
          machine.fibers[i].state == State::kAtExchange || machine.fibers[first].state == State::kAtExchange;
      if (shuffle && !same_place(first, i)) stop("warp divergence", first, i);
    }
  }
  for (size_t i = 1; i < count; ++i) {
    if (!same_place(0, i)) stop("barrier divergence", 0, i);
  }
  throw std::runtime_error("deadlock in an emulated kernel");
}

void run_block() {
  const size_t count = machine.fibers.size();
  for (Fiber& fiber : machine.fibers) fiber = {nullptr, nullptr, nullptr, State::kReady, "", 0, 0, 0};
  machine.started = 0;
  while (machine.started < count) {
    const size_t i = in_order(machine.started++);
    prepare(i);
    resume(i);
  }
  while (!all_done()) {
    bool released = release_barrier();
    for (size_t first = 0; first + 32 <= count; first += 32) released |= release_warp(first);
    if (!released) report_deadlock();
    for (size_t n = 0; n < count; ++n) {
      const size_t i = in_order(n);
      if (machine.fibers[i].state == State::kReady) resume(i);
    }
  }
}

void make_room(size_t threads) {
  if (machine.stack_count < threads) {
    if (machine.stacks != nullptr) munmap(machine.stacks, machine.stack_count * kStackBytes);
    void* memory = mmap(nullptr, threads * kStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    machine.stacks = static_cast<char*>(memory);
    machine.stack_count = threads;
  }
  machine.fibers.resize(threads);
  machine.seen.resize(threads);
}

void check_guard(const uint8_t* shared, size_t bytes, size_t guard) {
  for (size_t i = 0; i < guard; ++i) {
    if (shared[bytes + i] != kPattern) throw std::runtime_error("a kernel wrote behind its shared memory");
  }
}

}  // namespace

void set_order(Order value) { order = value; }

void* shared() { return machine.shared; }

void barrier(const char* file, int line) {
  Fiber& fiber = machine.fibers[machine.running];
  fiber.state = State::kAtBarrier;
  fiber.file = file;
  fiber.line = line;
  enter_scheduler(false);
}

uint64_t exchange(uint64_t value, unsigned int mask, int source_lane, const char* file, int line) {
  Fiber& fiber = machine.fibers[machine.running];
  const bool whole = mask == 0xffffffffu && machine.fibers.size() % 32 == 0;
  fiber.state = State::kAtExchange;
  fiber.file = whole ? file : "(partial mask or partial warp) ";
  fiber.line = whole ? line : static_cast<int>(machine.running);  // never equal to a neighbour's
  fiber.value = value;
  fiber.source_lane = source_lane;
  const size_t self = machine.running;
  enter_scheduler(false);
  return machine.seen[self / 32 * 32 + static_cast<size_t>(source_lane & 31)];
}

void run(dim3 grid, dim3 block, size_t shared_bytes, const std::function<void()>& kernel) {
  const std::lock_guard<std::mutex> lock(mutex);
  const size_t threads = size_t{block.x} * block.y * block.z, blocks = size_t{grid.x} * grid.y * grid.z;
  if (threads == 0 || threads > 1024 || blocks == 0) {
    throw std::runtime_error("a launch of " + std::to_string(blocks) + " blocks of " + std::to_string(threads) +
                             " threads");
  }
  make_room(threads);
#if defined(__SANITIZE_ADDRESS__)
  constexpr size_t guard = 0;
#else
  constexpr size_t guard = kGuardBytes;
#endif
  const size_t room = shared_bytes + guard;
  std::unique_ptr<uint8_t, void (*)(void*)> shared_memory(static_cast<uint8_t*>(std::malloc(room == 0 ? 1 : room)),
                                                          std::free);
  if (!shared_memory) throw std::bad_alloc();
  machine.shared = shared_memory.get();
  machine.kernel = &kernel;
  machine.grid = grid;
  machine.block = block;
  machine.descending = order == Order::kDescending;
  position.grid_size = grid;
  position.block_size = block;
  for (size_t n = 0; n < blocks; ++n) {
    position.block = unflatten(machine.descending ? blocks - 1 - n : n, grid);
    std::memset(machine.shared, kPattern, room);
    run_block();
    check_guard(machine.shared, shared_bytes, guard);
  }
}

}  // namespace emulation
