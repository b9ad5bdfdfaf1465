#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that a machine with a GPU has to say, in one go: doctor, gpu-check, the PyTorch peer, and both side by side.
# Runs in a checkout or in an unpacked bundle; needs no network. Logs and results go to one folder.
#
#   benchmarks/gpu.sh [OUT] [SECONDS]      OUT: gpu-results; SECONDS: of gpu-check and of the peer each, 480
#
# SECANT_NVIDIA names the folder of cuDNN and cuBLAS (found beside PyTorch where it is unset), PYTHON a Python with
# PyTorch (python3; left out where it has none).
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
out=${1:-gpu-results}
seconds=${2:-480}
python=${PYTHON:-python3}
mkdir -p "$out"

say() { printf '== %s\n' "$*"; }

if [ -z "${SECANT_NVIDIA:-}" ]; then
  SECANT_NVIDIA=$("$python" -c 'import importlib.util as u; print(list(u.find_spec("nvidia").submodule_search_locations)[0])' 2>/dev/null || true)
  export SECANT_NVIDIA
fi
say "libraries: ${SECANT_NVIDIA:-the system}"
nvidia-smi >"$out/nvidia-smi.txt" 2>&1 || say "nvidia-smi failed"

say "doctor"
"$root/secant" doctor 2>&1 | tee "$out/doctor.txt"

say "gpu-check"
"$root/secant" gpu-check --out "$out/gpu-check" --seconds "$seconds" 2>&1 | tee "$out/gpu-check.txt"
checked=${PIPESTATUS[0]}

say "peer"
peers=$root/benchmarks/peers
if "$python" -c 'import torch; raise SystemExit(not torch.cuda.is_available())' 2>/dev/null; then
  "$python" "$peers/torch_wrn.py" --device cuda --budget "$seconds" --resume --out "$out/torch.jsonl" 2>&1 | tee "$out/torch.txt" | tail -n 3
  "$python" "$peers/compare.py" "$out/gpu-check/gpu-check.jsonl" "$out/torch.jsonl" 2>&1 | tee "$out/compare.txt"
else
  say "not run: $python has no PyTorch with CUDA"
fi
say "results in $out"
exit "$checked"
