#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# An ERM training step of WRN-28-2, batch 128, fp32 or bf16: Secant beside PyTorch (libtorch), alternating in one run so that
# both see the same machine. Prints every block and, last, a table with the ratio of the best medians.
#
#   SECANT_PYTHON=/path/to/python benchmarks/step_vs_libtorch.sh [rounds] [steps]
#
# Needs a built checkout (./secant doctor), an idle machine, and a Python with PyTorch. THREADS (2), BATCH (128),
# WHAT (step, or forward: an evaluation's pass), DEPTH (28), WIDTH (2) and PRECISION (fp32, or bf16: PyTorch's autocast) may be set.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${1:-3}
steps=${2:-20}
shape="--depth ${DEPTH:-28} --width ${WIDTH:-2} --batch ${BATCH:-128} --threads ${THREADS:-2} --steps $steps --precision ${PRECISION:-fp32} --what ${WHAT:-step}"

: "${SECANT_PYTHON:?SECANT_PYTHON is unset: it names a Python with PyTorch}"
[ -f "$root/.secant/classpath" ] || { echo "$root/.secant/classpath is missing: run ./secant doctor" >&2; exit 2; }
mvn -q -f "$root/pom.xml" -pl benchmarks -am -DskipTests compile
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# $shape is a list of words.
# shellcheck disable=SC2086
secant() {
  java -Dorg.bytedeco.javacpp.nopointergc=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    -cp "$root/benchmarks/target/classes:$(cat "$root/.secant/classpath")" dev.secant.benchmarks.StepBenchmark $shape
}
# shellcheck disable=SC2086
torch() {
  "$SECANT_PYTHON" "$root/benchmarks/peers/torch_train_step.py" $shape --layout "$1"
}
# Keeps the one line of JSON and shows it.
block() {
  line=$("$@" | tail -n 1)
  echo "$line" | tee -a "$results"
}

round=1
while [ "$round" -le "$rounds" ]; do
  block secant
  block torch channels_last
  block secant
  block torch nchw
  round=$((round + 1))
done
"$SECANT_PYTHON" "$root/benchmarks/peers/step_table.py" "$results"
