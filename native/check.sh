#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
# What CI checks of the native side besides its tests:
#   cuda       libsecant_cuda compiles for the architectures below, no flagship kernel spills, the cases run on a GPU or
#              say why not; skipped with the reason where there is no nvcc
#   sanitize   the native tests and the emulated kernels under AddressSanitizer and UndefinedBehaviorSanitizer
# check.sh [cuda|sanitize]: one of them alone. SECANT_CUDA_ARCHITECTURES="75;80;90a;120" chooses others.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
command -v ccache >/dev/null && export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache

cuda() {
  build=$source/build/tests # its objects are those of test.sh
  SECANT_TESTS=ON SECANT_CMAKE_ARGS="-DSECANT_CUDA=ON -DSECANT_CUDA_ARCHITECTURES=${SECANT_CUDA_ARCHITECTURES:-75;80;90a;120}" \
    "$source/build.sh" "$build"
  if ctest --test-dir "$build" -N -R cuda_registers | grep -q 'Total Tests: 0'; then
    echo "CUDA: not built: no usable nvcc in PATH, CUDA_HOME or /usr/local/cuda (12.8 or later)"
    return
  fi
  ctest --test-dir "$build" --verbose --no-tests=error -R 'cuda_registers|kernel_tests_cuda'
}

sanitize() {
  build=$source/build/asan-ubsan
  if command -v ninja >/dev/null 2>&1; then generator="-G Ninja"; else generator=""; fi
  [ -f "$build/CMakeCache.txt" ] && generator=""
  # shellcheck disable=SC2086
  (cd "$source" && cmake --preset asan-ubsan $generator >"$build.log" 2>&1) || { cat "$build.log" >&2; exit 1; }
  cmake --build "$build" --parallel >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
  ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2
}

for check in ${*:-cuda sanitize}; do
  case $check in
    cuda | sanitize) ;;
    *) echo "usage: check.sh [cuda] [sanitize]" >&2 && exit 2 ;;
  esac
  begin=$(date +%s)
  "$check"
  echo "check.sh $check: $(($(date +%s) - begin)) s"
done
