/* SPDX-FileCopyrightText: Secant contributors
 * SPDX-License-Identifier: Apache-2.0 */

/* The public headers are C99 and may be included twice, in either order. */
#include <string.h>

#include "secant.h"
#include "secant_train.h"

int main(void) {
  secant_context* context = NULL;
  if (secant_abi() != SECANT_ABI || strlen(secant_build()) == 0) return 1;
  if (secant_context_create(0, 0, &context) != SECANT_INVALID_ARGUMENT || context != NULL) return 2;
  if (strstr(secant_last_error(), "secant_context_create: threads must be in") == NULL) return 3;
  if (secant_context_create(2, 0, &context) != SECANT_OK) return 4;
  return secant_context_destroy(context) == SECANT_OK ? 0 : 5;
}
