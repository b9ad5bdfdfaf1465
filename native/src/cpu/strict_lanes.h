// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// strict_exp of strict_math.h on eight lanes, for arguments <= 0 (softmax): every lane the bits of the scalar function.
#pragma once

#include "cpu/lanes.h"
#include "strict_math.h"

namespace secant {
namespace {

typedef int64_t I8 __attribute__((vector_size(64)));
typedef int32_t W8 __attribute__((vector_size(32)));

[[maybe_unused]] inline D8 broadcast(double x) { return D8{x, x, x, x, x, x, x, x}; }
[[maybe_unused]] inline I8 bits_of(D8 v) { return reinterpret_cast<I8>(v); }
[[maybe_unused]] inline D8 from_bits(I8 v) { return reinterpret_cast<D8>(v); }
// Lanes of a where the mask is -1, of b where it is 0.
[[maybe_unused]] inline D8 select(I8 mask, D8 a, D8 b) { return from_bits((mask & bits_of(a)) | (~mask & bits_of(b))); }

// NaN and anything below -745.13 (minus infinity too) as the scalar function; x must not be positive.
[[maybe_unused]] inline D8 exp_nonpositive(D8 x) {
  const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  const double inv_ln2 = 1.44269504088896338700e+00;
  const double P1 = 1.66666666666666019037e-01, P2 = -2.77777777770155933842e-03, P3 = 6.61375632143793436117e-05,
               P4 = -1.65339022054652515390e-06, P5 = 4.13813679705723846039e-08;
  const I8 high = (bits_of(x) >> 32) & 0x7fffffff;
  const I8 is_nan = x != x;
  const I8 gone = (x < -7.45133219101941108420e+02) | is_nan;
  const D8 safe = select(gone, broadcast(-1.0), x);  // no conversion of huge values
  const D8 far = __builtin_convertvector(__builtin_convertvector(inv_ln2 * safe - 0.5, W8), D8);
  D8 k = select(high < 0x3FF0A2B2, broadcast(-1.0), far);
  k = select(high > 0x3fd62e42, k, broadcast(0.0));
  const D8 hi = safe - k * ln2_hi;
  const D8 lo = k * ln2_lo;
  const D8 r = hi - lo;
  const D8 t = r * r;
  const D8 c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  D8 y = 1.0 - ((lo - (r * c) / (2.0 - c)) - hi);
  const I8 deep = k < -1021.0;  // the result is subnormal: scale in two steps
  const D8 shifted = select(deep, k + 1000.0, k);
  const double magic = 0x1.8p52;  // the low bits of magic + integer are the integer
  y = from_bits(bits_of(y) + ((bits_of(shifted + magic) - bits_of(broadcast(magic))) << 52));
  y = y * select(deep, broadcast(9.33263618503218878990e-302), broadcast(1.0));
  y = select(high < 0x3e300000, 1.0 + x, y);
  y = select(gone, broadcast(0.0), y);
  return select(is_nan, x, y);
}

}  // namespace
}  // namespace secant
