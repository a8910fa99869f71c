#!/usr/bin/env bash
# Brings what a build needs and is not there yet: Debian packages through apt, then LibTorch from the PyPI wheel.
# Usage: scripts/setup.sh [build] [test] [bench] [parity] [bundle] [style]      (default: build)
# A second call finds everything and does nothing. Without root it prints the one command that is missing and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

torch_wheels=(torch==2.11.0 nvidia-cuda-cupti==13.0.85 nvidia-cuda-runtime==13.0.96)
backports=${APT_SOURCES_DIR:-/etc/apt/sources.list.d}/lacuna-backports.list

# A package stands for a command where it has one: a newer cmake or another chromium on PATH is as good.
declare -A command_of=([g++]=g++ [cmake]=cmake [ninja-build]=ninja [make]=make [pkg-config]=pkg-config [chromium]=chromium)
packages=()
for group in "${@:-build}"; do
  case $group in
    build) packages+=(g++ cmake ninja-build make pkg-config libboost-dev nlohmann-json3-dev libopencv-core-dev
      libopencv-imgproc-dev libtiff-dev libmatio-dev libcurl4-openssl-dev libarchive-dev libcli11-dev
      libkainjow-mustache-dev libssl-dev libutf8proc-dev zlib1g-dev libjpeg62-turbo-dev libpng-dev libgif-dev libwebp-dev) ;;
    test) packages+=(libcatch2-dev chromium python3-jsonschema) ;;
    bench) packages+=(libbenchmark-dev) ;;
    parity) packages+=(python3-venv) ;;
    bundle) packages+=(patchelf zstd busybox-static) ;;
    style) packages+=(clang-format-14) ;;
    *) echo "setup: $group: no such group (build, test, bench, parity, bundle or style)" >&2; exit 2 ;;
  esac
done

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

declare -A version_of=()  # of the packages that are installed
look_up_packages() {
  local package status version
  while read -r package status version; do
    [[ $status != installed ]] || version_of[$package]=$version
  done < <(dpkg-query -W -f='${Package} ${db:Status-Status} ${Version}\n' "${packages[@]}" 2>/dev/null)
}

is_there() {
  local version=${version_of[$1]-}
  case $1 in
    libcatch2-dev) [[ $version ]] && dpkg --compare-versions "$version" ge 3.7 ;;  # Debian 12's own is version 2
    *) [[ $version ]] || { [[ ${command_of[$1]-} ]] && command -v "${command_of[$1]}" >/dev/null; } ;;
  esac
}

# Where LibTorch is; empty where there is none. Fails where LACUNA_TORCH_DIR asks for what is not there.
torch_dir() { ! command -v cmake >/dev/null || cmake -P cmake/LacunaTorch.cmake; }

# Of all versions that apt knows, the first that will do; empty where there is none.
catch2_version() {
  local version
  for version in $(apt-cache madison libcatch2-dev 2>/dev/null | awk '{print $3}'); do
    if dpkg --compare-versions "$version" ge 3.7; then echo "$version"; return; fi
  done
}

# The sources line for backports, made from the mirror that this machine's apt already uses.
backports_line() {
  local codename mirror signed=
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  mirror=$(apt-get indextargets -o APT::Get::IndexTargets::ReleaseInfo=false \
    --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
    awk -v codename="$codename" '$1 == "Packages" && $2 == codename && $3 == "main" {print $4; exit}')
  [[ $codename == bookworm && $mirror ]] || return 1
  [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]] ||
    signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
  echo "deb $signed$mirror $codename-backports main"
}

install_packages() {
  local wanted=("$@") index version source=
  local apt=(apt-get -o DPkg::Lock::Timeout=600)
  if [[ $(id -u) == 0 ]]; then "${apt[@]}" update -q >&2 || say "apt-get update failed; trying with what apt knows"; fi
  for index in "${!wanted[@]}"; do
    [[ ${wanted[index]} == libcatch2-dev ]] || continue
    version=$(catch2_version)
    if [[ ! $version ]]; then
      source=$(backports_line) || die "libcatch2-dev: apt knows no version 3.7 or newer (install Catch2 3.7 by hand)"
      wanted[index]=libcatch2-dev/bookworm-backports
    else
      wanted[index]=libcatch2-dev=$version
    fi
  done
  if [[ $(id -u) != 0 ]]; then
    say "packages are missing and this is not root; run this once, then make again:"
    [[ ! $source ]] || printf "echo '%s' | sudo tee %s && sudo apt-get update && " "$source" "$backports" >&2
    echo "sudo apt-get install -y --no-install-recommends ${wanted[*]}" >&2
    exit 1
  fi
  if [[ $source ]]; then
    say "adding Debian's backports to apt's sources: $backports"
    echo "$source" >"$backports"
    "${apt[@]}" update -q >&2
  fi
  say "installing ${wanted[*]}"
  DEBIAN_FRONTEND=noninteractive "${apt[@]}" -o Dpkg::Use-Pty=0 install -y -q --no-install-recommends "${wanted[@]}" \
    </dev/null >&2 || die "apt-get install failed"
}

# Into a folder of another name first, so that a set-up cut short is never taken for a finished one.
install_torch() {
  local part=build/libtorch.part
  say "bringing LibTorch into build/libtorch: ${torch_wheels[*]} (0.5 GB, once)"
  rm -rf "$part" && mkdir -p "$part/tmp"
  TMPDIR=$PWD/$part/tmp PIP_ROOT_USER_ACTION=ignore python3 -m pip install --no-input --no-deps --no-compile --target "$part/libtorch" \
    "${torch_wheels[@]}" </dev/null >&2 ||
    die "LibTorch: pip could not bring it (or set LACUNA_TORCH_DIR to an unpacked LibTorch 2.11)"
  rm -rf build/libtorch
  mv "$part/libtorch" build/libtorch
  rm -rf "$part"
}

mkdir -p build
exec 9>build/.setup.lock
flock 9  # two calls at once: the second waits, then finds all there

if command -v dpkg-query >/dev/null; then
  look_up_packages
  missing=()
  for package in "${packages[@]}"; do is_there "$package" || missing+=("$package"); done
  found=$(torch_dir 2>/dev/null) || found=refused  # said once, below
  if [[ ! $found ]] && ! python3 -m pip --version >/dev/null 2>&1; then missing+=(python3-pip); fi
  [[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
else
  say "no dpkg here; install by hand what these Debian packages hold: ${packages[*]}"
fi
found=$(torch_dir) || exit 1
[[ $found ]] || install_torch
