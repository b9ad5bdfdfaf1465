#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# check-jars.sh: what a release of the core would be. Clones this checkout's commit into two folders of different names,
# deploys the core and the list of versions from each into a local repository, and checks that every artefact is there,
# with its sums, its licence, its sources and its Javadoc, and that both builds made the same bytes.
set -euo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'check-jars: %s\n' "$1" >&2; exit 1; }

# deploy FOLDER REPOSITORY
deploy() {
  git clone -q "$root" "$work/$1"
  (cd "$work/$1" && mvn -q -B -ntp -pl java/bom,java/core -am deploy -DskipTests -Dspotless.check.skip \
    "-DaltDeploymentRepository=local::file://$work/$2" >"$work/$1.log" 2>&1 </dev/null) || { tail -n 40 "$work/$1.log" >&2; fail "the build in $1 failed"; }
}

# Names as Maven gives them, less the times of snapshots.
listed() { (cd "$work/$1" && find . -type f ! -name 'maven-metadata*' | sed -E 's/-[0-9]{8}\.[0-9]{6}-[0-9]+/-SNAPSHOT/' | LC_ALL=C sort); }

deploy one first
deploy another/deeper second
listed first >"$work/list"
cmp "$work/list" <(listed second) || fail "two builds made different artefacts"

for suffix in .pom .jar -linux-x86_64.jar -sources.jar -javadoc.jar; do
  for sum in "" .sha1 .md5; do
    grep -qE "/secant-core-[^/]*SNAPSHOT${suffix//./\\.}$sum\$|/secant-core-[0-9.]+${suffix//./\\.}$sum\$" "$work/list" || fail "no secant-core...$suffix$sum"
  done
done
grep -q '/secant-bom-.*\.pom$' "$work/list" || fail "no secant-bom"
# A build without nvcc makes no such artefact, and none that is empty.
if grep -q 'linux-x86_64-cuda\.jar$' "$work/list"; then echo "check-jars: libsecant_cuda was built too"; fi

core=$(find "$work/first" -name 'secant-core-*.pom')
parent=$(find "$work/first" -name 'secant-parent-*.pom')
grep -q 'Apache-2.0' "$parent" || fail "the parent's pom names no licence"
runtime=$(python3 - "$core" <<'PY'
import sys, xml.etree.ElementTree as E
n = {"m": "http://maven.apache.org/POM/4.0.0"}
for d in E.parse(sys.argv[1]).getroot().findall("m:dependencies/m:dependency", n):
    scope = d.find("m:scope", n)
    if scope is None or scope.text in ("compile", "runtime"):
        print(d.find("m:groupId", n).text + ":" + d.find("m:artifactId", n).text)
PY
)
expected=$'org.bytedeco:javacpp\norg.slf4j:slf4j-api'
[ "$(sort -u <<<"$runtime")" = "$expected" ] || fail "runtime dependencies of secant-core: $runtime"

while IFS= read -r first; do
  name=$(sed -E 's/-[0-9]{8}\.[0-9]{6}-[0-9]+/-*/' <<<"${first#"$work/first/"}")
  second=$(compgen -G "$work/second/$name") || fail "$name was not made twice"
  cmp -s "$first" "$second" || fail "two builds made different bytes of $name"
  [ "$(sha1sum "$first" | cut -d ' ' -f 1)" = "$(cat "$first.sha1")" ] || fail "the sum of $name is another"
done < <(find "$work/first" -name '*.jar' -o -name '*.pom')
echo "check-jars: $(grep -cE '\.(jar|pom)$' "$work/list") artefacts, the same bytes from two folders"
