// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// The table of one instruction level.
#include "cpu/kernels.h"

namespace secant::SECANT_LEVEL {

// In the order of Ops.
const Ops ops = {
    mix_images,    mix_values,   dirichlet,     consistency_scratch, consistency,
    nonlin,        norm_scratch, norm_forward,  norm_inference,      norm_backward,
    add,           pool_forward, pool_backward, dense_forward,       dense_backward,
    cross_entropy, optim_step,   to_bf16,       from_bf16,
};

}  // namespace secant::SECANT_LEVEL
