// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A recipe expanded into its draws. Integer and strict double arithmetic only, so it is compiled once, not per level.
#pragma once

#include <cstdint>

#include "pool.h"
#include "secant.h"

namespace secant {

// Source rows T of a recipe: B for shift partners, K * B for independent ones.
inline int64_t source_rows(const secant_recipe& recipe) {
  return recipe.partners == SECANT_PARTNERS_SHIFT ? recipe.batch : static_cast<int64_t>(recipe.ways) * recipe.batch;
}

// lambda (rows, K); row r draws as sample first_row + r.
void draw_lambda(Pool& pool, uint64_t seed, int32_t stream, int64_t step, int32_t rows, int32_t first_row, int32_t ways,
                 const double* alpha, float* lambda);

// indices (T): image of each source row.
void draw_indices(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* indices);

// crops, rows and lambda of draws.
void draw_rest(Pool& pool, const secant_recipe& recipe, int64_t step, const secant_draws& draws);

}  // namespace secant
