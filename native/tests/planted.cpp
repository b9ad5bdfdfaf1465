// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// planted FAULT: a fault that a sanitizer must report, so that a run without reports says something.
//   race       two threads write one number with nothing between them
//   overflow   a write beyond a block
//   undefined  a sum of int that overflows
//   leak       blocks that nothing points to any more

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

int number = 0;

void race() {
  std::thread other([] { ++number; });
  ++number;
  other.join();
}

void overflow() {
  static volatile size_t bytes = 17;
  static void* volatile block;
  block = std::malloc(16);
  std::memset(block, 1, bytes);
  std::free(block);
}

void undefined() {
  static volatile int most = INT_MAX;
  most = most + 1;
}

// Several, for the last one may still be in a register.
void leak() {
  for (int i = 0; i < 8; ++i) {
    volatile char* block = static_cast<char*>(std::malloc(16));
    block[0] = 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* fault = argc > 1 ? argv[1] : "";
  if (std::strcmp(fault, "race") == 0) {
    race();
  } else if (std::strcmp(fault, "overflow") == 0) {
    overflow();
  } else if (std::strcmp(fault, "undefined") == 0) {
    undefined();
  } else if (std::strcmp(fault, "leak") == 0) {
    leak();
  } else {
    std::fprintf(stderr, "usage: planted race|overflow|undefined|leak\n");
    return 2;
  }
  std::printf("missed\n");
  return 0;
}
