#!/usr/bin/env python3
"""A suite as scripts/scale.sh runs it. Usage: scale_suite.py SUITE PRECISION [partial] >FILE

PRECISION is that of training and of every evaluation; what the suite names by a relative path gets an absolute one;
"partial": CIFAR-100's files, refused unless they are whole, may be a part.
"""
import json
import sys
from pathlib import Path

suite_file, precision, *rest = sys.argv[1:]
folder = Path(suite_file).resolve().parent
suite = json.loads(Path(suite_file).read_text())
if precision != "float32":  # the default says nothing: keys stay what they are
    suite.setdefault("training", {})["precision"] = precision
    for evaluation in suite["evaluations"]:
        evaluation["precision"] = precision
if "partial" in rest:
    for evaluation in suite["evaluations"]:
        use = evaluation["dataset"] if isinstance(evaluation["dataset"], dict) else {"id": evaluation["dataset"]}
        if use["id"] == "cifar100":
            evaluation["dataset"] = {**use, "params": {**use.get("params", {}), "allow_partial": True}}
published = (use if isinstance(use, dict) else {"file": use} for use in suite.get("published", []))
suite["published"] = [{**use, "file": str((folder / use["file"]).resolve())} for use in published]
json.dump(suite, sys.stdout, indent=1)
