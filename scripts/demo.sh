#!/usr/bin/env bash
# Runs the demo suite and writes its report. Usage: scripts/demo.sh PROGRAM [FRESH]
# Results go to results/demo, where the published ones lie: a cell whose key is there already is not run again (its key
# covers everything that can move a number). With FRESH, every cell is run here, in build/demo, and the published stay.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
program=$1
results=results/demo
report=reports/demo
if [[ ${2-} ]]; then
  rm -rf build/demo
  results=build/demo/results
  report=build/demo/report
fi

"$program" run suites/demo.json --out "$results"
status=$?
[[ $status -le 1 ]] || exit $status  # 1: some cells failed, and the report shows which and why
"$program" report "$results" --out "$report" || exit
[[ ${2-} ]] || echo "Cells that were there already were not run again; 'make demo FRESH=1' runs every one on this machine."
echo "The leaderboard: $PWD/$report/index.html"
exit $status
