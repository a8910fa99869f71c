#!/usr/bin/env bash
# The proof at full size: kt_table2, every method, with a randomly initialised model on generated pictures in the originals' layouts.
# It shows time, memory and throughput; with random weights the accuracies mean nothing.
# Usage: scripts/scale.sh FOLDER [full|counts|small] [DEVICE] [PRECISION]        (default: small cpu float32)
#   full    ViT-L/14, the originals' counts, pictures of 500 x 375: some 15 GB in FOLDER; a GPU with 40 GB
#   counts  a tiny model, the originals' counts, pictures of 64 x 48: every picture and file of the protocol, on any machine
#   small   a tiny model, two pictures a class: the same commands in seconds
# LACUNA_DATA=DIR holds CLIP's merge list (lacuna fetch openai/bpe --data DIR), and may hold the originals' lists of pictures.
set -euo pipefail
say() { echo "scale: $*" >&2; }
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?usage: scripts/scale.sh FOLDER [full|counts|small] [DEVICE]}
size=${2:-small} device=${3:-cpu} precision=${4:-float32}
bin=${LACUNA_BIN:-$here/build/bin} suites=$here/suites
if [[ -e $here/bin/launcher ]]; then bin=${LACUNA_BIN:-$here/bin} suites=$here/share/lacuna/suites; fi  # in a bundle
sets=imgnet_dogs,stanford_cars,food101,flowers102,caltech101,cifar100
case $size in
  full) model=ViT-L-14 pictures=(--original-counts --size 500x375 --plain) ;;
  counts) model=tiny pictures=(--original-counts --size 64x48 --plain) ;;
  small) model=tiny pictures=(--train-per-class 2 --test-per-class 2) ;;
  *) say "$size: no such size (full, counts or small)"; exit 2 ;;
esac

given=${LACUNA_DATA-}
[[ $given || $suites != */share/lacuna/suites ]] || given=$here/share/lacuna/data
unset LACUNA_DATA  # no original picture or list is to be taken for a generated one
[[ $size == small || ! -d $given/imgnet_dogs ]] || pictures+=(--lists "$given")
merges=clip/bpe_simple_vocab_16e6.txt.gz
[[ -e $given/$merges ]] || { say "LACUNA_DATA: no folder that holds $merges (lacuna fetch openai/bpe --data DIR)"; exit 2; }

data=$folder/data
export LACUNA_CACHE=$folder/cache
mkdir -p "$data/clip"
cp "$given/$merges" "$data/clip/"
if [[ ! -e $data/.complete ]]; then
  say "pictures"
  "$bin/lacuna_miniature" "$data" --sets "$sets" "${pictures[@]}"
  say "a random $model"
  mkdir -p "$data/models/openai"
  "$bin/lacuna" model init "$model" "$data/models/openai/ViT-L-14.pt" --format openai --seed 1
  touch "$data/.complete"
fi
partial=()
[[ $size != small ]] || partial=(partial)
python3 "$here/scripts/scale_suite.py" "$suites/kt_table2.json" "$precision" "${partial[@]}" >"$folder/kt_table2.json"
status=0
"$bin/lacuna" run "$folder/kt_table2.json" --out "$folder/results" --data "$data" --device "$device" --seeds 1 || status=$?
python3 "$here/scripts/scale_summary.py" "$folder/results" "$size" >"$folder/summary.json"
cat "$folder/summary.json"
exit $status
