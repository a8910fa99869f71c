#!/usr/bin/env python3
"""Compares the predictions of two results folders, picture by picture.

Usage: compare_predictions.py A B [--suite NAME] [--exact] [--summary]
Cells belong together by model, request, label and seed: keys may differ. Prints JSON; exit status 1 if a cell of A has no
partner in B or one of the two failed, and with --exact also if any prediction differs. --summary: one line instead of JSON.
"""
import argparse
import json
import struct
import sys
from array import array
from pathlib import Path

KINDS = {"U8": "B", "I16": "h", "I32": "i"}


def predictions(file):
    """{evaluation: {tensor: labels}} of a predictions file (docs/results.md)."""
    data = file.read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = (8 + size + at for at in entry["data_offsets"])
        evaluation, tensor = name.rsplit("/", 1)
        if entry["dtype"] in KINDS:  # other columns are no labels
            out.setdefault(evaluation, {})[tensor] = array(KINDS[entry["dtype"]], data[begin:end])
    return out


def cells(folder, suite):
    """{(model, request, label, seed): key} of the suites that ran in a folder."""
    out = {}
    for plan in sorted((folder / "plans").glob(f"{suite or '*'}.json")):
        content = json.loads(plan.read_text())
        for row in content["originals"] + content["cells"]:
            if (folder / "cells" / f"{row['key']}.json").exists():
                name = (row["model"], row["request"], row.get("label", "original"), row.get("seed", 0))
                out[name] = row["key"]
    if not out:
        sys.exit(f"{folder}: holds no cells{f' of {suite}' if suite else ''} (a folder that lacuna run has written)")
    return out


def compared(a, b):
    """{evaluation: {tensor: [differing, of]}} of two predictions files."""
    out = {}
    for evaluation, mine in a.items():
        theirs = b.get(evaluation, {})
        row = out[evaluation] = {}
        for tensor, labels in mine.items():
            others = theirs.get(tensor)
            if others is None or len(others) != len(labels):
                row[tensor] = None
            else:
                row[tensor] = [sum(x != y for x, y in zip(labels, others)), len(labels)]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("--suite")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args()
    ours, theirs = cells(options.a, options.suite), cells(options.b, options.suite)
    rows, differing, pictures, broken, identical = [], 0, 0, [], 0
    for name, key in sorted(ours.items(), key=str):
        row = dict(zip(("model", "request", "label", "seed"), name))
        rows.append(row)
        if name not in theirs:
            row["missing"] = True
            broken.append(name)
            continue
        results = [json.loads((folder / "cells" / f"{k}.json").read_text())
                   for folder, k in ((options.a, key), (options.b, theirs[name]))]
        row["status"] = [result["status"] for result in results]
        if row["status"] != ["ok", "ok"]:
            row["reasons"] = [result.get("reason") for result in results]
            if row["status"][0] != row["status"][1]:
                broken.append(name)
            continue
        files = [folder / result["predictions"]["file"] for folder, result in zip((options.a, options.b), results)]
        row["same_bytes"] = files[0].read_bytes() == files[1].read_bytes()
        row["predictions"] = compared(*(predictions(file) for file in files))
        identical += all(value and value[0] == 0 for tensors in row["predictions"].values() for value in tensors.values())
        for tensors in row["predictions"].values():
            if any(value is None for value in tensors.values()):
                broken.append(name)
                continue
            differing += sum(value[0] for tensor, value in tensors.items() if tensor != "fine_target")
            pictures += sum(value[1] for tensor, value in tensors.items() if tensor != "fine_target")
    if options.summary:
        print(f"{identical} of {len(rows)} cells predict every label as those of {options.b} do; "
              f"{differing} of {pictures} predictions differ.")
        sys.exit(1 if broken or (options.exact and differing) else 0)
    print(json.dumps({"cells": len(rows), "not_comparable": len(broken), "differing": differing, "of": pictures,
                      "rows": rows}, indent=1))
    sys.exit(1 if broken or (options.exact and differing) else 0)


main()
