// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Checks of arguments that several exported functions share. Each throws SECANT_INVALID_ARGUMENT with what, expected
// and got.
#pragma once

#include <cinttypes>
#include <cmath>
#include <type_traits>

#include "context.h"
#include "error.h"

namespace secant::checks {

// Not NULL and aligned to its type.
template <typename T>
void require_pointer(const T* pointer, const char* name) {
  require(pointer != nullptr, "%s is NULL", name);
  if constexpr (std::is_arithmetic_v<T>) {
    require(reinterpret_cast<uintptr_t>(pointer) % alignof(T) == 0, "%s must be aligned to %zu bytes, got %p", name,
            alignof(T), static_cast<const void*>(pointer));
  }
}
// The same, or NULL.
template <typename T>
void require_optional(const T* pointer, const char* name) {
  if (pointer != nullptr) require_pointer(pointer, name);
}

inline void require_positive(int64_t value, const char* name) {
  require(value >= 1, "%s must be at least 1, got %" PRId64, name, value);
}

inline void require_ways(int32_t ways) {
  require(ways >= 1 && ways <= SECANT_MAX_WAYS, "ways must be in 1..%d, got %d", SECANT_MAX_WAYS, ways);
}

inline void require_flag(int32_t value, const char* name) {
  require(value == 0 || value == 1, "%s must be 0 or 1, got %d", name, value);
}

// values in [0, limit); limit_name says what the limit is.
inline void require_below(const int32_t* values, int64_t count, int64_t limit, const char* name,
                          const char* limit_name) {
  for (int64_t i = 0; i < count; ++i) {
    require(values[i] >= 0 && values[i] < limit, "%s[%" PRId64 "] must be in [0, %s=%" PRId64 "), got %d", name, i,
            limit_name, limit, values[i]);
  }
}

inline void require_finite(const float* values, int64_t count, const char* name) {
  for (int64_t i = 0; i < count; ++i) {
    const double value = values[i];
    require(std::isfinite(value), "%s[%" PRId64 "] must be finite, got %g", name, i, value);
  }
}

// Product of sizes, each >= 1; `what` names it in the refusal.
inline int64_t elements(const char* what, int64_t a, int64_t b, int64_t c = 1, int64_t d = 1) {
  int64_t product = 0;
  const bool over = __builtin_mul_overflow(a, b, &product) || __builtin_mul_overflow(product, c, &product) ||
                    __builtin_mul_overflow(product, d, &product) || product > INT64_MAX / 16;
  require(!over, "%s has too many elements: %" PRId64 " x %" PRId64 " x %" PRId64 " x %" PRId64 " overflows int64",
          what, a, b, c, d);
  return product;
}

inline void require_batch(int32_t batch, int32_t ways) {
  require_positive(batch, "batch");
  require_ways(ways);
}

inline void require_rows(const secant_context& context, const int32_t* rows, const float* lambda, int32_t batch,
                         int32_t ways, int32_t sources) {
  require_pointer(rows, "rows");
  require_pointer(lambda, "lambda");
  const int64_t count = elements("rows", batch, ways);
  if (!context.on_host()) return;
  require_below(rows, count, sources, "rows", "T");
  require_finite(lambda, count, "lambda");
}

// Space and reduction of a consistency loss.
inline void require_kind(int32_t space, int32_t reduction) {
  require(space >= SECANT_SPACE_LOGIT && space <= SECANT_SPACE_LOGIT_SOFTMAX,
          "space must be 0 (logit), 1 (prob) or 2 (logit-softmax), got %d", space);
  require(reduction >= SECANT_REDUCTION_MEAN && reduction <= SECANT_REDUCTION_L2,
          "reduction must be 0 (mean), 1 (sum) or 2 (l2), got %d", reduction);
}

inline void require_weight(const secant_context& context, const float* weight) {
  require_pointer(weight, "weight");
  require(!context.on_host() || std::isfinite(*weight), "*weight must be finite, got %g",
          context.on_host() ? static_cast<double>(*weight) : 0.0);
}

}  // namespace secant::checks
