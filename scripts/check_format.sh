#!/usr/bin/env bash
# Are the sources as clang-format leaves them? Usage: scripts/check_format.sh [--fix]
# With --fix they are made so. Versions lay code out differently: 14 is the one that counts, Debian 12's own.
set -euo pipefail
cd "$(dirname "$0")/.."

format=
for command in clang-format-14 clang-format; do
  [[ $("$command" --version 2>/dev/null) != *"version 14."* ]] || { format=$command; break; }
done
[[ $format ]] || { echo "check_format: no clang-format 14 (scripts/setup.sh style brings it)" >&2; exit 2; }

# Version 14 does not know the requires clauses of a function: it runs them into its declaration.
mapfile -t files < <(git ls-files -- '*.cpp' '*.hpp' ':!harness/include/lacuna/plugin.hpp')
if [[ ${1-} == --fix ]]; then
  "$format" -i "${files[@]}"
  exit
fi
wrong=()
for file in "${files[@]}"; do
  cmp -s "$file" <("$format" "$file") || wrong+=("$file")
done
if [[ ${#wrong[@]} == 0 ]]; then
  echo "${#files[@]} sources are as clang-format leaves them."
  exit
fi
printf '%s: not as clang-format leaves it (make format)\n' "${wrong[@]}"
exit 1
