// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A kernel reads beyond a block that this program, in which no sanitizer is compiled, said was longer.

#include <cstdio>
#include <vector>

#include "secant_train.h"

int main() {
  secant_context* context = nullptr;
  if (secant_context_create(1, 0, &context) != SECANT_OK) return 2;
  const std::vector<float> a(48), b(64);
  std::vector<float> out(64);
  secant_add(context, 64, a.data(), b.data(), out.data());
  std::printf("missed\n");
  return 0;
}
