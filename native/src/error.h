// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Errors inside the library are exceptions; every exported function passes through translate().
#pragma once

#include <cstdarg>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "secant.h"

namespace secant {

class Error : public std::exception {
 public:
  Error(int32_t status, std::string message) : status_(status), message_(std::move(message)) {}
  int32_t status() const { return status_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  int32_t status_;
  std::string message_;
};

std::string& last_error();

[[noreturn]] inline void fail(int32_t status, const char* format, va_list args) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, args);
  throw Error(status, text);
}

// Throws SECANT_INVALID_ARGUMENT with a printf-style text unless the condition holds.
__attribute__((format(printf, 2, 3))) inline void require(bool condition, const char* format, ...) {
  if (condition) return;
  va_list args;
  va_start(args, format);
  fail(SECANT_INVALID_ARGUMENT, format, args);
}

// The same with SECANT_UNAVAILABLE, for what the machine lacks.
__attribute__((format(printf, 2, 3))) inline void require_available(bool condition, const char* format, ...) {
  if (condition) return;
  va_list args;
  va_start(args, format);
  fail(SECANT_UNAVAILABLE, format, args);
}

// Runs an exported function's body: exception -> status, text kept per thread, prefixed with the function's name.
template <typename Body>
int32_t translate(const char* function, Body body) noexcept {
  int32_t status = SECANT_INTERNAL;
  const char* text = "unknown exception";
  try {
    try {
      body();
      return SECANT_OK;
    } catch (const Error& e) {
      status = e.status();
      last_error() = std::string(function) + ": " + e.what();
      return status;
    } catch (const std::bad_alloc&) {
      status = SECANT_OUT_OF_MEMORY;
      text = "out of host memory";
    } catch (const std::exception& e) {
      last_error() = std::string(function) + ": " + e.what();
      return status;
    } catch (...) {
    }
    last_error() = std::string(function) + ": " + text;
  } catch (...) {
    // No memory for the text: the status alone has to do.
  }
  return status;
}

}  // namespace secant
