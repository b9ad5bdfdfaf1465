#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# check-jars.sh: what a release of the core would be. Deploys the core and the list of versions from a clone of this
# checkout's commit, in another folder, into a local repository, and checks that every artefact is there, with its sums,
# its licence, its sources and its Javadoc, and that its bytes are those that mvn verify made here.
set -euo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'check-jars: %s\n' "$1" >&2; exit 1; }

if [ -n "$(git -C "$root" status --porcelain)" ]; then
  echo "check-jars: skipped: this checkout has changes, and what is compared are builds of its commit"
  exit
fi
git clone -q "$root" "$work/clone"
# With a compiler cache objects of the same text are the same; text that the folder or the time is in would not be.
if grep -rnE '__(FILE|DATE|TIME|TIMESTAMP)__' "$root"/native/src "$root"/native/include; then fail "bytes of the libraries depend on folder or time"; fi
(cd "$work/clone" && CCACHE_BASEDIR=$work/clone mvn -q -B -ntp -pl java/bom,java/core -am deploy -DskipTests -Dmaven.install.skip \
  "-DaltDeploymentRepository=local::file://$work/repository" >"$work/log" 2>&1 </dev/null) ||
  { tail -n 40 "$work/log" >&2; fail "the deployment failed"; }

# Names as Maven gives them, less the times of snapshots.
plain() { sed -E 's/-[0-9]{8}\.[0-9]{6}-[0-9]+/-SNAPSHOT/'; }
(cd "$work/repository" && find . -type f ! -name 'maven-metadata*' | plain | LC_ALL=C sort) >"$work/list"

for suffix in .pom .jar -linux-x86_64.jar -sources.jar -javadoc.jar; do
  for sum in "" .sha1 .md5; do
    grep -qE "/secant-core-[^/]*SNAPSHOT${suffix//./\\.}$sum\$|/secant-core-[0-9.]+${suffix//./\\.}$sum\$" "$work/list" || fail "no secant-core...$suffix$sum"
  done
done
grep -q '/secant-bom-.*\.pom$' "$work/list" || fail "no secant-bom"
# A build without nvcc makes no such artefact, and none that is empty.
if grep -q 'linux-x86_64-cuda\.jar$' "$work/list"; then echo "check-jars: libsecant_cuda was built too"; fi

core=$(find "$work/repository" -name 'secant-core-*.pom')
parent=$(find "$work/repository" -name 'secant-parent-*.pom')
grep -q 'Apache-2.0' "$parent" || fail "the parent's pom names no licence"
runtime=$(tr -d ' \n' <"$core" | sed 's|.*<dependencies>||; s|</dependencies>.*||; s|</dependency>|\n|g' | grep -vE '<scope>(test|provided)<' |
  sed -n 's|.*<groupId>\(.*\)</groupId><artifactId>\([^<]*\)<.*|\1:\2|p')
expected=$'org.bytedeco:javacpp\norg.slf4j:slf4j-api'
[ "$(sort -u <<<"$runtime")" = "$expected" ] || fail "runtime dependencies of secant-core: $runtime"

compared=0
while IFS= read -r deployed; do
  [ "$(sha1sum "$deployed" | cut -d ' ' -f 1)" = "$(cat "$deployed.sha1")" ] || fail "the sum of $deployed is another"
  name=$(basename "$deployed" | plain)
  case $name in secant-core-*.jar) ;; *) continue ;; esac
  [ -f "$root/java/core/target/$name" ] || fail "java/core/target/$name is missing: run mvn verify first"
  cmp "$deployed" "$root/java/core/target/$name" || fail "two builds made different bytes of $name"
  compared=$((compared + 1))
done < <(find "$work/repository" -name '*.jar' -o -name '*.pom')
[ $compared -ge 4 ] || fail "expected at least 4 jars, found $compared"
echo "check-jars: $compared jars, the same bytes from two folders"
