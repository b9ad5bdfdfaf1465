// SPDX-FileCopyrightText: Secant contributors
// SPDX-FileCopyrightText: 1993 Sun Microsystems, Inc.
// SPDX-License-Identifier: Apache-2.0 AND SunPro

// strict_log and cos_2pi of strict_math.h on as many lanes as a vector of the level has: every lane the bits of the
// scalar function. Cases that the scalar text tells apart only to save work are one here: with k = 0 or a tiny argument
// the general formula gives the same bits, since adding and subtracting zero is exact and rounding is symmetric.
#pragma once

#include "cpu/wide.h"
#include "strict_math.h"

namespace secant {
namespace {

typedef int64_t WideInt __attribute__((vector_size(8 * kWidePart)));

// Not for -0.
inline WideDouble all(double x) { return WideDouble{} + x; }
inline WideInt all(int64_t x) { return WideInt{} + x; }
inline WideInt wide_bits(WideDouble v) { return reinterpret_cast<WideInt>(v); }
inline WideDouble wide_from_bits(WideInt v) { return reinterpret_cast<WideDouble>(v); }
// Lanes of a where the mask is -1, of b where it is 0.
inline WideDouble wide_select(WideInt mask, WideDouble a, WideDouble b) {
  return wide_from_bits((mask & wide_bits(a)) | (~mask & wide_bits(b)));
}

// Of lanes whose sign bit is 0, or that are taken as unsigned.
template <int kBits>
inline WideInt shift_right(WideInt v) {
  typedef uint64_t Unsigned __attribute__((vector_size(8 * kWidePart)));
  return reinterpret_cast<WideInt>(reinterpret_cast<Unsigned>(v) >> kBits);
}

// The products of the lower 32 bits, unsigned.
inline WideInt multiply_low_words(WideInt a, WideInt b) {
#if defined(__AVX512F__)  // masked: gcc 12 warns about the plain one
  return reinterpret_cast<WideInt>(
      _mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<WideInt>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  return reinterpret_cast<WideInt>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#endif
}

inline WideDouble square_root(WideDouble v) {
#if defined(__AVX512F__)
  return _mm512_maskz_sqrt_pd(0xFF, v);
#elif defined(__AVX2__)
  return _mm256_sqrt_pd(v);
#else
  return _mm_sqrt_pd(v);
#endif
}

// Integers below 2^51 in magnitude, exactly.
inline WideDouble to_double(WideInt v) {
  const WideDouble magic = all(0x1.8p52);  // the low bits of magic + integer are the integer
  return wide_from_bits(wide_bits(magic) + v) - magic;
}

// Of positive, normal, finite numbers.
inline WideDouble log_lanes(WideDouble x) {
  const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  const double Lg1 = 6.666666666666735130e-01, Lg2 = 3.999999999940941908e-01, Lg3 = 2.857142874366239149e-01,
               Lg4 = 2.222219843214978396e-01, Lg5 = 1.818357216161805012e-01, Lg6 = 1.531383769920937332e-01,
               Lg7 = 1.479819860511658591e-01;
  const WideInt bits = wide_bits(x);
  const WideInt high = shift_right<32>(bits);
  const WideInt hx = high & int64_t{0x000fffff};
  const WideInt up = (hx + int64_t{0x95f64}) & int64_t{0x100000};
  const WideInt normal = ((hx | (up ^ int64_t{0x3ff00000})) << 32) | (bits & int64_t{0xFFFFFFFF});
  const WideDouble f = wide_from_bits(normal) - 1.0;
  const WideDouble dk = to_double(shift_right<20>(high) - int64_t{1023} + shift_right<20>(up));
  const WideDouble tiny_r = f * f * (0.5 - 0.33333333333333333 * f);  // |f| < 2^-20
  const WideDouble tiny = dk * ln2_hi - ((tiny_r - dk * ln2_lo) - f);
  const WideDouble s = f / (2.0 + f);
  const WideDouble z = s * s;
  const WideDouble w = z * z;
  const WideDouble t1 = w * (Lg2 + w * (Lg4 + w * Lg6));
  const WideDouble t2 = z * (Lg1 + w * (Lg3 + w * (Lg5 + w * Lg7)));
  const WideDouble r = t2 + t1;
  const WideDouble hfsq = 0.5 * f * f;
  const WideDouble middle = dk * ln2_hi - ((hfsq - (s * (hfsq + r) + dk * ln2_lo)) - f);
  const WideDouble outer = dk * ln2_hi - ((s * (f - r) - dk * ln2_lo) - f);
  const WideInt between = (hx - int64_t{0x6147a}) | (int64_t{0x6b851} - hx);
  const WideInt near = ((hx + int64_t{2}) & int64_t{0x000fffff}) < int64_t{3};
  return wide_select(near, tiny, wide_select(between > int64_t{0}, middle, outer));
}

// For u in [0, 1) with at most 50 significant bits.
inline WideDouble cos_2pi_lanes(WideDouble u) {
  const double S1 = -1.66666666666666324348e-01, S2 = 8.33333333332248946124e-03, S3 = -1.98412698298579493134e-04,
               S4 = 2.75573137070700676789e-06, S5 = -2.50507602534068634195e-08, S6 = 1.58969099521155010221e-10;
  const double C1 = 4.16666666666666019037e-02, C2 = -1.38888888888741095749e-03, C3 = 2.48015872894767294178e-05,
               C4 = -2.75573143513906633035e-07, C5 = 2.08757232129817482790e-09, C6 = -1.13596475577881948265e-11;
  const WideInt one = wide_bits(all(1.0));
  const WideDouble r = 4.0 * u;
  const WideDouble rounded = r + 0.5;
  const WideInt first = rounded >= 1.0, second = rounded >= 2.0, third = rounded >= 3.0, fourth = rounded >= 4.0;
  const WideDouble n = ((wide_from_bits(first & one) + wide_from_bits(second & one)) + wide_from_bits(third & one)) +
                       wide_from_bits(fourth & one);
  const WideDouble y = (r - n) * 1.5707963267948966;
  const WideDouble z = y * y;
  const WideDouble sine = y + (z * y) * (S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))));
  const WideDouble p = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
  const WideInt ix = shift_right<32>(wide_bits(y)) & int64_t{0x7fffffff};
  const WideDouble quarter = wide_from_bits((ix - int64_t{0x00200000}) << 32);
  const WideDouble qx =
      wide_select(ix < int64_t{0x3FD33333}, all(0.0), wide_select(ix > int64_t{0x3fe90000}, all(0.28125), quarter));
  const WideDouble cosine = (1.0 - qx) - ((0.5 * z - qx) - z * p);
  const WideInt odd = (first & ~second) | (third & ~fourth);
  const WideInt negative = (first & ~third) & all(INT64_MIN);
  return wide_from_bits(wide_bits(wide_select(odd, sine, cosine)) ^ negative);
}

}  // namespace
}  // namespace secant
