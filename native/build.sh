#!/bin/sh
# build.sh [FOLDER [TARGET...]]
# Builds libsecant, or the targets given, into the folder given (default build/release), incrementally; called by Maven.
# SECANT_CMAKE_ARGS adds CMake arguments, for instance -DSECANT_SANITIZE=address.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
build=${1:-$source/build/release}
[ $# = 0 ] || shift
mkdir -p "$build"
revision=$("$source/revision.sh")
if command -v ninja >/dev/null 2>&1; then generator="-G Ninja"; else generator=""; fi
[ -f "$build/CMakeCache.txt" ] && generator=""
# shellcheck disable=SC2086
cmake -S "$source" -B "$build" $generator -DCMAKE_BUILD_TYPE=Release -DSECANT_TESTS="${SECANT_TESTS:-OFF}" \
  -DSECANT_REVISION="$revision" ${SECANT_CMAKE_ARGS:-} >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
[ $# = 0 ] || set -- --target "$@"
cmake --build "$build" --parallel "$@" >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
