#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh [--seconds N] [--target NAME]...
# Runs the fuzz tests of src/test/java/dev/secant/lab/fuzz, or those named, with Jazzer for N seconds each (60), in a Java
# machine of 256 MiB. A line of JSON each on standard output:
#   {"target":"safetensors","executions":100000,"seconds":60,"findings":0}
# The log, and what a finding says, on standard error; its input is kept in target/fuzz/findings, and what was learnt in
# target/fuzz. Ends with 1 after a finding, 2 for a wrong call.
set -euo pipefail
lab=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
root=$(cd "$lab/../.." && pwd)
package=dev.secant.lab.fuzz
tests=$lab/src/test/java/${package//.//}
state=$lab/target/fuzz

say() { echo "fuzz.sh: $*" >&2; }
usage() { say "$*; usage: fuzz.sh [--seconds N] [--target NAME]..."; exit 2; }

# CheckpointFuzzTest is the target checkpoint, RunFolderFuzzTest is run-folder.
name_of() { sed -E 's/([a-z])([A-Z])/\1-\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]'; }
classes=()
all=()
for file in "$tests"/*FuzzTest.java; do
  class=$(basename "$file" FuzzTest.java)
  classes+=("$class")
  all+=("$(name_of "$class")")
done

seconds=60
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) { [ $# -ge 2 ] && [[ $2 =~ ^[1-9][0-9]{0,6}$ ]]; } || usage "--seconds needs a whole number of at least 1"; seconds=$2 ;;
    --target) { [ $# -ge 2 ] && [[ " ${all[*]} " == *" $2 "* ]]; } || usage "--target needs one of: ${all[*]}"; targets+=("$2") ;;
    *) usage "unknown: $1" ;;
  esac
  shift 2
done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

# The classes are those of the sources; Maven takes half a minute to find that nothing has changed.
mkdir -p "$state/findings"
if [ ! -f "$state/classpath" ] || [ ! -d "$lab/target/test-classes" ] ||
  [ -n "$(find "$root/pom.xml" "$root"/java/*/pom.xml "$root"/java/*/src -newer "$state/classpath" -type f -print -quit)" ]; then
  say "building"
  (cd "$root" && mvn -q -B -ntp -pl java/lab -am -DskipTests test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:build-classpath -DincludeScope=test "-Dmdep.outputFile=$state/dependencies") \
    >"$state/build.log" 2>&1 </dev/null || { tail -n 30 "$state/build.log" >&2; say "the build failed; the whole log is $state/build.log"; exit 1; }
  mv "$state/dependencies" "$state/classpath"
fi
classpath=$lab/target/test-classes:$lab/target/classes:$(cat "$state/classpath")

# Small files, written at each execution.
temporary=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)/secant-fuzz-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
java=java
[ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java

failed=0
for target in "${targets[@]}"; do
  for i in "${!all[@]}"; do [ "${all[$i]}" = "$target" ] && class=${classes[$i]}FuzzTest; done
  log=$state/$target.log
  kept=$state/findings/$target-
  rc=0
  (cd "$state" && JAZZER_FUZZ=1 exec "$java" -Xmx256m -XX:+UseSerialGC "-Djava.io.tmpdir=$temporary" -cp "$classpath" \
    com.code_intelligence.jazzer.Jazzer "--target_class=$package.$class" \
    '--instrumentation_includes=dev.secant.lab.**:org.snakeyaml.**:org.apache.commons.compress.**' \
    "-artifact_prefix=$kept" -max_total_time="$seconds" -max_len=20000 -timeout=120 -print_final_stats=1) >"$log" 2>&1 </dev/null || rc=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  spent=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log" | tail -n 1)
  findings=0
  if [ $rc != 0 ] || [ -z "$executions" ]; then
    findings=1
    failed=1
    grep -v '^INFO: ' "$log" | grep -v '^#[0-9]' | tail -n 60 >&2
    say "$target: a finding; its input is named above or in the log, $log"
  else
    say "$target: $(grep -E '^#[0-9]+.*DONE' "$log" | tail -n 1)"
  fi
  printf '{"target":"%s","executions":%s,"seconds":%s,"findings":%s}\n' "$target" "${executions:-0}" "${spent:-$seconds}" "$findings"
done
exit $failed
