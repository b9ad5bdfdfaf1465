#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# check.sh [ARCHIVE]
# Packs a bundle, or takes the archive given, unpacks it elsewhere and runs it with an empty environment, no Java in PATH
# and an empty home folder: commands, exit codes, and a small training run whose bits are those of ./secant.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=${here%/java/bundle}
limit=$(<"$here/size-limit")
begin=$(date +%s)

fail() { printf 'check.sh: FAILED: %s\n' "$*" >&2; exit 1; }
passed() { printf 'bundle: %s\n' "$*"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/secant-bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=${1:-}
if [ -z "$archive" ]; then
  archive=$work/bundle.tar.xz
  # Less compressed than users get it: what fits does so at the usual level, too.
  SECANT_BUNDLE_LEVEL=${SECANT_BUNDLE_LEVEL:-2} "$root/secant" bundle --with-kernels-source --out "$archive"
  passed "packed in $(($(date +%s) - begin)) s"
fi
[ "$(stat -c %s "$archive")" -le "$limit" ] || fail "$archive has $(stat -c %s "$archive") bytes, expected at most $limit"

# Whatever the start script needs of a system is in tools.
mkdir "$work/tools" "$work/home" "$work/a folder"
for tool in bash env readlink; do ln -s "$(command -v $tool)" "$work/tools/$tool"; done
tar -C "$work/a folder" -xf "$archive"
bundle=$(echo "$work/a folder"/secant-*-linux-x86_64)
ln -s "$bundle/secant" "$work/linked"
touch "$work/unpacked"
cd "$work"

# inside CODE WORD...: the bundle's program with these words must end with this code; leaves out and err
inside() {
  local expected=$1 code=0
  shift
  env -i PATH="$work/tools" HOME="$work/home" LC_ALL=C.UTF-8 SECANT_JAVA_OPTIONS="${options:-}" "$work/linked" "$@" \
    >"$work/out" 2>"$work/err" </dev/null || code=$?
  [ "$code" = "$expected" ] || fail "secant $*: exit code $code, expected $expected: $(cat "$work/out" "$work/err")"
}

says() { grep -qE -- "$2" "$work/$1" || fail "expected \"$2\" in: $(cat "$work/$1")"; }
one_line() {
  if ! { [ "$(wc -l <"$work/err")" = 1 ] && grep -qE "^secant: error: .*$1" "$work/err"; }; then
    fail "expected one line with \"$1\", found: $(cat "$work/err")"
  fi
}

# ---- what it needs of a system ----------------------------------------------------------------------------------------

objects=$(find "$bundle" -type f \( -name '*.so*' -o -path '*/bin/*' -o -name 'secant-kernel-tests' \))
if command -v readelf >/dev/null; then
  needed=$(while IFS= read -r file; do readelf -d "$file" 2>/dev/null || true; done <<<"$objects" |
    sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
  for library in $needed; do
    case $library in
      libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-x86-64.so.2) ;; # glibc
      libgcc_s.so.1 | libstdc++.so.6 | libz.so.1) ;;
      libcublas.so.13 | libcublasLt.so.13 | libcudnn_*.so.9 | libnvrtc.so.13) ;; # a GPU's, loaded when asked for
      *) [ -n "$(find "$bundle" -name "$library" -print -quit)" ] || fail "$library is needed and not packed" ;;
    esac
  done
  passed "$(grep '^needs' "$bundle/bundle.txt"); of other libraries only libgcc_s, libstdc++ and perhaps libz"
fi

# ---- commands ---------------------------------------------------------------------------------------------------------

inside 0 version
cmp -s out <("$root/secant" version) || [ $# -gt 0 ] || fail "version differs from that of ./secant: $(cat out)"
options=-XshowSettings:properties inside 0 version
says err "java.home = $bundle/runtime"
inside 0 help
says out "doctor"
inside 0 doctor
says out "^ok +libsecant "
says out "^ok +bundle +$bundle"
inside 2 train --no-such-option
one_line "no-such-option"
inside 2 test
one_line "needs the source tree"
inside 4 quickstart
one_line "is missing, as in a bundle"
passed "version, help, doctor; refusals in one line"

# ---- a run ------------------------------------------------------------------------------------------------------------

words=(--dataset made --labels 40 --method ict --k 2 --depth 10 --width 1 --batch 8 --steps 3 --test-limit 50
  --eval-every 3 --probe-every 3 --log-every 1 --threads 2 --quiet)
inside 0 train "${words[@]}" --backend cpu --out runs/1
inside 0 train "${words[@]}" --backend cpu --out runs/2
"$root/secant" train "${words[@]}" --backend cpu --out runs/tree >/dev/null
accuracy() { grep -o '"accuracy" *: *[0-9.eE-]*' "$1/summary.json" | head -n 1; }
[ -n "$(accuracy runs/tree)" ] || fail "no accuracy in $(cat runs/tree/summary.json)"
for run in runs/1 runs/2; do
  for file in metrics.jsonl model.safetensors split.json; do
    cmp "$run/$file" "runs/tree/$file" || fail "$file of the bundle's run differs from that of ./secant"
  done
  [ "$(accuracy $run)" = "$(accuracy runs/tree)" ] || fail "$(accuracy $run), expected $(accuracy runs/tree)"
done
inside 0 gpu-check --backend cpu --quick --out checked
[ -s checked/gpu-check.jsonl ] || fail "gpu-check wrote no rows"
inside 0 probe --run runs/1 --json
says out '"nonlin"'
passed "train twice and once by ./secant: equal bits; probe"

# ---- CUDA -------------------------------------------------------------------------------------------------------------

tests=("$bundle/secant-kernel-tests" --device cuda)
code=0
env -i "${tests[@]}" mix >"$work/out" 2>"$work/err" || code=$?
case $code in
  0) passed "kernel tests named mix passed on a GPU" ;;
  4)
    says err "driver|device|libsecant_cuda"
    inside 4 train "${words[@]}" --backend cuda --out runs/3
    one_line "driver|device|libsecant_cuda"
    passed "without a GPU: $(cat "$work/err")"
    ;;
  *) fail "secant-kernel-tests: exit code $code: $(cat "$work/out" "$work/err")" ;;
esac
if [ -e "$bundle/build-kernels.sh" ]; then
  code=0
  env -i PATH="$work/tools" "$bundle/build-kernels.sh" >"$work/out" 2>"$work/err" || code=$?
  if [ $code != 4 ] || ! grep -q "missing:.* cmake" "$work/err"; then
    fail "build-kernels.sh without tools: exit code $code: $(cat "$work/err")"
  fi
fi

# ---- traces -----------------------------------------------------------------------------------------------------------

[ -z "$(ls -A "$work/home")" ] || fail "files in the home folder: $(find "$work/home")"
changed=$(find "$bundle" -newer "$work/unpacked")
[ -z "$changed" ] || fail "files of the bundle changed: $changed"
passed "no traces in the home folder or the bundle; $(stat -c %s "$archive") bytes, $(($(date +%s) - begin)) s in all"
