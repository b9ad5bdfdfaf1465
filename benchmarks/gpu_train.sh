#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# WRN-28-2 on CIFAR-10 at 250 labels with ERM, mixup, ICT2 and ICT4 in bf16, and ERM in fp32 beside it: accuracy and NonLin
# of the last evaluations, and times. Runs in a checkout or in an unpacked bundle. What a report needs of the runs is packed into
# OUT-kept, which must not exist.
#
#   benchmarks/gpu_train.sh DATA [OUT] [option of train...]
#
# DATA: the binary version of CIFAR-10; OUT: gpu-runs. The options are --backend cuda --budget quick where none are given.
# PRECISION=fp32 (or tf32) takes the place of bf16, as for a try with --backend cpu on a processor without AVX-512.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
data=${1:?usage: benchmarks/gpu_train.sh DATA [OUT] [option of train...]}
out=${2:-gpu-runs}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- --backend cuda --budget quick
precision=${PRECISION:-bf16}
if [ -e "$out-kept" ]; then
  echo "$out-kept is there already: move it away, or name another OUT"
  exit 2
fi
mkdir -p "$out"

train() { # NAME PRECISION METHOD...
  local name=$1 precision=$2
  shift 2
  "$root/secant" train --dataset cifar10 --data "$data" --labels 250 --precision "$precision" "$@" --out "$out/$name" --quiet \
    >"$out/$name.txt" 2>&1 || { tail -n 3 "$out/$name.txt"; return 1; }
  printf '%-12s %s\n' "$name" "$(head -n 1 "$out/$name.txt")"
}

failed=0
for method in "erm" "mixup --k 2" "ict --k 2" "ict --k 4"; do
  name=$(tr -d ' -' <<<"$method" | sed 's/k//')
  # shellcheck disable=SC2086
  train "$name-$precision" "$precision" --method $method "$@" || failed=1
done
[ "$precision" = fp32 ] || train erm-fp32 fp32 --method erm "$@" || failed=1
"$root/secant" grid pack "$out" --out "$out-kept" || failed=1
exit $failed
