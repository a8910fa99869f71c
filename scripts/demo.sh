#!/usr/bin/env bash
# Runs the demo suite on this machine, in build/demo, writes its report, and says how many results are the published
# ones, byte for byte. Usage: scripts/demo.sh PROGRAM [SEEDS [FRESH]]
# SEEDS, 1,2,3 say, are those of the suite's that are run. Jobs of an earlier demo are not run again (a key covers
# everything that can move a number); with FRESH they are.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
program=$1 seeds=${2:-1}
published=results/demo results=build/demo/results report=build/demo/report
[[ ! ${3-} ]] || rm -rf build/demo

"$program" run suites/demo.json --seeds "$seeds" --out "$results"
status=$?
[[ $status -le 1 ]] || exit $status  # 1: something failed, and the report shows which and why
"$program" report "$results" --out "$report" || exit

same=0 all=0
for file in "$results"/{unlearn,predict,score}/*; do
  [[ -f $file ]] || continue
  all=$((all + 1))
  ! cmp -s "$file" "$published${file#"$results"}" || same=$((same + 1))
done
echo "$same of $all results are the published ones ($published), byte for byte."
# Keys change with the program; what a model answers should not.
if [[ $same != "$all" ]]; then
  python3 scripts/compare_predictions.py "$results" "$published" --suite demo --summary
  echo "Another processor may differ in last digits (docs/reproducibility.md)."
fi
echo "The leaderboard of seed $seeds (reports/demo has all of them, with intervals): $PWD/$report/index.html"
exit $status
