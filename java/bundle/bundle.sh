#!/usr/bin/env bash
# SPDX-FileCopyrightText: Secant contributors
# SPDX-License-Identifier: Apache-2.0
#
# secant bundle [--out FILE] [--with-kernels-source]
# Packs one archive that runs Secant on x86-64 Linux without Java, Maven and CMake; docs/bundle.md says what is in it.
# libsecant_cuda is compiled for SECANT_CUDA_ARCHITECTURES (75;80;90a;100;120) where nvcc is found; SECANT_CUDA=off leaves it
# out. SECANT_BUNDLE_LEVEL is xz's, 0 to 9. An archive of more than size-limit bytes is refused; SECANT_BUNDLE_LIMIT sets
# another limit. Called by the launcher.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=${here%/java/bundle}
natives=linux-x86_64
limit=${SECANT_BUNDLE_LIMIT:-$(<"$here/size-limit")}

say() { printf 'secant: %s\n' "$*" >&2; }
fail() { say "error: $2"; exit "$1"; }

usage="usage: secant bundle [--out FILE] [--with-kernels-source]"
out="" source=no
while [ $# -gt 0 ]; do
  case $1 in
    --out) [ $# -gt 1 ] || fail 2 "--out needs a file ($usage)"; out=$2; shift ;;
    --out=*) out=${1#--out=} ;;
    --with-kernels-source) source=yes ;;
    -h | --help) echo "$usage"; exit ;;
    *) fail 2 "unknown word \"$1\" ($usage)" ;;
  esac
  shift
done
[[ $limit =~ ^[0-9]+$ ]] || fail 2 "SECANT_BUNDLE_LIMIT is \"$limit\", expected a number of bytes"
for tool in tar xz; do
  command -v "$tool" >/dev/null || fail 4 "missing: $tool; the archive is packed with it"
done

# ---- what is packed ---------------------------------------------------------------------------------------------------

# Of JavaCPP's platform jars only what is loaded: dnnl's binding needs that of opencl, and the CUDA backend loads three
# bindings by name (NativeBindings), which need the machine's own cuDNN and cuBLAS.
packed_natives=(
  "org/bytedeco/javacpp/$natives/libjnijavacpp.so"
  "org/bytedeco/opencl/$natives/libOpenCL.so.1"
  "org/bytedeco/opencl/$natives/libjniOpenCL.so"
  "org/bytedeco/dnnl/$natives/libdnnl.so.3"
  "org/bytedeco/dnnl/$natives/libgomp.so.1"
  "org/bytedeco/dnnl/$natives/libjnidnnl.so"
  "org/bytedeco/cuda/$natives/libjnicudnn.so"
  "org/bytedeco/cuda/$natives/libjnicublas.so"
  "org/bytedeco/cuda/$natives/libjninvrtc.so"
)

# Drawing, and with it java.desktop; dev.secant.lab.report.Drawing refuses what needs them. These jars are for reports only.
left_out='/commons-(csv|numbers|rng|statistics)-[^/]*$'
# Modules that classes of the jars name and no command reaches: Jackson's handlers of types of java.desktop, java.sql and
# java.xml are looked up by name and may be missing, and java.desktop is for drawing.
left_out_modules='^java\.(desktop|sql|xml)$'

# ---- tools ------------------------------------------------------------------------------------------------------------

java=java
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then java=$JAVA_HOME/bin/java; fi

field() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" <<<"$about"; }

# Builds what is out of date, too.
about=$("$root/secant" version --json)
version=$(field version) revision=$(field revision)
[ "$revision" = "$(field native_revision)" ] ||
  fail 1 "libsecant is of revision $(field native_revision), expected $revision; delete native/build and .secant and try again"
jdk=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
for tool in jar jdeps jlink; do
  [ -x "$jdk/bin/$tool" ] || fail 4 "$jdk/bin/$tool is missing: a JDK is needed, not only a Java runtime"
done

name=secant-$version-linux-x86_64
[ -n "$out" ] || out=$name.tar.xz
[ -d "$(dirname "$out")" ] || fail 2 "--out: the folder $(dirname "$out") does not exist"
out=$(readlink -f "$(dirname "$out")")/$(basename "$out")
[ ! -d "$out" ] || fail 2 "--out: $out is a folder, expected a file"

