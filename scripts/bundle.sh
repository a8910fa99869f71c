#!/usr/bin/env bash
# Makes the bundle: what runs on another x86-64 Linux beside any torch 2.11, without a package of ours installed there.
# Usage: scripts/bundle.sh BUILD        (make bundle builds first; the result is BUILD/bundle/lacuna-<version>-x86_64[.tar.zst])
# LACUNA_BUNDLE_LEVEL=12 packs ten times faster and a tenth larger.
#   bin/       launchers, which look for LibTorch (LACUNA_TORCH_DIR, or the torch of python3)
#   libexec/   the programs      lib/   the SDK, the plugins, and every library but LibTorch's and glibc's
#   share/     suites, models, published tables; CLIP's merge list where LACUNA_DATA or shared/data has it
#   scripts/   gpu_check.sh and what it needs      licences/   of what is not ours
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: scripts/bundle.sh BUILD}" && pwd)
most_bytes=60000000
say() { echo "bundle: $*" >&2; }
die() { say "$*"; exit 1; }

version=$(sed -n 's/^project(lacuna VERSION \([0-9.]*\).*/\1/p' "$here/CMakeLists.txt")
name=lacuna-$version-x86_64
root=$build/bundle/$name
rm -rf "$root" "$root.tar.zst"
mkdir -p "$root"

# The layout of an installation, but for the programs: bin/ is the launchers'.
cmake --install "$build" --prefix "$root" >/dev/null
mkdir -p "$root/libexec"
mv "$root/bin/"* "$root/libexec/"
cp "$build/bin/lacuna_miniature" "$build/bin/lacuna_speed" "$root/libexec/"
for program in "$root"/libexec/*; do
  strip "$program"
  ln -s launcher "$root/bin/$(basename "$program")"
done
install -m 755 "$here/scripts/launcher.sh" "$root/bin/launcher"
# A plugin stays as it was built, to the byte: its hash is a part of every cell's key.
for plugin in "$root"/lib/lacuna/plugins/*.so; do
  cmp -s "$plugin" "$build/bin/plugins/$(basename "$plugin")" || die "$plugin: differs from the built one"
done

# What is needed besides, and is neither LibTorch's nor glibc's, which every Linux has.
glibc='^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libutil|libmvec|libanl|libnsl|libnss_.*)\.so'
licence_of() {  # of the package that a library came from; twice where /lib is a link to /usr/lib
  local package
  package=$(dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "${1#/usr}" 2>/dev/null) || die "$1: no package says under which licence it is"
  package=${package%%:*}
  cp -L "/usr/share/doc/$package/copyright" "$root/licences/$package"
}
mkdir -p "$root/licences"
needed() { ldd "$@" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// {print $1, $3}' | sort -u; }
while read -r soname file; do
  [[ $soname =~ $glibc || $file == */torch/lib/* || $file == */nvidia/* || $file == "$build"/* || $file == "$root"/* ]] && continue
  cp -L "$file" "$root/lib/$soname"
  chmod 644 "$root/lib/$soname"
  licence_of "$(readlink -f "$file")"
done < <(needed "$root"/libexec/* "$root"/lib/lacuna/plugins/*.so)
for library in "$root"/lib/*.so*; do
  [[ -L $library ]] || patchelf --set-rpath '$ORIGIN' "$library"
done
# RPATH, not RUNPATH: it also counts for what the plugins need, which have no path of their own.
for program in "$root"/libexec/*; do patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$program"; done

for folder in "${LACUNA_DATA:-$here/../shared/data}" "$build/parity"; do
  merges=$folder/clip/bpe_simple_vocab_16e6.txt.gz
  [[ -e $merges ]] || continue
  install -D -m 644 "$merges" "$root/share/lacuna/data/clip/$(basename "$merges")"
  break
done
[[ -d $root/share/lacuna/data ]] || say "no CLIP merge list is at hand (lacuna fetch openai/bpe): models of OpenAI's vocabulary will need one there"

mkdir -p "$root/scripts"
cp "$here"/scripts/{gpu_check.sh,gpu_check.py,scale.sh,scale_suite.py,scale_summary.py,compare_predictions.py,compare_speed.py} "$root/scripts/"
cp -R "$here/harness/bench/reference" "$root/scripts/reference"
cp "$here/LICENSE" "$root/licences/lacuna"
cp "$here/docs/gpu.md" "$root/README.md"

# Nothing may point back to where it was built, and nothing may ask for a newer glibc than said.
newest=$(objdump -T "$root"/libexec/* "$root"/lib/*.so.* "$root"/lib/lacuna/plugins/*.so 2>/dev/null |
  grep -o 'GLIBC_2\.[0-9]*' | sort -t. -k2 -n | tail -1)
say "needs glibc ${newest#GLIBC_} and torch 2.11"
[[ ${newest#GLIBC_2.} -le 36 ]] || say "warning: built against a newer glibc than 2.36, so older systems cannot run it"

tar -C "$build/bundle" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$name" | zstd -q "-${LACUNA_BUNDLE_LEVEL:-19}" -T0 -f -o "$root.tar.zst"
bytes=$(stat -c %s "$root.tar.zst")
say "$root.tar.zst: $((bytes / 1000000)).$((bytes / 100000 % 10)) MB, $(du -sm "$root" | cut -f1) MB unpacked"
[[ $bytes -le $most_bytes ]] || die "the bundle has more than $((most_bytes / 1000000)) MB"
