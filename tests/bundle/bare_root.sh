#!/usr/bin/env bash
# Runs the bundle in a root that holds nothing but busybox, glibc and LibTorch, and compares what it computes with what the
# build computes. Usage: tests/bundle/bare_root.sh BUILD        (make bundle first; needs root, or user namespaces)
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: tests/bundle/bare_root.sh BUILD}" && pwd)
say() { echo "bare_root: $*" >&2; }
die() { say "$*"; exit 1; }
archive=$(ls "$build"/bundle/lacuna-*-x86_64.tar.zst) || die "no bundle (make bundle)"
torch=$(sed -n 's/^LACUNA_TORCH_DIR:PATH=//p' "$build/CMakeCache.txt")
work=$build/bundle/bare
root=$work/root
passed=0 failed=0
check() {  # check WORDS COMMAND...
  local words=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); say "FAILED: $words"; fi
}

# The root: every file of libc6, a static busybox, the bundle as it was packed, LibTorch (links, no copies).
rm -rf "$work"
mkdir -p "$root"/{bin,proc,dev,tmp,opt,site}
mkdir -p "$root/lib/x86_64-linux-gnu" "$root/lib64"
dpkg -L libc6 | grep -E '^(/usr)?/lib/x86_64-linux-gnu/[^/]+\.so[.0-9]*$' | while read -r file; do cp -L "$file" "$root/lib/x86_64-linux-gnu/"; done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
cp "$(command -v busybox)" "$root/bin/busybox"
for command in sh readlink dirname basename sed cat env ls rm mkdir; do ln -s busybox "$root/bin/$command"; done
tar -C "$root/opt" -xf "$archive"
bundle=/opt/$(basename "$archive" .tar.zst)
for folder in torch nvidia; do  # the CUDA libraries lie beside torch, where its run path looks for them
  [[ -e $(dirname "$torch")/$folder ]] && cp -al "$(dirname "$torch")/$folder" "$root/site/"
done
mkdir -p "$root/old/lib" "$root/empty" && touch "$root/old/lib/libtorch_cpu.so" && echo "__version__ = '2.10.0+cu128'" >"$root/old/version.py"
mount_namespace=(unshare --mount --pid --fork)
[[ $(id -u) == 0 ]] || mount_namespace+=(--map-root-user)
# Within a chroot the root is no mount whose propagation could be changed, and nothing is shared anyway.
"${mount_namespace[@]}" true 2>/dev/null || mount_namespace+=(--propagation unchanged)
inside() {  # inside TORCH COMMAND...: in the bare root, with no environment but these
  local given=$1
  shift
  "${mount_namespace[@]}" sh -c 'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot "$0" "$@"' "$root" \
    /bin/env -i PATH=/bin HOME=/tmp LACUNA_CACHE=off ${given:+LACUNA_TORCH_DIR="$given"} "$@"
}

# One line and exit code 2 where LibTorch is missing, is another version, or is not there.
refuses() {
  local given=$1 words=$2 said status=0
  said=$(inside "$given" "$bundle/bin/lacuna" list 2>&1) || status=$?
  [[ $status == 2 && $said == "$words" ]] || { say "status $status: $said"; return 1; }
}
hint="(LACUNA_TORCH_DIR names the folder of the torch package)"
check "no LibTorch" refuses "" "lacuna: LibTorch: none found (pip install torch==2.11.0, or set LACUNA_TORCH_DIR to the folder that holds lib/libtorch_cpu.so)"
check "a folder without one" refuses /empty "lacuna: LibTorch: /empty has no lib/libtorch_cpu.so $hint"
check "another version" refuses /old "lacuna: LibTorch: /old is version 2.10.0+cu128 (2.11 is needed)"

doctor() {
  inside /site/torch "$bundle/bin/lacuna" doctor --json >"$work/doctor.json" || return
  python3 - "$work/doctor.json" "$build/bin/plugins" <<'PY'
import json, pathlib, sys
report = json.load(open(sys.argv[1]))
plugins = sum(folder["plugins"] for folder in report["plugins"]["folders"])
there = len(list(pathlib.Path(sys.argv[2]).glob("*.so")))
assert report["plugins"]["refused"] == [], report["plugins"]["refused"]
assert plugins == there, f"{plugins} plugins of {there}"
assert report["libtorch"].startswith("2.11"), report["libtorch"]
PY
}
check "doctor finds every plugin" doctor

# The program that draws pictures reads and writes every kind of file that a data set may hold.
draws() {
  inside /site/torch "$bundle/bin/lacuna_miniature" /tmp/data --sets oxford_pet,flowers102,stanford_cars --train-per-class 1 --test-per-class 1 >/dev/null &&
    inside /site/torch "$bundle/bin/lacuna" data check stanford_cars --data /tmp/data --json >"$work/check.json"
}
check "generated pictures are read" draws

# The demo with two cells, from inside and from the build, byte by byte.
python3 - "$here/suites/demo.json" >"$root/tmp/two.json" <<'PY'
import json, sys
suite = json.load(open(sys.argv[1]))
suite["methods"] = [method for method in suite["methods"] if method["label"] == "NPO+KL"]
suite["methods"][0].pop("requests", None)
suite["requests"] = suite["requests"][:1]
suite.pop("attacks", None)
suite["model"] = "../models/demo"
json.dump(suite, sys.stdout)
PY
for folder in "$root$bundle/share/lacuna/suites" "$work/suites"; do mkdir -p "$folder" && cp "$root/tmp/two.json" "$folder/two.json"; done
ln -s "$here/models" "$work/models"
runs() {
  inside /site/torch "$bundle/bin/lacuna" run two --out /tmp/results --seeds 1 --jobs 1 >"$work/inside.log" 2>&1 || { cat "$work/inside.log"; return 1; }
  env -u LACUNA_DATA LACUNA_CACHE=off "$build/bin/lacuna" run "$work/suites/two.json" --out "$work/results" --seeds 1 --jobs 1 >"$work/build.log" 2>&1 || return
}
same() { diff -r "$root/tmp/results/$1" "$work/results/$1" >&2 && [[ $(ls "$work/results/$1" | wc -l) == "$2" ]]; }
check "two cells run" runs
# Each cell is evaluated five times and scored by six metrics; predictions and contributions are files beside the results.
check "what was unlearned is the build's, byte by byte" same unlearn 1
check "so are the predictions" same predict 20
check "so are the scores" same score 24

rm -rf "$root"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