work=$(mktemp -d "$root/.secant/bundle.XXXXXX")
trap 'rm -rf "$work" "$out.part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
bundle=$work/$name
mkdir -p "$bundle/jars" "$bundle/native" "$bundle/docs"

# ---- parts ------------------------------------------------------------------------------------------------------------

when=$(git -C "$root" log -1 --format=%cI 2>/dev/null || echo 2026-01-01T00:00:00Z)

# pack_classes FOLDER JAR: all but its native libraries, which go to native/
pack_classes() {
  (
    cd "$1"
    find . -name '*.so*' -path "*/$natives/*" -exec cp --parents -t "$bundle/native" {} +
    find . -type f ! -path "*/$natives/*" | sed 's|^\./||' | LC_ALL=C sort >"$work/list"
    "$jdk/bin/jar" --create --file "$2" --date "$when" "@$work/list"
  )
}

pack_jars() {
  local entry module
  while IFS= read -r entry; do
    case $entry in
      *-"$natives".jar) (cd "$bundle/native" && "$jdk/bin/jar" --extract --file "$entry" "${packed_natives[@]}") ;;
      *.jar) [[ $entry =~ $left_out ]] || cp "$entry" "$bundle/jars" ;;
      */target/classes)
        module=${entry%/target/classes}
        pack_classes "$entry" "$bundle/jars/secant-${module##*/}-$version.jar"
        ;;
      */target/cuda-classes) ;; # made anew for all architectures, below
      *) fail 1 "unexpected on the class path: $entry" ;;
    esac
  done < <(tr ':' '\n' <"$root/.secant/classpath" && printf '\n%s\n' "$root/java/reference/target/classes")
  for entry in "${packed_natives[@]}" dev/secant/jni/$natives/lib{jniS,s}ecant.so; do
    [ -s "$bundle/native/$entry" ] || fail 1 "$entry is in no jar or folder of the class path"
  done
  for entry in "$bundle"/jars/*.jar; do
    module=$(basename "$entry" | sed 's/-[0-9].*//')
    [[ $module = secant-* ]] || grep -q "^| $module " "$here/third-party.md" ||
      fail 1 "$entry is packed, but java/bundle/third-party.md does not name its licence"
  done
}

