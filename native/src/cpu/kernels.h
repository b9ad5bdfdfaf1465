// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// Declares every kernel of the table inside the namespace of the level being compiled. The signatures are those of Ops.
#pragma once

#include <type_traits>

#include "ops.h"

namespace secant::SECANT_LEVEL {

#define SECANT_KERNEL(name) std::remove_pointer_t<decltype(Ops::name)> name
SECANT_KERNEL(mix_images);
SECANT_KERNEL(mix_values);
SECANT_KERNEL(dirichlet);
SECANT_KERNEL(consistency_scratch);
SECANT_KERNEL(consistency);
SECANT_KERNEL(nonlin);
SECANT_KERNEL(norm_scratch);
SECANT_KERNEL(norm_forward);
SECANT_KERNEL(norm_inference);
SECANT_KERNEL(norm_backward);
SECANT_KERNEL(add);
SECANT_KERNEL(pool_forward);
SECANT_KERNEL(pool_backward);
SECANT_KERNEL(dense_forward);
SECANT_KERNEL(dense_backward);
SECANT_KERNEL(cross_entropy);
SECANT_KERNEL(optim_step);
SECANT_KERNEL(conv_scratch);
SECANT_KERNEL(conv_forward);
SECANT_KERNEL(conv_data);
SECANT_KERNEL(conv_weights_scratch);
SECANT_KERNEL(conv_weights);
SECANT_KERNEL(to_bf16);
SECANT_KERNEL(from_bf16);
#undef SECANT_KERNEL

}  // namespace secant::SECANT_LEVEL
