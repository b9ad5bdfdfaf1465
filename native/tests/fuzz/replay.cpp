// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A main for a fuzz target where there is no libFuzzer: offers the files given, such as what a finding left, then as
// many inputs as asked for, the same every time.
//
//   mix_fuzz COUNT [FILE...]

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "fuzz.h"

namespace {

constexpr size_t kLongest = 256;

void offer(const char* file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) fuzz::broken("cannot read", file);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

uint64_t next(uint64_t& state) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

int main(int argc, char** argv) {
  int64_t count = 0;
  for (int i = 2; i < argc; ++i, ++count) offer(argv[i]);
  uint64_t state = 1;
  for (int64_t left = argc > 1 ? std::atoll(argv[1]) : 0; left > 0; --left, ++count) {
    std::vector<uint8_t> bytes(next(state) % kLongest);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(next(state));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%lld inputs, %lld calls computed\n", static_cast<long long>(count),
              static_cast<long long>(fuzz::accepted()));
  return fuzz::accepted() > count / 10 ? 0 : 1;
}
