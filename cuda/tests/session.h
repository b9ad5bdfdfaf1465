// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A case runs on any context: it puts its inputs where the context computes, calls the C API, and lists its outputs.
// The same case on a CPU context gives the expected values.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"
#include "portable_bf16.h"
#include "secant.h"
#include "secant_train.h"

namespace kernel_tests {

// What a case gave: named arrays as doubles, and their bytes.
struct Output {
  std::string name;
  std::vector<double> values;
  std::vector<uint8_t> bytes;
  double relative, absolute;  // tolerance against the expected values; both 0: equal
  bool stored;                // activations: bf16 contexts add the rounding of a stored value
};

inline void must(int32_t status, const char* what) {
  if (status != SECANT_OK) throw std::runtime_error(std::string(what) + ": " + secant_last_error());
}

// A context, the buffers of one case and its outputs. Every buffer lies between two bands that must not change.
class Session {
 public:
  // type: of activations. A CPU session with bf16 rounds its activations and computes in float.
  Session(secant_context* context, int32_t type, bool device) : context_(context), type_(type), device_(device) {
    if (device_) must(secant_context_set_type(context_, type_), "secant_context_set_type");
  }
  ~Session() {
    for (const Buffer& buffer : buffers_) secant_memory_release(context_, buffer.memory);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  operator secant_context*() const { return context_; }
  bool bf16() const { return type_ == SECANT_BFLOAT16; }
  bool on_device() const { return device_; }

  // Inputs. Activations travel as floats, and as bf16 on a bf16 device.
  template <typename T>
  T* put(const std::vector<T>& values) {
    return static_cast<T*>(place(values.data(), values.size() * sizeof(T)));
  }
  float* put_activations(const std::vector<float>& values) {
    if (!bf16()) return put(values);
    if (!device_) {
      std::vector<float> rounded(values);
      for (float& v : rounded) v = secant::bf16_value(secant::bf16_bits(v));
      return put(rounded);
    }
    std::vector<uint16_t> halves;
    for (float v : values) halves.push_back(secant::bf16_bits(v));
    return reinterpret_cast<float*>(put(halves));
  }
  // Room for outputs, filled with a pattern that is no number.
  template <typename T>
  T* room(int64_t count) {
    const std::vector<uint8_t> pattern(static_cast<size_t>(count) * sizeof(T), kPattern);
    return static_cast<T*>(place(pattern.data(), pattern.size()));
  }
  float* room_activations(int64_t count) {
    return bf16() && device_ ? reinterpret_cast<float*>(room<uint16_t>(count)) : room<float>(count);
  }

  // Outputs, with the tolerance |got - expected| <= absolute + relative * |expected|.
  template <typename T>
  void give(const std::string& name, const T* at, int64_t count, double relative = 0, double absolute = 0) {
    Output out = {name, {}, {}, relative, absolute, false};
    out.bytes.resize(static_cast<size_t>(count) * sizeof(T));
    must(secant_memory_copy(context_, out.bytes.data(), at, static_cast<int64_t>(out.bytes.size())), "copy");
    std::vector<T> values(static_cast<size_t>(count));
    std::memcpy(values.data(), out.bytes.data(), out.bytes.size());
    for (T v : values) out.values.push_back(static_cast<double>(v));
    outputs_.push_back(out);
  }
  void give_activations(const std::string& name, const float* at, int64_t count, double relative = 0,
                        double absolute = 0) {
    if (bf16() && device_) {
      give(name, reinterpret_cast<const uint16_t*>(at), count, relative, absolute);
      for (double& v : outputs_.back().values) {
        v = static_cast<double>(secant::bf16_value(static_cast<uint16_t>(v)));
      }
    } else {
      give(name, at, count, relative, absolute);
    }
    outputs_.back().stored = true;
  }

  const std::vector<Output>& outputs() const { return outputs_; }

  // True while no band has changed.
  bool intact() const {
    for (const Buffer& buffer : buffers_) {
      std::vector<uint8_t> bytes(buffer.bytes + 2 * kBand);
      must(secant_memory_copy(context_, bytes.data(), buffer.memory, static_cast<int64_t>(bytes.size())), "copy");
      for (size_t i = 0; i < kBand; ++i) {
        if (bytes[i] != kPattern || bytes[bytes.size() - 1 - i] != kPattern) return false;
      }
    }
    return true;
  }

 private:
  struct Buffer {
    void* memory;
    size_t bytes;
  };
  static constexpr size_t kBand = 64;
  static constexpr uint8_t kPattern = 0xFF;  // NaN as float, double and bf16

  void* place(const void* values, size_t bytes) {
    std::vector<uint8_t> banded(bytes + 2 * kBand, kPattern);
    if (bytes > 0) std::memcpy(banded.data() + kBand, values, bytes);
    void* memory = nullptr;
    must(secant_memory_allocate(context_, static_cast<int64_t>(banded.size()), &memory), "allocate");
    buffers_.push_back({memory, bytes});
    must(secant_memory_copy(context_, memory, banded.data(), static_cast<int64_t>(banded.size())), "copy");
    return static_cast<uint8_t*>(memory) + kBand;
  }

  secant_context* context_;
  int32_t type_;
  bool device_;
  std::vector<Buffer> buffers_;
  std::vector<Output> outputs_;
};

struct Case {
  std::string name;
  bool both_types;  // run with bf16 activations too
  std::function<void(Session&)> body;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> list;
  return list;
}

// mix_cases.cpp, loss_cases.cpp, train_cases.cpp, conv_cases.cpp: add theirs.
void add_mix_cases();
void add_loss_cases();
void add_train_cases();
void add_conv_cases();

// Test data.
inline std::vector<float> normals(uint64_t seed, int64_t count, double scale = 1, double mean = 0) {
  check::Random random(seed);
  std::vector<float> v(static_cast<size_t>(count));
  for (float& x : v) x = static_cast<float>(mean + scale * random.normal());
  return v;
}
inline std::vector<float> uniforms(uint64_t seed, int64_t count, double low, double high) {
  check::Random random(seed);
  std::vector<float> v(static_cast<size_t>(count));
  for (float& x : v) x = static_cast<float>(low + (high - low) * random.uniform());
  return v;
}
template <typename T>
std::vector<T> below(uint64_t seed, int64_t count, int64_t limit) {
  check::Random random(seed);
  std::vector<T> v(static_cast<size_t>(count));
  for (T& x : v) x = static_cast<T>(random.below(limit));
  return v;
}

}  // namespace kernel_tests
