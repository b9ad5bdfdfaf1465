// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

namespace kernel_tests {

// Launches the kernel twice on bf16 data beyond the caches and returns the bytes that one launch is said to move.
// kernel: mix, nonlin or consistency. small: sizes for the emulation.
int64_t traffic(secant_context* context, const std::string& kernel, bool small);

}  // namespace kernel_tests
