// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The table of one instruction level.
#include "cpu/kernels.h"

namespace secant::SECANT_LEVEL {

#if defined(__FMA__)
#define SECANT_FUSED(name) name
#else
#define SECANT_FUSED(name) nullptr
#endif

// In the order of Ops.
const Ops ops = {
    mix_images,
    mix_values,
    dirichlet,
    consistency_scratch,
    consistency,
    nonlin,
    norm_scratch,
    norm_forward,
    norm_inference,
    norm_backward,
    add,
    pool_forward,
    pool_backward,
    dense_forward,
    dense_backward,
    cross_entropy,
    optim_step,
    SECANT_FUSED(conv_scratch),
    SECANT_FUSED(conv_forward),
    SECANT_FUSED(conv_data),
    SECANT_FUSED(conv_weights_scratch),
    SECANT_FUSED(conv_weights),
    to_bf16,
    from_bf16,
};

}  // namespace secant::SECANT_LEVEL
