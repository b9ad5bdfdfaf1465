#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh [--seconds N] [--target NAME]...
# Builds the fuzz targets of tests/fuzz with clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer into
# build/fuzz, and runs each, or those named, for N seconds (60). A line of JSON each on standard output:
#   {"target":"mix","executions":100000,"seconds":60,"findings":0}
# The log, and what a finding says, on standard error; its input is kept in build/fuzz/findings. Ends with 1 after a
# finding, 2 for a wrong call, 4 where clang or its libFuzzer is missing.
set -euo pipefail
source=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
build=$source/build/fuzz

say() { echo "fuzz.sh: $*" >&2; }
usage() { say "$*; usage: fuzz.sh [--seconds N] [--target NAME]..."; exit 2; }

all=$(cd "$source/tests/fuzz" && ls ./*_fuzz.cpp | sed 's|./||; s|_fuzz.cpp||')
seconds=60
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) { [ $# -ge 2 ] && [[ $2 =~ ^[1-9][0-9]{0,6}$ ]]; } || usage "--seconds needs a whole number of at least 1"; seconds=$2 ;;
    --target)
      { [ $# -ge 2 ] && grep -qx -- "$2" <<<"$all"; } || usage "--target needs one of: ${all//$'\n'/ }"
      targets+=("$2") ;;
    *) usage "unknown: $1" ;;
  esac
  shift 2
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets <<<"$all"

# The newest of the usual names; a probe is linked, for libFuzzer comes in a package of its own on some systems.
clang=
for name in "${CXX:-}" clang++ clang++-{20,19,18,17,16,15,14}; do
  [ -n "$name" ] && command -v "$name" >/dev/null && [[ $("$name" --version 2>/dev/null) == *clang* ]] && clang=$name && break
done
[ -n "$clang" ] || { say "clang is missing (on Debian: apt-get install clang)"; exit 4; }
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$probe/probe.cpp"
"$clang" -fsanitize=fuzzer,address,undefined -o "$probe/probe" "$probe/probe.cpp" >"$probe/log" 2>&1 ||
  { tail -n 3 "$probe/log" >&2; say "$clang has no libFuzzer (on Debian: apt-get install libclang-rt-14-dev, of clang's version)"; exit 4; }

command -v ccache >/dev/null && export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
mkdir -p "$build"
generator=()
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
{ (cd "$source" && cmake --preset fuzz "${generator[@]}" "-DCMAKE_CXX_COMPILER=$clang" "-DCMAKE_C_COMPILER=${clang/++/}") &&
  cmake --build "$build" --parallel --target "${targets[@]/%/_fuzz}"; } >"$build.log" 2>&1 ||
  { tail -n 30 "$build.log" >&2; say "the build failed; the whole log is $build.log"; exit 1; }

failed=0
for target in "${targets[@]}"; do
  corpus=$build/corpus/$target
  kept=$build/findings/$target-
  mkdir -p "$corpus" "$build/findings"
  log=$build/$target.log
  rc=0
  "$build/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" -max_len=512 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$kept" "$corpus" >"$log" 2>&1 || rc=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  spent=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log" | tail -n 1)
  findings=0
  if [ $rc != 0 ]; then
    findings=1
    failed=1
    grep -E -A 25 'ERROR: |runtime error: |contract broken: ' "$log" | head -n 60 >&2 || tail -n 20 "$log" >&2
    say "$target: a finding; its input: $(grep -oE "$kept[^ ]*" "$log" | tail -n 1 || true); the log: $log"
  else
    say "$target: $(grep -E '^#[0-9]+.*DONE' "$log" | tail -n 1)"
  fi
  printf '{"target":"%s","executions":%s,"seconds":%s,"findings":%s}\n' "$target" "${executions:-0}" "${spent:-$seconds}" "$findings"
done
exit $failed
