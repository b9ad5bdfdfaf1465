// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// A recipe expanded into its draws, but for lambda. Integer arithmetic only, so it is compiled once, not per level.
#pragma once

#include <cstdint>

#include "pool.h"
#include "secant.h"

namespace secant {

// Source rows T of a recipe: B for shift partners, K * B for independent ones.
inline int64_t source_rows(const secant_recipe& recipe) {
  return recipe.partners == SECANT_PARTNERS_SHIFT ? recipe.batch : static_cast<int64_t>(recipe.ways) * recipe.batch;
}

// indices (T): image of each source row.
void draw_indices(Pool& pool, const secant_recipe& recipe, int64_t step, int32_t* indices);

// crops and rows of draws.
void draw_places(Pool& pool, const secant_recipe& recipe, int64_t step, const secant_draws& draws);

}  // namespace secant
