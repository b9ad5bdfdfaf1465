// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A case runs on any context: it puts its inputs where the context computes, calls the C API, and lists its outputs.
// The same case on a CPU context gives the expected values.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
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
  // What put_activations stored.
  int32_t activation_type() const { return bf16() && device_ ? SECANT_BFLOAT16 : SECANT_FLOAT32; }

  // From now on activations lie 4 bytes behind an aligned address, which no wide access may touch.
  void shift_activations() { offset_ = 4; }

  // Inputs. Activations travel as floats, and as bf16 on a bf16 device.
  template <typename T>
  T* put(const std::vector<T>& values) {
    return static_cast<T*>(place(values.data(), values.size() * sizeof(T)));
  }
  float* put_activations(const std::vector<float>& values) {
    const std::vector<float> kept = stored(values);
    if (!bf16() || !device_) return static_cast<float*>(place(kept.data(), kept.size() * sizeof(float), offset_));
    std::vector<uint16_t> halves;
    for (float v : kept) halves.push_back(secant::bf16_bits(v));
    return static_cast<float*>(place(halves.data(), halves.size() * sizeof(uint16_t), offset_));
  }
  // What an activation holds of these values.
  std::vector<float> stored(std::vector<float> values) const {
    for (float& v : values) v = bf16() ? secant::bf16_value(secant::bf16_bits(v)) : v;
    return values;
  }
  // Room for outputs, filled with a pattern that is no number.
  template <typename T>
  T* room(int64_t count) {
    const std::vector<uint8_t> pattern(static_cast<size_t>(count) * sizeof(T), kPattern);
    return static_cast<T*>(place(pattern.data(), pattern.size()));
  }
  float* room_activations(int64_t count) {
    const size_t bytes = static_cast<size_t>(count) * (bf16() && device_ ? sizeof(uint16_t) : sizeof(float));
    const std::vector<uint8_t> pattern(bytes, kPattern);
    return static_cast<float*>(place(pattern.data(), bytes, offset_));
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

  // The latest output must equal these values, of a reference in double, within absolute + relative * |expected|; and,
  // where activations are stored, within their rounding.
  void expect(const std::vector<double>& expected, double relative, double absolute) const {
    const Output& out = outputs_.back();
    const double rounding = out.stored && bf16() ? 1.0 / 256 : 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      const double allowed = absolute + (relative + rounding) * std::fabs(expected[i]);
      if (std::fabs(out.values[i] - expected[i]) <= allowed) continue;
      char text[200];
      std::snprintf(text, sizeof text, "%s[%zu] is %.9g, the reference %.9g, allowed %.3g", out.name.c_str(), i,
                    out.values[i], expected[i], allowed);
      throw std::runtime_error(text);
    }
  }

  const std::vector<Output>& outputs() const { return outputs_; }

  // True while no band has changed.
  bool intact() const {
    for (const Buffer& buffer : buffers_) {
      std::vector<uint8_t> bytes(buffer.bytes + buffer.offset + 2 * kBand);
      must(secant_memory_copy(context_, bytes.data(), buffer.memory, static_cast<int64_t>(bytes.size())), "copy");
      for (size_t i = 0; i < kBand; ++i) {
        if (bytes[bytes.size() - 1 - i] != kPattern) return false;
      }
      for (size_t i = 0; i < kBand + buffer.offset; ++i) {
        if (bytes[i] != kPattern) return false;
      }
    }
    return true;
  }

 private:
  struct Buffer {
    void* memory;
    size_t bytes, offset;
  };
  static constexpr size_t kBand = 64;
  static constexpr uint8_t kPattern = 0xFF;  // NaN as float, double and bf16

  void* place(const void* values, size_t bytes, size_t offset = 0) {
    std::vector<uint8_t> banded(bytes + offset + 2 * kBand, kPattern);
    if (bytes > 0) std::memcpy(banded.data() + kBand + offset, values, bytes);
    void* memory = nullptr;
    must(secant_memory_allocate(context_, static_cast<int64_t>(banded.size()), &memory), "allocate");
    buffers_.push_back({memory, bytes, offset});
    must(secant_memory_copy(context_, memory, banded.data(), static_cast<int64_t>(banded.size())), "copy");
    return static_cast<uint8_t*>(memory) + kBand + offset;
  }

  secant_context* context_;
  int32_t type_;
  bool device_;
  size_t offset_ = 0;
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

// mix_cases.cpp, loss_cases.cpp, train_cases.cpp, head_cases.cpp, conv_cases.cpp, record_cases.cpp: add theirs.
void add_mix_cases();
void add_loss_cases();
void add_train_cases();
void add_head_cases();
void add_conv_cases();
void add_record_cases();

inline void add_case(const std::string& name, bool both_types, std::function<void(Session&)> body) {
  cases().push_back({name, both_types, std::move(body)});
}
// The case in both types; where its sizes allow wide accesses, once more with activations at addresses that forbid
// them.
inline void add_wide_and_narrow(const std::string& name, bool wide, std::function<void(Session&)> body) {
  cases().push_back({name, true, body});
  if (!wide) return;
  cases().push_back({name + ".narrow", true, [body](Session& s) {
                       s.shift_activations();
                       body(s);
                     }});
}

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