pack_runtime() {
  local modules
  modules=$("$jdk/bin/jdeps" --multi-release 17 --ignore-missing-deps -s --module-path "$bundle/jars" "$bundle"/jars/*.jar \
    2>"$work/jdeps.log" | awk '$3 ~ /^(java|jdk)\./ { print $3 }' | sort -u | grep -vE "$left_out_modules" | paste -sd ,)
  [ -n "$modules" ] || fail 1 "jdeps names no module"
  # Elliptic curves, without which few servers talk: up to Java 21 a module of its own that no class names.
  if [[ $("$jdk/bin/java" --list-modules) = *jdk.crypto.ec@* ]]; then modules=$modules,jdk.crypto.ec; fi
  say "Java runtime of $jdk: $modules"
  "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --output "$bundle/runtime" \
    >"$work/jlink.log" 2>&1 || { cat "$work/jlink.log" >&2; fail 4 "jlink of $jdk failed; a JDK with its jmods folder is needed"; }
  rm -f "$bundle/runtime/bin/keytool"
  cp "$root/.secant/options" "$bundle/java.options"
}

# The native test program and, where nvcc is found, libsecant_cuda. The folder and its objects are those of
# native/check.sh.
pack_kernels() {
  local build=$root/native/build/tests arguments=-DSECANT_CUDA=OFF place=$bundle/native/dev/secant/kernels/$natives
  [ "${SECANT_CUDA:-auto}" = off ] ||
    arguments="-DSECANT_CUDA=ON -DSECANT_CUDA_ARCHITECTURES=${SECANT_CUDA_ARCHITECTURES:-75;80;90a;100;120}"
  say "kernels (some minutes where they are not built yet)"
  SECANT_TESTS=ON SECANT_CMAKE_ARGS=$arguments "$root/native/build.sh" "$build" secant-kernel-tests secant_cuda
  mkdir -p "$place"
  cp "$build/cuda/secant-kernel-tests" "$place"
  ln -s "${place#"$bundle"/}/secant-kernel-tests" "$bundle/secant-kernel-tests"
  cuda="none"
  [ -f "$build/cuda/libsecant_cuda.txt" ] || return 0
  cuda=$(cat "$build/cuda/libsecant_cuda.txt")
  cp "$build/cuda/libsecant_cuda.so" "$place"
}

pack_source() {
  mkdir "$bundle/source"
  tar -C "$root" --exclude=native/build --exclude='native/build-*' -cf - native cuda cmake | tar -C "$bundle/source" -xf -
  cp "$here/build-kernels.sh" "$bundle"
}

pack_texts() {
  cp "$here/secant-start" "$bundle/secant"
  cp "$root/LICENSE" "$here/third-party.md" "$bundle"
  cp "$root/docs/bundle.md" "$root/docs/cli.md" "$root/docs/gpu.md" "$root/docs/gpu-status.md" "$bundle/docs"
  mkdir -p "$bundle/benchmarks/peers"
  cp "$root/benchmarks/gpu.sh" "$root/benchmarks/gpu_train.sh" "$bundle/benchmarks"
  cp "$root"/benchmarks/peers/*.py "$root/benchmarks/peers/README.md" "$bundle/benchmarks/peers"
  local glibc
  # The newest version of a symbol that any file of the bundle asks for.
  glibc=$(find "$bundle" -type f \( -name '*.so*' -o -path '*/bin/*' -o -name secant-kernel-tests \) -exec readelf -V {} + 2>/dev/null |
    grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1 || true)
  printf '%s\n' "secant $version ($revision)" "java $("$bundle/runtime/bin/java" -version 2>&1 | sed -n 2p)" \
    "libsecant_cuda $cuda" "needs ${glibc:-GLIBC of an unknown version}" >"$bundle/bundle.txt"
}

megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }
size() { (cd "$bundle" && du -cs --apparent-size --block-size=1 "$@" 2>/dev/null | tail -n 1 | cut -f 1); }
part() { printf '  %-28s %9s\n' "$1" "$(megabytes "$(size "${@:2}")")" >&2; }

pack_jars
pack_runtime
pack_kernels
[ $source = no ] || pack_source
pack_texts
say "packing"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX --mtime="$when" -cf - "$name" |
  xz -T0 "-${SECANT_BUNDLE_LEVEL:-6}" >"$out.part"

say "parts, unpacked:"
part "Java runtime" runtime
part "jars" jars
part "oneDNN and its binding" native/org/bytedeco/{dnnl,opencl,javacpp}
part "bindings of cuDNN, cuBLAS" native/org/bytedeco/cuda
part "libsecant" native/dev/secant/jni
part "CUDA kernels, kernel tests" native/dev/secant/kernels
[ $source = no ] || part "source of the kernels" source build-kernels.sh
if [ "$cuda" = none ]; then
  say "libsecant_cuda is NOT in this bundle, which runs on the CPU only:" \
    "$([ "${SECANT_CUDA:-auto}" = off ] && echo "SECANT_CUDA=off" || echo "no nvcc of version 12.8 or later in PATH, CUDA_HOME or /usr/local/cuda")"
  [ $source = no ] || say "build-kernels.sh in it makes libsecant_cuda where nvcc is"
else
  say "libsecant_cuda: $cuda"
fi
[[ $revision != *-dirty ]] || say "the source tree differs from its commit: revision $revision"
packed=$(stat -c %s "$out.part")
[ "$packed" -le "$limit" ] || fail 1 "the archive has $packed bytes, expected at most $limit: fewer architectures in SECANT_CUDA_ARCHITECTURES, a higher SECANT_BUNDLE_LEVEL, or another SECANT_BUNDLE_LIMIT; nothing was written"
mv "$out.part" "$out"
say "$out, $(megabytes "$packed")"
