// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Allocation failure, for a process that preloads this library (LD_PRELOAD): the n-th allocation of the libraries that
// are watched fails, whoever else allocates is left alone. Whose an allocation is, its return address tells; libsecant
// holds its C++ library, so operator new in it ends in a malloc of its own. Nothing of this is in a release.

#include <link.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

namespace {

const char* const kWatched[] = {"/libsecant.so", "/libjniSecant.so", "/libjnijavacpp.so"};
constexpr size_t kRanges = 32, kSlots = size_t{1} << 20;

struct Range {
  uintptr_t begin, end;
};

Range ranges[kRanges];
std::atomic<size_t> range_count{0};
std::atomic<int64_t> allocations{0}, failing{0};
std::mutex mutex;
// Blocks that are live: an open hash table, since nothing here may allocate.
uintptr_t slots[kSlots];
constexpr uintptr_t kGone = 1;
std::atomic<int64_t> live{0};

bool watched(const void* caller) {
  const auto at = reinterpret_cast<uintptr_t>(caller);
  const size_t count = range_count.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i) {
    if (at >= ranges[i].begin && at < ranges[i].end) return true;
  }
  return false;
}

// Whether this allocation is the one to fail.
bool fails() {
  const int64_t n = ++allocations;
  return n == failing.load();
}

void* keep(void* block) {
  if (block == nullptr) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto key = reinterpret_cast<uintptr_t>(block);
  size_t i = (key >> 4) * 0x9E3779B97F4A7C15u % kSlots;
  while (slots[i] > kGone) i = (i + 1) % kSlots;
  slots[i] = key;
  ++live;
  return block;
}

void forget(const void* block) {
  if (block == nullptr || live.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto key = reinterpret_cast<uintptr_t>(block);
  for (size_t i = (key >> 4) * 0x9E3779B97F4A7C15u % kSlots; slots[i] != 0; i = (i + 1) % kSlots) {
    if (slots[i] != key) continue;
    slots[i] = kGone;
    --live;
    return;
  }
}

// One allocation on behalf of `caller`; NULL when it is to fail.
template <typename Allocate>
void* allocate(const void* caller, Allocate get) {
  if (!watched(caller)) return get();
  return fails() ? nullptr : keep(get());
}

int add_ranges(dl_phdr_info* info, size_t, void*) {
  for (const char* name : kWatched) {
    if (std::strstr(info->dlpi_name, name) == nullptr) continue;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& part = info->dlpi_phdr[i];
      const size_t at = range_count.load();
      if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0 || at == kRanges) continue;
      ranges[at] = {info->dlpi_addr + part.p_vaddr, info->dlpi_addr + part.p_vaddr + part.p_memsz};
      range_count.store(at + 1, std::memory_order_release);
    }
  }
  return 0;
}

void* or_throw(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

#define CALLER __builtin_return_address(0)

extern "C" {

void* malloc(size_t size) {
  return allocate(CALLER, [&] { return __libc_malloc(size); });
}
void* calloc(size_t count, size_t size) {
  return allocate(CALLER, [&] { return __libc_calloc(count, size); });
}
void* realloc(void* block, size_t size) {
  if (!watched(CALLER)) {
    forget(block);
    return __libc_realloc(block, size);
  }
  if (fails()) return nullptr;
  forget(block);
  return keep(__libc_realloc(block, size));
}
void* memalign(size_t alignment, size_t size) {
  return allocate(CALLER, [&] { return __libc_memalign(alignment, size); });
}
void* aligned_alloc(size_t alignment, size_t size) {
  return allocate(CALLER, [&] { return __libc_memalign(alignment, size); });
}
int posix_memalign(void** block, size_t alignment, size_t size) {
  void* got = allocate(CALLER, [&] { return __libc_memalign(alignment, size); });
  if (got == nullptr) return ENOMEM;
  *block = got;
  return 0;
}
void free(void* block) {
  forget(block);
  __libc_free(block);
}

// Native methods of the class dev.secant.lab.AllocationFaults of java/lab's tests, without jni.h: (JNIEnv*, jclass,
// ...).
int64_t Java_dev_secant_lab_AllocationFaults_watch(void*, void*) {
  range_count.store(0);
  dl_iterate_phdr(add_ranges, nullptr);
  return static_cast<int64_t>(range_count.load());
}
void Java_dev_secant_lab_AllocationFaults_failAllocation(void*, void*, int64_t n) {
  failing.store(0);
  allocations.store(0);
  failing.store(n);
}
int64_t Java_dev_secant_lab_AllocationFaults_allocations(void*, void*) { return allocations.load(); }
int64_t Java_dev_secant_lab_AllocationFaults_live(void*, void*) { return live.load(); }
}

void* operator new(size_t size) {
  return or_throw(allocate(CALLER, [&] { return __libc_malloc(size); }));
}
void* operator new[](size_t size) {
  return or_throw(allocate(CALLER, [&] { return __libc_malloc(size); }));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return allocate(CALLER, [&] { return __libc_malloc(size); });
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return allocate(CALLER, [&] { return __libc_malloc(size); });
}
void operator delete(void* block) noexcept { free(block); }
void operator delete[](void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }
void operator delete[](void* block, size_t) noexcept { free(block); }
