#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# pack-cuda.sh BUILD CLASSES: libsecant_cuda, where BUILD holds one of its last run, as a folder of a class path; without
# one there is no folder, and no jar. libsecant_cuda.txt tells a library of the last run from an older one.
set -eu
place=$2/dev/secant/kernels/linux-x86_64
rm -rf "$2"
[ -f "$1/cuda/libsecant_cuda.txt" ] || exit 0
mkdir -p "$place"
cp "$1/cuda/libsecant_cuda.so" "$place"
