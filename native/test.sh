#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
# Builds the native tests into build/tests and runs them; called by Maven in its test phase.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
build=$source/build/tests
SECANT_TESTS=ON "$source/build.sh" "$build"
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2
