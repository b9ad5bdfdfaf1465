#!/bin/sh
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# compile-glue.sh ARGUMENT...: g++ for the JNI glue that JavaCPP generates. The glue's functions come in the order in which
# Java happens to list methods, another one in every process; sorted by name, two builds make the same bytes.
set -eu

sorted() {
  awk '
    /^JNIEXPORT .* JNICALL Java_.*\{$/ { begun = 1; inside = 1; block = "" }
    inside { block = block $0 "\001"; if ($0 == "}") { print block | "LC_ALL=C sort | tr \"\\001\" \"\\n\""; inside = 0 } next }
    !begun { print; fflush(); next }
    NF { rest = rest $0 "\n" }
    END { close("LC_ALL=C sort | tr \"\\001\" \"\\n\""); printf "%s", rest }' "$1"
}

# Sources one by one, for a compiler cache takes no more, then the objects in their places.
launcher=${CMAKE_CXX_COMPILER_LAUNCHER:-}
compile=""
for argument in "$@"; do
  case $argument in
    -I* | -march=* | -m64 | -O* | -W[!l]* | -f* | -pthread | -D*) compile="$compile $argument" ;;
  esac
done
for argument in "$@"; do
  shift
  case $argument in
    *.cpp)
      sorted "$argument" >"$argument.sorted"
      mv "$argument.sorted" "$argument"
      # shellcheck disable=SC2086
      $launcher g++ $compile -c "$argument" -o "${argument%.cpp}.o"
      argument=${argument%.cpp}.o
      objects="${objects:-} $argument"
      ;;
  esac
  set -- "$@" "$argument"
done
g++ "$@"
# shellcheck disable=SC2086
rm $objects
