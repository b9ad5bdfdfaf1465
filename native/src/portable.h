// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// For headers shared by C++ and CUDA. Internal linkage: objects of different instruction levels must not share inline
// functions.
#pragma once

#ifdef __CUDACC__
#define SECANT_INLINE static __host__ __device__ inline
#else
#define SECANT_INLINE [[maybe_unused]] static inline
#endif
