#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# Builds libsecant_cuda and secant-kernel-tests from source/ for the GPUs of this machine, and puts them into this bundle
# in place of those that came with it. Needs nvcc 12.8 or later, CMake 3.22, a C++ compiler, Ninja or Make.
# SECANT_CUDA_ARCHITECTURES="90a" builds for others.
set -euo pipefail

self=$(readlink -f "${BASH_SOURCE[0]}")
root=${self%/*}
build=$root/source/native/build/kernels
place=$root/native/dev/secant/kernels/linux-x86_64

say() { printf 'build-kernels: %s\n' "$*" >&2; }
fail() { say "error: $2"; exit "$1"; }
have() { command -v "$1" >/dev/null 2>&1; }

[ $# = 0 ] || fail 2 "takes no words; SECANT_CUDA_ARCHITECTURES says for which GPUs, such as \"90a\""
missing=""
have nvcc || [ -x "${CUDA_HOME:-}/bin/nvcc" ] || [ -x /usr/local/cuda/bin/nvcc ] || missing="$missing nvcc"
have cmake || missing="$missing cmake"
have c++ || have g++ || missing="$missing c++"
have ninja || have make || missing="$missing ninja"
[ -z "$missing" ] || fail 4 "missing:$missing. Needed: nvcc 12.8 or later (PATH, CUDA_HOME or /usr/local/cuda), CMake 3.22, a C++ compiler, Ninja or Make"

architectures=${SECANT_CUDA_ARCHITECTURES:-}
if [ -z "$architectures" ] && have nvidia-smi; then
  architectures=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d '. ' | sort -u | sed 's/^90$/90a/' | paste -sd ';' || true)
fi
[ -n "$architectures" ] || fail 4 "nvidia-smi finds no GPU; SECANT_CUDA_ARCHITECTURES says for which, such as \"90a\""

say "building for $architectures, some minutes"
SECANT_TESTS=ON SECANT_CMAKE_ARGS="-DSECANT_CUDA=ON -DSECANT_CUDA_ARCHITECTURES=$architectures" \
  "$root/source/native/build.sh" "$build" secant-kernel-tests secant_cuda ||
  fail 1 "the build failed; the log is $build.log"
[ -f "$build/cuda/libsecant_cuda.txt" ] || fail 4 "no libsecant_cuda was built: nvcc is older than 12.8 or does not run"

for file in libsecant_cuda.so secant-kernel-tests; do
  cp "$build/cuda/$file" "$place/$file.new"
  mv -f "$place/$file.new" "$place/$file" # a program that has the old file open keeps it
done
about="$(cat "$build/cuda/libsecant_cuda.txt"), built on $(uname -n)"
sed -i "s|^libsecant_cuda .*|libsecant_cuda $about|" "$root/bundle.txt"
say "libsecant_cuda: $about"
say "next: $root/secant-kernel-tests --device cuda"
