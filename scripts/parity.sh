#!/usr/bin/env bash
# Makes what the parity tests compare with: a Python environment with the reference implementations, then everything
# that tests/parity/make_*.py compute in it. Usage: scripts/parity.sh FOLDER
# Each script is called with its output folder, FOLDER/data/<name>, and runs again only when it has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: scripts/parity.sh FOLDER}
mkdir -p "$folder/data"
python=$folder/venv/bin/python
requirements=tests/parity/requirements.txt

say() { echo "parity: $*" >&2; }

if ! cmp -s "$requirements" "$folder/venv/requirements.txt"; then
  say "bringing the reference implementations into $folder/venv (5 GB, once)"
  rm -rf "$folder/venv"
  python3 -m venv "$folder/venv"
  mkdir -p "$folder/tmp"
  TMPDIR=$PWD/$folder/tmp "$python" -m pip install --no-input -q -r "$requirements" </dev/null >&2
  rm -rf "$folder/tmp"
  cp "$requirements" "$folder/venv/requirements.txt"
fi

# CLIP's merge list, which open_clip brings along, as a data folder holds it.
mkdir -p "$folder/clip"
cp "$("$python" -c 'import importlib.util as u; print(u.find_spec("open_clip").submodule_search_locations[0])')/bpe_simple_vocab_16e6.txt.gz" "$folder/clip/"

shopt -s nullglob
for script in tests/parity/make_*.py; do
  name=$(basename "$script" .py)
  out=$folder/data/${name#make_}
  stamp=$(cat "$script" "$requirements" | sha256sum)
  [[ "$(cat "$out/.stamp" 2>/dev/null)" != "$stamp" ]] || continue
  say "$script"
  rm -rf "$out" && mkdir -p "$out"
  "$python" "$script" "$out"
  echo "$stamp" >"$out/.stamp"
done
