// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Calls of the C API made from the bytes of a fuzzer. A target reads sizes, types, pointers and values from an Input,
// gives each argument an Array of exactly the shape that the header asks for, and hands the status to Call::ends. The
// contract: the call computes within these arrays (AddressSanitizer guards their ends), or it returns a status with a
// text that names the function, and after SECANT_INVALID_ARGUMENT no output has changed.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <memory>
#include <vector>

#include "secant.h"
#include "secant_train.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fuzz {

// Arrays of more elements are not made: the pointer is NULL then, which the call must refuse or do without.
constexpr int64_t kMostElements = 1 << 13;

[[noreturn]] inline void broken(const char* what, const char* detail) {
  std::fprintf(stderr, "contract broken: %s: %s\n", what, detail);
  std::abort();
}

// What the fuzzer gave, as values; 0 once it is used up.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  // True once in so many times.
  bool once_in(int32_t times) { return byte() % times == times - 1; }
  int32_t below(int32_t limit) { return byte() % limit; }

  uint64_t word() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }

  // Mostly 1 to `likely`, else what an attacker would give.
  int32_t size(int32_t likely) {
    static const int32_t kOdd[] = {0,  -1, -7, std::numeric_limits<int32_t>::min(), 46341,   65536,   1 << 20, 1 << 30,
                                   33, 17, 16, std::numeric_limits<int32_t>::max(), 1 << 24, 1000003, 127,     255};
    const uint8_t b = byte();
    return b < 224 ? 1 + b % likely : kOdd[b % 16];
  }
  int64_t long_size(int32_t likely) {
    static const int64_t kOdd[] = {INT64_C(1) << 31,
                                   INT64_C(1) << 40,
                                   (INT64_C(1) << 40) + 1,
                                   INT64_C(1) << 62,
                                   std::numeric_limits<int64_t>::max(),
                                   std::numeric_limits<int64_t>::min(),
                                   INT64_C(4194305) * 4194305,
                                   -1};
    const uint8_t b = byte();
    return b < 240 ? size(likely) : kOdd[b % 8];
  }
  // 0 to `most`, seldom outside.
  int32_t code(int32_t most) { return once_in(32) ? static_cast<int32_t>(word()) : below(most + 1); }

  double real(double usual) {
    static const double kOdd[] = {0,
                                  -1,
                                  -0.0,
                                  1,
                                  1e-3,
                                  1e3,
                                  std::numeric_limits<double>::infinity(),
                                  -std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN(),
                                  std::numeric_limits<double>::max(),
                                  std::numeric_limits<double>::denorm_min(),
                                  1e-30,
                                  2,
                                  0.5,
                                  1e38,
                                  -1e38};
    const uint8_t b = byte();
    return b < 224 ? usual * (1 + b) / 128 : kOdd[b % 16];
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

// Elements of a shape; 0 where an extent is none or the product is beyond int64.
inline int64_t elements(std::initializer_list<int64_t> shape) {
  int64_t product = 1;
  for (const int64_t extent : shape) {
    if (extent < 1 || __builtin_mul_overflow(product, extent, &product)) return 0;
  }
  return product;
}

// The memory of one argument: exactly its elements, on the heap. Seldom NULL, seldom not aligned.
class Array {
 public:
  Array(Input& in, size_t element_bytes, std::initializer_list<int64_t> shape, bool optional = false)
      : count_(elements(shape)), element_(element_bytes) {
    const uint8_t fate = in.byte();
    const bool missing = count_ > kMostElements || fate >= 250 || (optional && fate >= 160);
    if (missing) {
      count_ = 0;
      return;
    }
    shift_ = fate == 249 ? 1 : 0;
    bytes_ = static_cast<size_t>(count_) * element_;
    memory_.reset(static_cast<uint8_t*>(std::malloc(bytes_ + shift_)));
    std::memset(memory_.get(), 0, bytes_ + shift_);
  }

  // Small whole and broken numbers, seldom one that is not finite.
  Array& floats(Input& in) {
    const uint64_t seed = in.word();
    uint64_t state = seed;
    for (int64_t i = 0; i < count_; ++i) {
      const uint64_t bits = next(state);
      put(i, static_cast<float>(static_cast<int32_t>(bits % 4001) - 2000) / 512);
    }
    if (count_ > 0 && in.once_in(16)) put(in.word() % static_cast<uint64_t>(count_), static_cast<float>(in.real(1)));
    return *this;
  }
  // Weights from 0 to 1.
  Array& shares(Input& in) {
    uint64_t state = in.word();
    for (int64_t i = 0; i < count_; ++i) put(i, static_cast<float>(next(state) % 1025) / 1024);
    if (count_ > 0 && in.once_in(16)) put(in.word() % static_cast<uint64_t>(count_), static_cast<float>(in.real(1)));
    return *this;
  }
  // Indices below a limit, seldom one that is not.
  Array& indices(Input& in, int64_t limit) {
    uint64_t state = in.word();
    auto* values = get<uint8_t>();
    if (values == nullptr) return *this;
    for (int64_t i = 0; i < count_; ++i) {
      const int32_t value = limit < 1 ? 0 : static_cast<int32_t>(next(state) % static_cast<uint64_t>(limit));
      std::memcpy(values + 4 * i, &value, sizeof value);
    }
    if (count_ > 0 && in.once_in(16)) {
      const int32_t value = static_cast<int32_t>(in.word());
      std::memcpy(values + 4 * (in.word() % static_cast<uint64_t>(count_)), &value, sizeof value);
    }
    return *this;
  }
  Array& bytes(Input& in) {
    uint64_t state = in.word();
    for (size_t i = 0; i < bytes_; ++i) memory_.get()[shift_ + i] = static_cast<uint8_t>(next(state));
    return *this;
  }
  template <typename T>
  Array& set(T value) {
    if (bytes_ >= sizeof value) std::memcpy(memory_.get() + shift_, &value, sizeof value);
    return *this;
  }

  // NULL, or that many elements.
  template <typename T>
  T* get() const {
    return memory_ == nullptr ? nullptr : reinterpret_cast<T*>(memory_.get() + shift_);
  }
  float* activations() const { return get<float>(); }

  const uint8_t* begin() const { return memory_.get(); }
  size_t size() const { return bytes_ + shift_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };

  static uint64_t next(uint64_t& state) {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // As float, or as the upper half of it where elements have two bytes.
  void put(uint64_t i, float value) {
    uint8_t* to = memory_.get() + shift_ + i * element_;
    if (element_ == 4) {
      std::memcpy(to, &value, 4);
    } else {
      std::memcpy(to, reinterpret_cast<const uint8_t*>(&value) + 2, 2);
    }
  }

  int64_t count_;
  size_t element_;
  size_t shift_ = 0, bytes_ = 0;
  std::unique_ptr<uint8_t, Free> memory_;
};

// A context that all calls share; one of one or three threads on each instruction level, of either type.
class Context {
 public:
  explicit Context(Input& in) : bf16_(in.below(2) == 1) {
    static const std::vector<secant_context*>& all = *new std::vector<secant_context*>(make());  // for good
    context_ = in.once_in(64) ? nullptr : all[in.byte() % all.size()];
    if (context_ == nullptr) return;
    if (secant_context_set_type(context_, bf16_ ? SECANT_BFLOAT16 : SECANT_FLOAT32) != SECANT_OK) {
      broken("secant_context_set_type", secant_last_error());
    }
  }
  operator secant_context*() const { return context_; }
  // Bytes of an activation.
  size_t activation() const { return bf16_ ? 2 : 4; }

 private:
  static std::vector<secant_context*> make() {
    int32_t best = 2;
    secant_cpu_level(&best);
    std::vector<secant_context*> all;
    for (int32_t level = 2; level <= best; ++level) {
      for (const int32_t threads : {1, 1, 1, 3}) {
        secant_context* context = nullptr;
        if (secant_context_create(threads, level, &context) != SECANT_OK) {
          broken("secant_context_create", secant_last_error());
        }
        all.push_back(context);
      }
    }
    return all;
  }

  bool bf16_;
  secant_context* context_;
};

// Calls that computed: a target whose calls are all refused tests little.
inline int64_t& accepted() {
  static int64_t count = 0;
  return count;
}

// Keeps what outputs held before a call, and judges how it ended.
class Call {
 public:
  Call(const char* function, std::initializer_list<const Array*> outputs) : function_(function) {
    for (const Array* output : outputs) {
      before_.push_back({output, std::vector<uint8_t>(output->begin(), output->begin() + output->size())});
    }
  }

  void ends(int32_t status) const {
    if (status == SECANT_OK) ++accepted();
    if (status == SECANT_OK) return;
    const char* text = secant_last_error();
    const size_t length = std::strlen(function_);
    if (std::strncmp(text, function_, length) != 0 || text[length] != ':') broken(function_, text);
    if (status != SECANT_INVALID_ARGUMENT && status != SECANT_UNAVAILABLE) broken(function_, text);
    for (const auto& [output, bytes] : before_) {
      if (!bytes.empty() && std::memcmp(output->begin(), bytes.data(), bytes.size()) != 0) {
        broken(function_, "refused, and wrote nevertheless");
      }
    }
  }

 private:
  const char* function_;
  std::vector<std::pair<const Array*, std::vector<uint8_t>>> before_;
};

}  // namespace fuzz
