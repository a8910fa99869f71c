#!/usr/bin/env bash
# Everything that a GPU can show of lacuna, in order of value, within 25 minutes. Usage: scripts/gpu_check.sh OUT [--help]
# The work is in gpu_check.py; it needs the python3 that has torch 2.11, whose LibTorch the program then uses, too.
exec "${LACUNA_PYTHON:-python3}" "$(dirname "$0")/gpu_check.py" "$@"
