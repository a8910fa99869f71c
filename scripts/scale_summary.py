#!/usr/bin/env python3
"""What the cells of a results folder cost, as JSON. Usage: scale_summary.py RESULTS NAME"""
import json
import sys
from pathlib import Path


def step(record, name, what, count):
    """Seconds, memory and throughput of one step of a cell; None where it was not run."""
    cost = record.get("steps", {}).get(name, {})
    if "seconds" not in cost:
        return None
    return {"seconds": cost["seconds"], "peak_bytes": cost["peak_bytes"],
            "device_peak_bytes": cost.get("device_peak_bytes"),
            what: count, f"{what}_per_second": count / cost["seconds"]}


def main(folder, name):
    plan = json.loads((folder / "plans" / "kt_table2.json").read_text())
    cells, facts = [], {}
    for row in plan["originals"] + plan["cells"]:
        cell_file, record_file = (folder / kind / f"{row['key']}.json" for kind in ("cells", "records"))
        if not cell_file.exists():
            continue
        cell = json.loads(cell_file.read_text())
        record = json.loads(record_file.read_text()) if record_file.exists() else {}
        facts.update({key: record[key] for key in ("device", "machine", "build") if key in record})
        evaluated = sum(groups["all"]["fine"][1] for groups in cell.get("counts", {}).values())
        cells.append({"label": row.get("label", "original"), "status": cell["status"], "reason": cell.get("reason"),
                      "batch_size": cell["cell"].get("training", {}).get("batch_size"),
                      "unlearn": step(record, "unlearn", "steps", len(cell.get("trajectory", {}).get("steps", []))),
                      "evaluate": step(record, "evaluate", "pictures", evaluated)})
    print(json.dumps({"schema_version": 1, "name": name, **facts, "cells": cells}, indent=2))


main(Path(sys.argv[1]), sys.argv[2])
