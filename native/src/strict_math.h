// SPDX-FileCopyrightText: Secant contributors
// SPDX-FileCopyrightText: 1993 Sun Microsystems, Inc.
// SPDX-License-Identifier: Apache-2.0 AND SunPro

// Transcendentals with one result everywhere: the fdlibm 5.3 algorithms of log, exp, sin and cos, the ones Java's
// StrictMath specifies. strict_log(x) == StrictMath.log(x), strict_exp(x) == StrictMath.exp(x) bit for bit; cos_2pi(u)
// is documented below. Needs IEEE double arithmetic without contraction (-ffp-contract=off; nvcc -fmad=false).
//
// The polynomials and case distinctions are those of fdlibm, whose notice reads:
//   Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
//   Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
//   software is freely granted, provided that this notice is preserved.
#pragma once

#include <stdint.h>
#include <string.h>

#include "portable.h"

namespace secant {

SECANT_INLINE uint64_t double_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
SECANT_INLINE double bits_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
SECANT_INLINE int32_t high_word(double x) { return static_cast<int32_t>(double_bits(x) >> 32); }
SECANT_INLINE double with_high_word(double x, int32_t high) {
  return bits_double((double_bits(x) & 0xFFFFFFFFu) | static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32);
}

// Natural logarithm, < 1 ulp (e_log.c).
SECANT_INLINE double strict_log(double x) {
  const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  const double Lg1 = 6.666666666666735130e-01, Lg2 = 3.999999999940941908e-01, Lg3 = 2.857142874366239149e-01,
               Lg4 = 2.222219843214978396e-01, Lg5 = 1.818357216161805012e-01, Lg6 = 1.531383769920937332e-01,
               Lg7 = 1.479819860511658591e-01;
  int32_t hx = high_word(x);
  int32_t k = 0;
  if (hx < 0x00100000) {                                                      // x < 2^-1022
    if ((double_bits(x) << 1) == 0) return bits_double(0xFFF0000000000000u);  // log(+-0) = -inf
    if (hx < 0) return bits_double(0x7FF8000000000000u);                      // log(-#) = NaN
    k -= 54;
    x *= 0x1p54;
    hx = high_word(x);
  }
  if (hx >= 0x7ff00000) return x + x;
  k += (hx >> 20) - 1023;
  hx &= 0x000fffff;
  int32_t i = (hx + 0x95f64) & 0x100000;
  x = with_high_word(x, hx | (i ^ 0x3ff00000));  // normalise x or x/2
  k += i >> 20;
  const double f = x - 1.0;
  const double dk = k;
  if ((0x000fffff & (2 + hx)) < 3) {  // |f| < 2^-20
    if (f == 0.0) return k == 0 ? 0.0 : dk * ln2_hi + dk * ln2_lo;
    const double R = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - R : dk * ln2_hi - ((R - dk * ln2_lo) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  i = hx - 0x6147a;
  const double w = z * z;
  const int32_t j = 0x6b851 - hx;
  const double t1 = w * (Lg2 + w * (Lg4 + w * Lg6));
  const double t2 = z * (Lg1 + w * (Lg3 + w * (Lg5 + w * Lg7)));
  i |= j;
  const double R = t2 + t1;
  if (i > 0) {
    const double hfsq = 0.5 * f * f;
    if (k == 0) return f - (hfsq - s * (hfsq + R));
    return dk * ln2_hi - ((hfsq - (s * (hfsq + R) + dk * ln2_lo)) - f);
  }
  if (k == 0) return f - s * (f - R);
  return dk * ln2_hi - ((s * (f - R) - dk * ln2_lo) - f);
}

// Exponential, < 1 ulp (e_exp.c).
SECANT_INLINE double strict_exp(double x) {
  const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  const double inv_ln2 = 1.44269504088896338700e+00;
  const double P1 = 1.66666666666666019037e-01, P2 = -2.77777777770155933842e-03, P3 = 6.61375632143793436117e-05,
               P4 = -1.65339022054652515390e-06, P5 = 4.13813679705723846039e-08;
  double hi = 0.0, lo = 0.0;
  int32_t k = 0;
  const int32_t hx = high_word(x) & 0x7fffffff;
  const bool negative = high_word(x) < 0;
  if (hx >= 0x40862E42) {  // |x| >= 709.78...
    if (x != x) return x;
    if (x > 7.09782712893383973096e+02) return bits_double(0x7FF0000000000000u);
    if (x < -7.45133219101941108420e+02) return 0.0;
  }
  if (hx > 0x3fd62e42) {    // |x| > 0.5 ln2
    if (hx < 0x3FF0A2B2) {  // |x| < 1.5 ln2
      hi = negative ? x + ln2_hi : x - ln2_hi;
      lo = negative ? -ln2_lo : ln2_lo;
      k = negative ? -1 : 1;
    } else {
      k = static_cast<int32_t>(inv_ln2 * x + (negative ? -0.5 : 0.5));
      const double t = k;
      hi = x - t * ln2_hi;  // exact
      lo = t * ln2_lo;
    }
    x = hi - lo;
  } else if (hx < 0x3e300000) {  // |x| < 2^-28
    return 1.0 + x;
  }
  const double t = x * x;
  const double c = x - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k == 0) return 1.0 - ((x * c) / (c - 2.0) - x);
  const double y = 1.0 - ((lo - (x * c) / (2.0 - c)) - hi);
  if (k >= -1021) return bits_double(double_bits(y) + (static_cast<uint64_t>(k) << 52));
  return bits_double(double_bits(y) + (static_cast<uint64_t>(k + 1000) << 52)) * 9.33263618503218878990e-302;
}

// sin and cos for |x| <= pi/4 (k_sin.c, k_cos.c with y = 0): equal to StrictMath.sin and StrictMath.cos there.
SECANT_INLINE double strict_sin_kernel(double x) {
  const double S1 = -1.66666666666666324348e-01, S2 = 8.33333333332248946124e-03, S3 = -1.98412698298579493134e-04,
               S4 = 2.75573137070700676789e-06, S5 = -2.50507602534068634195e-08, S6 = 1.58969099521155010221e-10;
  if ((high_word(x) & 0x7fffffff) < 0x3e400000) return x;  // |x| < 2^-27
  const double z = x * x;
  const double v = z * x;
  const double r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x + v * (S1 + z * r);
}
SECANT_INLINE double strict_cos_kernel(double x) {
  const double C1 = 4.16666666666666019037e-02, C2 = -1.38888888888741095749e-03, C3 = 2.48015872894767294178e-05,
               C4 = -2.75573143513906633035e-07, C5 = 2.08757232129817482790e-09, C6 = -1.13596475577881948265e-11;
  const int32_t ix = high_word(x) & 0x7fffffff;
  if (ix < 0x3e400000) return 1.0;  // |x| < 2^-27
  const double z = x * x;
  const double r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
  if (ix < 0x3FD33333) return 1.0 - (0.5 * z - z * r);  // |x| < 0.3
  const double qx = ix > 0x3fe90000 ? 0.28125 : with_high_word(0.0, ix - 0x00200000);
  const double hz = 0.5 * z - qx;
  const double a = 1.0 - qx;
  return a - (hz - z * r);
}

// cos(2 pi u) for u in [0, 1) with at most 50 significant bits: r = 4u, n = floor(r + 0.5), f = r - n in [-0.5, 0.5]
// are exact; y = f * 1.5707963267948966 is rounded once, |y| <= pi/4; the result is cos y, -sin y, -cos y, sin y for
// n mod 4 = 0, 1, 2, 3.
SECANT_INLINE double cos_2pi(double u) {
  const double r = 4.0 * u;
  const int32_t n = static_cast<int32_t>(r + 0.5);
  const double y = (r - n) * 1.5707963267948966;
  switch (n & 3) {
    case 0:
      return strict_cos_kernel(y);
    case 1:
      return -strict_sin_kernel(y);
    case 2:
      return -strict_cos_kernel(y);
    default:
      return strict_sin_kernel(y);
  }
}

}  // namespace secant
