// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The test harness: one executable per *_test.cpp, linked to libsecant. A test is
//
//   TEST(mix_of_one_point_is_the_point) { ... CHECK(x == y); ... }
//
// and each file ends with CHECK_MAIN(). A failed check prints file, line and values and the test goes on; the process
// then exits with 1. `./mix_test name` runs only the tests whose name contains the argument.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant.h"

namespace check {

struct Case {
  const char* name;
  void (*body)();
};

inline std::vector<Case>& cases() {
  static std::vector<Case> list;
  return list;
}
inline int& failures() {
  static int count = 0;
  return count;
}
inline bool add(const char* name, void (*body)()) {
  cases().push_back({name, body});
  return true;
}

inline void fail(const char* file, int line, const std::string& text) {
  if (++failures() <= 50) std::fprintf(stderr, "%s:%d: %s\n", file, line, text.c_str());
}

// Enough digits to tell any two values apart.
inline std::string show(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}
inline std::string show(const std::string& text) { return text; }
template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
std::string show(T value) {
  return std::to_string(value);
}

template <typename A, typename B>
[[gnu::noinline, gnu::cold]] void differ(const char* file, int line, const char* text, const A& a, const B& b) {
  fail(file, line, std::string(text) + ": " + show(a) + " != " + show(b));
}
template <typename A, typename B>
void equal(const char* file, int line, const char* text, const A& a, const B& b) {
  if (!(a == b)) differ(file, line, text, a, b);
}

inline void near(const char* file, int line, const char* text, double a, double b, double tolerance) {
  if (!(std::fabs(a - b) <= tolerance)) {
    fail(file, line,
         std::string(text) + ": " + show(a) + " and " + show(b) + " differ by " + show(std::fabs(a - b)) + " > " +
             show(tolerance));
  }
}

inline void ok(const char* file, int line, const char* text, int32_t status) {
  if (status != SECANT_OK) {
    fail(file, line, std::string(text) + " returned " + show(status) + ": " + secant_last_error());
  }
}

// The call must return SECANT_INVALID_ARGUMENT with an error text that contains `expected`.
inline void rejected(const char* file, int line, const char* text, int32_t status, const std::string& expected) {
  if (status != SECANT_INVALID_ARGUMENT) {
    fail(file, line, std::string(text) + " returned " + show(status) + ", expected a rejection: " + expected);
  } else if (std::string(secant_last_error()).find(expected) == std::string::npos) {
    fail(file, line, std::string("error text is '") + secant_last_error() + "', expected '" + expected + "' in it");
  }
}

// `count` values of T between two bands of sentinels; every value starts as the sentinel too.
template <typename T>
class Buffer {
 public:
  explicit Buffer(int64_t count)
      : count_(count), bytes_(static_cast<size_t>(count) * sizeof(T) + 2 * kBand, kSentinel) {}
  Buffer(int64_t count, T value) : Buffer(count) {
    for (int64_t i = 0; i < count; ++i) (*this)[i] = value;
  }

  T* data() { return reinterpret_cast<T*>(bytes_.data() + kBand); }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.data() + kBand); }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }
  int64_t size() const { return count_; }
  void wipe() { std::memset(data(), kSentinel, static_cast<size_t>(count_) * sizeof(T)); }

  // True while nothing was written outside the values.
  bool intact() const {
    for (size_t i = 0; i < kBand; ++i) {
      if (bytes_[i] != kSentinel || bytes_[bytes_.size() - 1 - i] != kSentinel) return false;
    }
    return true;
  }
  // True while nothing was written into the values either.
  bool untouched() const {
    for (uint8_t byte : bytes_) {
      if (byte != kSentinel) return false;
    }
    return true;
  }
  // Bit equality.
  bool same(const Buffer& other) const { return bytes_ == other.bytes_; }

 private:
  static constexpr size_t kBand = 64;
  static constexpr uint8_t kSentinel = 0xA5;
  int64_t count_;
  std::vector<uint8_t> bytes_;
};

