#!/usr/bin/env bash
# Tests of the front door: scripts/setup.sh, scripts/demo.sh, .ci/run. Usage: setup_test.sh SOURCE_DIR CASE
# Each case works on a copy in a temporary folder, where apt, dpkg, pip and id are stand-ins that write down their calls.
set -uo pipefail
source_dir=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{scripts,cmake,.ci,suites,bin,sources}
cp "$source_dir"/scripts/*.sh "$source_dir"/scripts/compare_predictions.py "$root/scripts"
cp "$source_dir/cmake/LacunaTorch.cmake" "$root/cmake"
cp "$source_dir/.ci/run" "$root/.ci"
unset LACUNA_TORCH_DIR CMAKE_PREFIX_PATH LACUNA_DATA
export root PATH="$root/bin:$PATH" APT_SOURCES_DIR=$root/sources
touch "$root/calls"

stand_in() { cat >"$root/bin/$1" && chmod +x "$root/bin/$1"; }

fail() { echo "FAILED: $*" >&2; echo "--- output:"; cat "$root/out" 2>/dev/null; echo "--- calls:"; cat "$root/calls"; exit 1; }

# The one thing that is real is cmake. installed: "package version" lines. uid, pip_fails, python_torch: files.
stand_in dpkg-query <<'SH'
#!/bin/bash
for package in "$@"; do
  sed -n "s/^$package /$package installed /p" "$root/installed" 2>/dev/null
done
SH
stand_in id <<'SH'
#!/bin/bash
cat "$root/uid"
SH
stand_in apt-get <<'SH'
#!/bin/bash
if [[ $1 == indextargets ]]; then
  echo "Packages trixie main https://mirror.example/other/"
  echo "Translations bookworm main https://mirror.example/debian/"
  echo "Packages bookworm main https://mirror.example/debian/"
  exit
fi
echo "apt-get $*" >>"$root/calls"
[[ " $* " == *" install "* ]] || exit 0
for word in "$@"; do
  [[ $word == lib* || $word == python3-pip ]] || continue
  sed -i "/^${word%%[=/]*} /d" "$root/installed"
  echo "${word%%[=/]*} 9.9" >>"$root/installed"
done
SH
stand_in apt-cache <<'SH'
#!/bin/bash
cat "$root/madison" 2>/dev/null || echo "N: Unable to locate package" >&2
SH
stand_in python3 <<'SH'
#!/bin/bash
case "$*" in
  -c*) cat "$root/python_torch" 2>/dev/null; exit 0 ;;
  "-m pip --version") grep -q ^python3-pip "$root/installed"; exit ;;
  "-m pip install"*) ;;
  *) exit 9 ;;
esac
echo "pip $*" >>"$root/calls"
sleep 0.2
while [[ $1 != --target ]]; do shift; done
mkdir -p "$2/torch/lib"
[[ ! -e $root/pip_fails ]] || exit 1
fake_torch "$2/torch" 2.11.0
SH
fake_torch() {  # DIR VERSION
  mkdir -p "$1/lib" "$1/include/torch/headeronly"
  touch "$1/lib/libtorch_cpu.so"
  local major minor patch
  IFS=. read -r major minor patch <<<"$2"
  printf '#define TORCH_VERSION_MAJOR %s\n#define TORCH_VERSION_MINOR %s\n#define TORCH_VERSION_PATCH %s\n' \
    "$major" "$minor" "$patch" >"$1/include/torch/headeronly/version.h"
}
export -f fake_torch

# A machine that has everything but LibTorch; commands are stand-ins too, so that the real machine does not matter.
for command in g++ ninja make pkg-config chromium; do echo '#!/bin/bash' | stand_in "$command"; done
for package in libboost-dev nlohmann-json3-dev libopencv-core-dev libopencv-imgproc-dev libcli11-dev libkainjow-mustache-dev \
  libtiff-dev libmatio-dev libcurl4-openssl-dev libarchive-dev libjpeg62-turbo-dev libpng-dev libgif-dev \
  libwebp-dev libssl-dev libutf8proc-dev zlib1g-dev libbenchmark-dev python3-pip python3-jsonschema; do echo "$package 1.0"; done >"$root/installed"
echo "libcatch2-dev 3.7.1-0.4~bpo12+1" >>"$root/installed"
echo 0 >"$root/uid"

remove() { sed -i "/^$1 /d" "$root/installed"; }
setup() { "$root/scripts/setup.sh" "$@" >"$root/out" 2>&1; }
calls() { grep -c "$1" "$root/calls"; }
says() { grep -qE -- "$1" "$root/out" || fail "expected in the output: $1"; }
torch() { cmake -P "$root/cmake/LacunaTorch.cmake"; }
on_bookworm() { grep -q VERSION_CODENAME=bookworm /etc/os-release || { echo "SKIP: this is not Debian 12"; exit 77; }; }

test_a_second_call_does_nothing() {
  setup build test bench || fail "the first call"
  [[ $(calls ^pip) == 1 && $(calls ^apt-get) == 0 && -e $root/build/libtorch/torch/lib/libtorch_cpu.so ]] || fail "one pip, no apt"
  setup build test bench || fail "the second call"
  [[ $(calls .) == 1 && ! -s $root/out ]] || fail "the second call did something"
}

test_pip_is_asked_for_the_three_wheels_without_dependencies() {
  setup || fail "set-up"
  grep -qE -- '--no-deps .*--target .* torch==2\.11\.0 nvidia-cuda-cupti==13\.0\.85 nvidia-cuda-runtime==13\.0\.96$' "$root/calls" ||
    fail "the pip command"
}

test_without_root_the_one_missing_command_is_printed() {
  echo 1000 >"$root/uid"
  remove libcli11-dev && remove libboost-dev
  ! setup build || fail "exit status 0"
  says '^sudo apt-get install -y --no-install-recommends libboost-dev libcli11-dev$'
  [[ $(grep -c sudo "$root/out") == 1 && $(calls .) == 0 && ! -e $root/build/libtorch ]] || fail "it did not stop"
}

test_without_root_the_command_brings_backports_from_the_mirror_in_use() {
  on_bookworm
  echo 1000 >"$root/uid"
  remove libcatch2-dev
  echo "libcatch2-dev 2.13.10-1" >>"$root/installed"
  ! setup build test || fail "exit status 0"
  says "^echo 'deb .*https://mirror.example/debian/ bookworm-backports main' \| sudo tee .*lacuna-backports.list && sudo apt-get update && sudo apt-get install -y --no-install-recommends libcatch2-dev/bookworm-backports$"
  [[ $(calls .) == 0 && ! -e $root/sources/lacuna-backports.list ]] || fail "it did not stop"
}

test_root_gets_only_what_is_missing() {
  remove libcli11-dev
  setup build test || fail "set-up"
  grep -qE 'install .*--no-install-recommends libcli11-dev$' "$root/calls" || fail "the apt command"
  [[ $(calls ' install -y') == 1 && ! -e $root/sources/lacuna-backports.list ]] || fail "more than that"
}

test_root_adds_backports_once() {
  on_bookworm
  remove libcatch2-dev
  setup build test || fail "set-up"
  grep -q 'https://mirror.example/debian/ bookworm-backports main' "$root/sources/lacuna-backports.list" || fail "no sources line"
  grep -q ' libcatch2-dev/bookworm-backports$' "$root/calls" || fail "the apt command"
  before=$(calls .)
  setup build test || fail "the second call"
  [[ $(calls .) == "$before" ]] || fail "the second call did something"
}

test_a_catch2_that_apt_offers_needs_no_backports() {
  remove libcatch2-dev
  printf ' libcatch2-dev | %s | somewhere\n' 2.13.10-1 3.8.0-2 3.7.1-1 >"$root/madison"
  setup build test || fail "set-up"
  grep -q ' libcatch2-dev=3.8.0-2$' "$root/calls" || fail "the apt command"
  [[ ! -e $root/sources/lacuna-backports.list ]] || fail "a sources line was added"
}

test_pip_itself_is_installed_where_it_is_missing() {
  remove python3-pip
  setup build || fail "set-up"
  grep -q ' install .*python3-pip$' "$root/calls" || fail "the apt command"
}

test_a_libtorch_that_is_there_is_taken_first() {
  remove python3-pip
  for name in wish prefix python; do fake_torch "$root/$name" 2.11.0; done
  echo "$root/python" >"$root/python_torch"
  setup || fail "python's torch"
  [[ $(torch) == "$root/python" ]] || fail "python's torch: $(torch)"
  fake_torch "$root/build/libtorch/torch" 2.11.0
  [[ $(torch) == "$root/build/libtorch/torch" ]] || fail "build/libtorch: $(torch)"
  [[ $(CMAKE_PREFIX_PATH=/nowhere:$root/prefix torch) == "$root/prefix" ]] || fail "CMAKE_PREFIX_PATH"
  mkdir -p "$root/prefix/share/cmake"
  [[ $(CMAKE_PREFIX_PATH=$root/prefix/share/cmake torch) == "$root/prefix" ]] || fail "a wheel's hint"
  [[ $(LACUNA_TORCH_DIR=$root/wish CMAKE_PREFIX_PATH=$root/prefix torch) == "$root/wish" ]] || fail "LACUNA_TORCH_DIR"
  [[ $(cd "$root" && LACUNA_TORCH_DIR=wish torch) == "$root/wish" ]] || fail "a relative LACUNA_TORCH_DIR"
  LACUNA_TORCH_DIR=$root/wish setup || fail "set-up with LACUNA_TORCH_DIR"
  [[ $(calls .) == 0 ]] || fail "something was downloaded"
}

test_a_libtorch_of_another_version_is_passed_over() {
  fake_torch "$root/python" 2.6.0
  echo "$root/python" >"$root/python_torch"
  setup || fail "set-up"
  says 'LibTorch 2\.6\.0 is passed over \(2\.11 is needed\)'
  [[ $(calls ^pip) == 1 && $(torch) == "$root/build/libtorch/torch" ]] || fail "the wheel was not taken"
}

test_a_wrong_torch_dir_is_a_mistake() {
  fake_torch "$root/old" 2.6.0
  ! LACUNA_TORCH_DIR=$root/old setup || fail "another version"
  tr -s '\n ' ' ' <"$root/out" | grep -q 'holds LibTorch 2.6.0 (2.11 is needed)' || fail "the message"
  ! LACUNA_TORCH_DIR=$root/nowhere setup || fail "no such folder"
  tr -s '\n ' ' ' <"$root/out" | grep -q 'holds no LibTorch (the folder with include/ and lib/ is needed)' || fail "the message"
  [[ $(calls .) == 0 ]] || fail "something was downloaded"
}

test_a_download_cut_short_is_not_taken() {
  touch "$root/pip_fails"
  ! setup || fail "exit status 0"
  says 'setup: LibTorch: pip could not bring it \(or set LACUNA_TORCH_DIR to an unpacked LibTorch 2\.11\)'
  [[ ! -e $root/build/libtorch ]] || fail "half a LibTorch"
  rm "$root/pip_fails"
  setup || fail "the second call"
  [[ $(torch) == "$root/build/libtorch/torch" && ! -e $root/build/libtorch.part ]] || fail "left-overs"
}

test_two_calls_at_once_download_once() {
  setup & first=$!
  "$root/scripts/setup.sh" >/dev/null 2>&1 || fail "the second call"
  wait $first || fail "the first call"
  [[ $(calls ^pip) == 1 ]] || fail "two downloads"
}

test_an_unknown_group_is_refused() {
  setup biuld
  [[ $? == 2 ]] || fail "exit status"
  says 'setup: biuld: no such group \(build, test, bench, parity, bundle or style\)'
}

# A program that writes down how it was called and ends with the status in a file.
demo() {
  stand_in program <<'SH'
#!/bin/bash
echo "$*" >>"$root/calls"
exit "$(cat "$root/$1_status")"
SH
  echo "$1" >"$root/run_status"
  echo 0 >"$root/report_status"
  "$root/scripts/demo.sh" "$root/bin/program" 1,2 ${2-} >"$root/out" 2>&1
}

test_the_demo_runs_here_and_ends_with_the_path_of_its_page() {
  demo 0 || fail "exit status"
  [[ $(cat "$root/calls") == $'run suites/demo.json --seeds 1,2 --out build/demo/results\nreport build/demo/results --out build/demo/report' ]] || fail "calls"
  [[ $(tail -n 1 "$root/out") == *"$root/build/demo/report/index.html" ]] || fail "the last line"
}

test_the_demo_counts_the_results_that_are_the_published_ones() {
  for step in unlearn predict score; do
    mkdir -p "$root/build/demo/results/$step" "$root/results/demo/$step"
    echo "$step" | tee "$root/build/demo/results/$step/a.json" >"$root/results/demo/$step/a.json"
  done
  demo 0 || fail "exit status"
  says '^3 of 3 results are the published ones \(results/demo\), byte for byte\.$'
  ! grep -q 'predict every label' "$root/out" || fail "a word on differences where there are none"
  echo other >"$root/results/demo/predict/a.json"
  rm "$root/results/demo/score/a.json"
  demo 0 || fail "exit status"
  says '^1 of 3 results are the published ones'
  says 'Another processor may differ in last digits'
}

# One cell of three pictures a key; the labels of the second picture may differ.
results_folder() {  # FOLDER KEY LABEL
  PATH=${PATH#"$root/bin:"} python3 - "$@" <<'PY'
import json, struct, sys
from pathlib import Path
folder, key, label = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for name in ("plans", "unlearn", "predict"):
    (folder / name).mkdir(parents=True, exist_ok=True)
row = {"model": "m", "request": "r", "label": "GA", "seed": 1, "key": key, "original": "o", "predict": {"test": key}}
(folder / "plans/demo.json").write_text(json.dumps({"originals": [], "cells": [row]}))
for step in ("unlearn", "predict"):
    (folder / f"{step}/{key}.json").write_text(json.dumps({"status": "ok"}))
header = json.dumps({"fine/predicted": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}}).encode()
(folder / f"predict/{key}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes([0, label, 2]))
PY
}

test_the_demo_compares_labels_where_the_keys_are_others() {
  rm "$root/bin/python3"  # the true one
  results_folder "$root/build/demo/results" new 1
  results_folder "$root/results/demo" old 1
  demo 0 || fail "exit status"
  says '^0 of 3 results are the published ones'
  says '^1 of 1 cells predict every label as those of results/demo do; 0 of 3 predictions differ\.$'
  results_folder "$root/results/demo" old 7
  demo 0 || fail "exit status"
  says '^0 of 1 cells predict every label as those of results/demo do; 1 of 3 predictions differ\.$'
}

test_the_demo_reports_failed_cells_and_fails() {
  demo 1
  [[ $? == 1 && $(calls ^report) == 1 ]] || fail "status 1 with a report"
}

test_the_demo_stops_at_a_mistake() {
  demo 2
  [[ $? == 2 && $(calls ^report) == 0 ]] || fail "status 2 without a report"
}

test_a_fresh_demo_runs_every_cell_again_and_leaves_the_published_alone() {
  mkdir -p "$root/build/demo/results" && touch "$root/build/demo/results/old"
  demo 0 1 || fail "exit status"
  [[ ! -e $root/build/demo/results/old ]] || fail "old results"
  ! grep -qE '(^| )(results|reports)/demo' "$root/calls" || fail "published results"
  says "$root/build/demo/report/index.html"
}

test_ci_passes_the_failure_on_and_sums_up_last() {
  stand_in make <<'SH'
#!/bin/bash
[[ $* == test && $CI == true ]] || exit 9
printf '50%% tests passed, 1 tests failed out of 2\n\nTotal Test time (real) = 1 sec\n\nThe following tests FAILED:\n\t  1 - a: b (Failed)\n'
exit 2
SH
  "$root/.ci/run" >"$root/out" 2>&1
  [[ $? == 2 ]] || fail "exit status"
  [[ $(tail -n 1 "$root/out") == "50% tests passed, 1 tests failed out of 2" ]] || fail "the last line"
}

test_ci_runs_the_parity_tests_after_the_others() {
  stand_in make <<'SH'
#!/bin/bash
[[ $CI == true ]] || exit 9
case $* in
  test) [[ ! -e $LACUNA_DATA ]] || exit 9; printf '100%% tests passed, 0 tests failed out of 2\n' ;;
  style) ;;
  parity) printf '0%% tests passed, 1 tests failed out of 1\n\nThe following tests FAILED:\n\t  1 - parity: b (Failed)\n'; exit 2 ;;
  *) exit 9 ;;
esac
SH
  "$root/.ci/run" >"$root/out" 2>&1
  [[ $? == 2 ]] || fail "exit status"
  diff <(tail -n 2 "$root/out") <(printf '0%% tests passed, 1 tests failed out of 1\n100%% tests passed, 0 tests failed out of 2\n') ||
    fail "the last lines"
  says 'parity: b \(Failed\)'
}

# Without data first, as on any machine; then the tests that read real files.
test_ci_tests_without_real_files_and_then_with_them() {
  stand_in make <<'SH'
#!/bin/bash
[[ $* != test || $LACUNA_DATA == /* && ! -e $LACUNA_DATA ]] || exit 9
echo "make $*" >>"$root/calls"
[[ $* == style ]] || printf '100%% tests passed, 0 tests failed out of 2\n'
SH
  stand_in ctest <<'SH'
#!/bin/bash
[[ $LACUNA_DATA == "$root/data" ]] || exit 9
echo "ctest $*" >>"$root/calls"
printf '0%% tests passed, 1 tests failed out of 1\n'
exit 8
SH
  mkdir -p "$root/tests/bundle"
  for script in tests/bundle/bare_root.sh scripts/gpu_check.sh; do
    echo "echo $script \$* >>'$root/calls'" >"$root/$script" && chmod +x "$root/$script"
  done
  LACUNA_DATA=$root/data "$root/.ci/run" >"$root/out" 2>&1 || fail "no folder, yet not passed"
  [[ $(cat "$root/calls") == $'make test\nmake style\nmake parity\nmake bundle\ntests/bundle/bare_root.sh build\nscripts/gpu_check.sh build/gpu_check --device cpu --size small' ]] ||
    fail "calls without a folder"
  mkdir "$root/data"
  : >"$root/calls"
  LACUNA_DATA=$root/data "$root/.ci/run" >"$root/out" 2>&1
  [[ $? == 8 ]] || fail "exit status"
  [[ $(cat "$root/calls") == $'make test\nmake style\nctest --test-dir build -L ^real$ --output-on-failure' ]] || fail "calls"
  diff <(tail -n 2 "$root/out") <(printf '0%% tests passed, 1 tests failed out of 1\n100%% tests passed, 0 tests failed out of 2\n') ||
    fail "the last lines"
}

# Every plugin folder is in the index, and the index names nothing else.
test_the_plugin_index_is_complete() {
  cd "$source_dir/plugins" || fail "no plugins"
  diff <(for manifest in */*/CMakeLists.txt; do dirname "$manifest"; done | sort) \
    <(grep -oE '^\| \[[a-z0-9_]+\]\([a-z]+/[a-z0-9_]+\)' README.md | sed -E 's/.*\((.*)\)/\1/' | sort) ||
    fail "plugins/README.md differs from the folders (< folder, > index)"
}

test_the_presets_are_understood() {
  cmake -S "$source_dir" --list-presets=all >"$root/out" 2>&1 || fail "cmake --list-presets"
  for preset in dev release asan gpu; do says "^  \"$preset\""; done
}

"test_$2"
