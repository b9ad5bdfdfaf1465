#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
# What CI checks of the native side besides its tests:
#   cuda       libsecant_cuda compiles for the architectures below, no flagship kernel spills, the cases run on a GPU or
#              say why not; skipped with the reason where there is no nvcc
#   sanitize        the native tests and the emulated kernels under AddressSanitizer, with leaks, and
#                   UndefinedBehaviorSanitizer
#   junit-sanitize  the JUnit tests tagged native on a libsecant and a JNI glue that were built so
#   threads         the native tests under ThreadSanitizer
# Each of the last three also runs planted faults, which must be reported.
# check.sh [cuda|sanitize|junit-sanitize|threads]...: those alone. SECANT_CUDA_ARCHITECTURES="75;80;90a;120" chooses
# others.
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

# preset NAME [TARGET...]: configures and builds it.
preset() {
  build=$source/build/$1
  if command -v ninja >/dev/null 2>&1; then generator="-G Ninja"; else generator=""; fi
  [ -f "$build/CMakeCache.txt" ] && generator=""
  # shellcheck disable=SC2086
  (cd "$source" && cmake --preset "$1" $generator >"$build.log" 2>&1) || { cat "$build.log" >&2; exit 1; }
  shift
  [ $# = 0 ] || set -- --target "$@"
  cmake --build "$build" --parallel "$@" >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
}

sanitize() {
  preset asan-ubsan
  ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2
}

# Races of threads show in a context of any kind and level; the emulated devices have no threads.
threads() {
  targets="pool_test threads_test mix_test draw_test consistency_test nonlin_test norm_test head_test optim_test winograd_test"
  # shellcheck disable=SC2086
  preset tsan $targets planted
  pattern=$(echo "$targets planted_race_is_reported" | sed 's/ /|/g')
  TSAN_OPTIONS=halt_on_error=1 ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2 \
    -R "^($pattern)\$"
}

# The classes are those of the last build of Maven; the two libraries are found before those beside them.
junit_sanitize() {
  preset asan-ubsan secant
  root=$source/..
  out=$build/junit
  rm -rf "$out"
  mkdir -p "$out"
  (cd "$root" && mvn -q -B -ntp -pl java/core dependency:build-classpath -DincludeArtifactIds=javacpp \
    "-Dmdep.outputFile=$out.path") >"$out.log" 2>&1 || { cat "$out.log" >&2; exit 1; }
  java -cp "$(cat "$out.path")" org.bytedeco.javacpp.tools.Builder \
    -classpath "$root/java/core/target/classes" -d "$out" -copylibs "-Dplatform.includepath=$source/include" \
    "-Dplatform.linkpath=$build" -Xcompiler -fsanitize=address,undefined -Xcompiler -fno-sanitize-recover=undefined \
    -Xcompiler -O1 'dev.secant.jni.*' >"$out.log" 2>&1 || { cat "$out.log" >&2; exit 1; }
  preload=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)
  (cd "$root" && mvn -B -ntp test -Dexec.skip=true -Djavacpp.skip=true -Dgroups=native "-Dsecant.sanitized=$out" \
    "-Dsecant.preload=$preload" -pl java/core,java/reference,java/onednn,java/cudnn,java/lab) >"$out.log" 2>&1 ||
    { tail -n 200 "$out.log" >&2; exit 1; }
  grep 'Tests run: .*SanitizerTest' "$out.log" | grep -q 'Tests run: [1-9].*Skipped: 0' ||
    { echo "the planted overflow did not run" >&2; exit 1; }
  grep -h 'Tests run:.*Time elapsed' "$out.log" | sed 's/.*Tests run/Tests run/'
}

for check in ${*:-cuda sanitize junit-sanitize threads}; do
  case $check in
    cuda | sanitize | junit-sanitize | threads) ;;
    *) echo "usage: check.sh [cuda] [sanitize] [junit-sanitize] [threads]" >&2 && exit 2 ;;
  esac
  begin=$(date +%s)
  "$(echo "$check" | tr - _)"
  echo "check.sh $check: $(($(date +%s) - begin)) s"
done
