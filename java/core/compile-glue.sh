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

# compiled SOURCE ARGUMENT...: its object, beside it, with those of the arguments that are not for the linker.
compiled() {
  source=$1
  shift
  for argument in "$@"; do
    shift
    case $argument in
      -I* | -march=* | -m64 | -O* | -W[!l]* | -f* | -pthread | -D*) set -- "$@" "$argument" ;;
    esac
  done
  ${CMAKE_CXX_COMPILER_LAUNCHER:-} g++ "$@" -c "$source" -o "${source%.cpp}.o"
}

# Sources one by one, for a compiler cache takes no more, then the objects in their places.
for word in "$@"; do
  shift
  case $word in
    *.cpp)
      sorted "$word" >"$word.sorted"
      mv "$word.sorted" "$word"
      compiled "$word" "$@"
      word=${word%.cpp}.o
      ;;
  esac
  set -- "$@" "$word"
done
g++ "$@"
for word in "$@"; do
  case $word in *.o) rm "$word" ;; esac
done
