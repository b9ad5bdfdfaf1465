#!/bin/sh
# Prints the source revision of this tree, with -dirty where anything that is built differs from it; unknown outside git.
# The last argument is printed before it, those before that are lines of their own. The native and the Java build both ask
# here, so that their answers can be compared.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
revision=unknown
if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$root" ]; then
  revision=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
  [ -z "$(git status --porcelain -- pom.xml java native cmake cuda 2>/dev/null)" ] || revision=$revision-dirty
fi
while [ $# -gt 1 ]; do
  echo "$1"
  shift
done
echo "${1:-}$revision"
