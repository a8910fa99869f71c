#!/usr/bin/env python3
"""What the cells of a results folder cost, as JSON. Usage: scale_summary.py RESULTS NAME"""
import json
import struct
import sys
from pathlib import Path


def read(path):
    return json.loads(path.read_text()) if path.exists() else {}


def step(costs, what, count):
    """Seconds, memory and throughput of the jobs of one step of a cell; None where none was run."""
    costs = [cost for cost in costs if "seconds" in cost]
    if not costs:
        return None
    seconds = sum(cost["seconds"] for cost in costs)
    # A process that did several jobs is told with the last of them.
    most = {name: max((cost[name] for cost in costs if name in cost), default=None) for name in ("peak_bytes", "device_peak_bytes")}
    return {"seconds": seconds, **most, what: count, f"{what}_per_second": count / seconds}


def rows_of(folder, key):
    """Pictures of a predict job: rows of its first column."""
    with open(folder / "predict" / f"{key}.safetensors", "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    return header["fine/target"]["shape"][0]


def main(folder, name):
    plan = read(folder / "plans" / "kt_table2.json")
    cells, facts = [], {}
    for row in plan["originals"] + plan["cells"]:
        unlearned = read(folder / "unlearn" / f"{row['key']}.json") if row.get("original") else {"status": "ok"}
        predicted = {key: read(folder / "predict" / f"{key}.json") for key in row["predict"].values()}
        worst = next((result for result in (unlearned, *predicted.values()) if result.get("status") != "ok"), {"status": "ok"})
        if "status" not in worst:
            continue
        records = {key: read(folder / "records" / f"{key}.json") for key in (row["key"], *predicted)}
        for record in records.values():
            facts.update({"device": record["devices"][0]} if "devices" in record else {})
            facts.update({key: record[key] for key in ("machine", "build") if key in record})
        costs = {key: record.get("cost", {}) for key, record in records.items()}
        pictures = sum(rows_of(folder, key) for key, result in predicted.items() if result.get("status") == "ok")
        spec, trajectory = unlearned.get("spec", {}), unlearned.get("trajectory", {})
        cells.append({"label": row.get("label", "original"), "status": worst["status"], "reason": worst.get("reason"),
                      "batch_size": spec.get("training", {}).get("batch_size"),
                      "unlearn": step([costs[row["key"]]], "steps", len(trajectory.get("steps", []))),
                      "evaluate": step([costs[key] for key in predicted], "pictures", pictures)})
    print(json.dumps({"schema_version": 1, "name": name, **facts, "cells": cells}, indent=2))


main(Path(sys.argv[1]), sys.argv[2])