// A context that closes itself.
class Context {
 public:
  explicit Context(int32_t threads = 1, int32_t level = 0) {
    if (secant_context_create(threads, level, &context_) != SECANT_OK) {
      fail(__FILE__, __LINE__, std::string("secant_context_create: ") + secant_last_error());
    }
  }
  ~Context() { secant_context_destroy(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  operator secant_context*() const { return context_; }

 private:
  secant_context* context_ = nullptr;
};

// Whether AddressSanitizer's runtime is there. Programs are the same with it and without (cmake/Sanitizers.cmake).
extern "C" __attribute__((weak)) void __asan_init();
inline bool under_address_sanitizer() { return __asan_init != nullptr; }

// The contexts of a test. AddressSanitizer looks at accesses, which differ by level and not by thread, since chunks do
// not depend on threads; ThreadSanitizer looks at threads, and the levels are one source.
#if defined(__SANITIZE_THREAD__)
constexpr int32_t kLowestLevel = 4;
inline std::vector<int32_t> thread_counts() { return {3}; }
#else
constexpr int32_t kLowestLevel = 2;
inline std::vector<int32_t> thread_counts() {
  return under_address_sanitizer() ? std::vector<int32_t>{2} : std::vector<int32_t>{1, 2, 3, 5};
}
#endif

// Runs body(secant_context*) on every instruction level of this machine with 1, 2, 3 and 5 threads; body returns any
// value with ==, and every value must equal the first. Returns the first. Under a sanitizer on fewer of them.
template <typename Body>
auto on_every_context(Body body) {
  int32_t best = 2;
  ok(__FILE__, __LINE__, "secant_cpu_level", secant_cpu_level(&best));
  Context plain(1, 2);
  auto first = body(static_cast<secant_context*>(plain));
  for (int32_t level = std::min(kLowestLevel, best); level <= best; ++level) {
    for (int32_t threads : thread_counts()) {
      Context context(threads, level);
      if (!(body(static_cast<secant_context*>(context)) == first)) {
        fail(__FILE__, __LINE__, "result on level v" + show(level) + " with " + show(threads) + " threads differs");
      }
    }
  }
  return first;
}

// The bytes of a result, for comparing with ==.
template <typename T>
void append_bits(std::vector<uint8_t>& bits, const Buffer<T>& buffer) {
  const size_t size = static_cast<size_t>(buffer.size()) * sizeof(T), before = bits.size();
  bits.resize(before + size);
  std::memcpy(bits.data() + before, buffer.data(), size);
}

// Test data (splitmix64), never used by the library.
class Random {
 public:
  explicit Random(uint64_t seed = 1) : state_(seed) {}
  uint64_t bits() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t n) { return static_cast<int64_t>(bits() % static_cast<uint64_t>(n)); }
  double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()); }

  template <typename T>
  void fill_normal(Buffer<T>& buffer, double scale = 1, double mean = 0) {
    for (int64_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<T>(mean + scale * normal());
  }
  template <typename T>
  void fill_below(Buffer<T>& buffer, int64_t n) {
    for (int64_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<T>(below(n));
  }

 private:
  uint64_t state_;
};

inline int run(int argc, char** argv) {
  int ran = 0;
  for (const Case& test : cases()) {
    if (argc > 1 && std::string(test.name).find(argv[1]) == std::string::npos) continue;
    const int before = failures();
    test.body();
    ++ran;
    std::printf("%s %s\n", failures() == before ? "ok    " : "FAILED", test.name);
    std::fflush(stdout);
  }
  std::printf("%d tests, %d failed checks\n", ran, failures());
  return failures() == 0 && ran > 0 ? 0 : 1;
}

}  // namespace check

#define TEST(name)                                                           \
  static void name();                                                        \
  [[maybe_unused]] static const bool name##_added = check::add(#name, name); \
  static void name()
#define CHECK(condition) ((condition) ? static_cast<void>(0) : check::fail(__FILE__, __LINE__, "failed: " #condition))
#define CHECK_EQ(a, b) check::equal(__FILE__, __LINE__, #a " == " #b, (a), (b))
#define CHECK_NEAR(a, b, tolerance) check::near(__FILE__, __LINE__, #a " ~ " #b, (a), (b), (tolerance))
#define CHECK_OK(call) check::ok(__FILE__, __LINE__, #call, (call))
#define CHECK_REJECTED(call, text) check::rejected(__FILE__, __LINE__, #call, (call), (text))
#define CHECK_MAIN() \
  int main(int argc, char** argv) { return check::run(argc, argv); }
