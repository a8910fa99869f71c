#!/usr/bin/env python3
"""Compares the predictions of two results folders, picture by picture.

Usage: compare_predictions.py A B [--suite NAME] [--exact] [--summary]
Cells belong together by model, request, label and seed: keys may differ, and so may the layout (one file a cell, or one a
job). Compared are the labels by evaluation and row. Prints JSON; exit status 1 if a cell of A has no
partner in B or one of the two failed, and with --exact also if any prediction differs. --summary: one line instead of JSON.
"""
import argparse
import json
import struct
import sys
from array import array
from pathlib import Path

KINDS = {"U8": "B", "I16": "h", "I32": "i"}


def labels_in(file):
    """{tensor: labels} of a file of predictions (docs/results.md); other columns are no labels."""
    data = file.read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        begin, end = (8 + size + at for at in entry["data_offsets"])
        if entry["dtype"] in KINDS:
            out[name] = array(KINDS[entry["dtype"]], data[begin:end])
    return out


def read(path):
    return json.loads(path.read_text())


class Cell:
    """What one cell of a folder predicts, whichever layout the folder has."""

    def __init__(self, folder, row):
        self.status, self.reason, self.files, self.labels = "missing", None, [], {}
        former = folder / "cells" / f"{row['key']}.json"
        if former.exists():
            self.read_former(folder, read(former))
        elif "predict" in row:
            self.read_jobs(folder, row)

    def read_former(self, folder, result):
        """cells/<key>.json, and every evaluation in one file: "<evaluation>/fine_predicted"."""
        self.status, self.reason = result["status"], result.get("reason")
        if self.status != "ok":
            return
        self.files = [folder / result["predictions"]["file"]]
        for name, labels in labels_in(self.files[0]).items():
            evaluation, tensor = name.rsplit("/", 1)
            self.labels.setdefault(evaluation, {})[tensor] = labels

    def read_jobs(self, folder, row):
        """unlearn/<key>.json, and a file an evaluation, predict/<key>.safetensors: "fine/predicted"."""
        results = [folder / "predict" / f"{key}.json" for key in row["predict"].values()]
        if row.get("original"):
            results.insert(0, folder / "unlearn" / f"{row['key']}.json")
        if row.get("status"):
            self.status, self.reason = row["status"], row.get("reason")
            return
        for path in results:
            result = read(path) if path.exists() else {"status": "missing"}
            if result["status"] != "ok":
                self.status, self.reason = result["status"], result.get("reason")
                return
        self.status = "ok"
        for evaluation, key in sorted(row["predict"].items()):
            self.files.append(folder / "predict" / f"{key}.safetensors")
            self.labels[evaluation] = {name.replace("/", "_"): labels for name, labels in labels_in(self.files[-1]).items()
                                       if name.endswith(("/target", "/predicted"))}

    def bytes(self):
        return [file.read_bytes() for file in self.files]


def cells(folder, suite):
    """{(model, request, label, seed): Cell} of the suites that ran in a folder."""
    out = {}
    for plan in sorted((folder / "plans").glob(f"{suite or '*'}.json")):
        content = read(plan)
        for row in content["originals"] + content["cells"]:
            cell = Cell(folder, row)
            label = row.get("label", "original") + (f", then {row['attack']}" if row.get("attack") else "")
            if cell.status != "missing":
                out[row["model"], row["request"], label, row.get("seed", 0)] = cell
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
            if tensor == "coarse_target":  # follows from the fine one; the former layout has none
                continue
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
    for name, cell in sorted(ours.items(), key=lambda item: str(item[0])):
        row = dict(zip(("model", "request", "label", "seed"), name))
        rows.append(row)
        if name not in theirs:
            row["missing"] = True
            broken.append(name)
            continue
        both = (cell, theirs[name])
        row["status"] = [one.status for one in both]
        if row["status"] != ["ok", "ok"]:
            row["reasons"] = [one.reason for one in both]
            if row["status"][0] != row["status"][1]:
                broken.append(name)
            continue
        row["same_bytes"] = both[0].bytes() == both[1].bytes()
        row["predictions"] = compared(both[0].labels, both[1].labels)
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
