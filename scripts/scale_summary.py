#!/usr/bin/env python3
"""What the cells of a results folder cost, as JSON. Usage: scale_summary.py RESULTS NAME"""
import json
import sys
from pathlib import Path


def step(record, name, pictures):
    """Seconds, memory and pictures a second of one step of a cell; None where it was not run."""
    if "seconds" not in record.get("steps", {}).get(name, {}):
        return None
    cost = record["steps"][name]
    return {"seconds": cost["seconds"], "peak_bytes": cost["peak_bytes"],
            "device_peak_bytes": cost.get("device_peak_bytes"),
            "pictures": pictures, "pictures_per_second": pictures / cost["seconds"]}


def trained_pictures(cell):
    """Forget pictures that the harness's loop has put through both towers, every pass counted."""
    steps = cell.get("trajectory", {}).get("steps", [])
    return len(steps) * cell["cell"].get("training", {}).get("batch_size", 0)  # the last batch of a pass may be smaller


def main(folder, name):
    plan = json.loads((folder / "plans" / "kt_table2.json").read_text())
    cells, machine, device, build = [], None, None, None
    for row in plan["originals"] + plan["cells"]:
        cell_file, record_file = (folder / kind / f"{row['key']}.json" for kind in ("cells", "records"))
        if not cell_file.exists():
            continue
        cell = json.loads(cell_file.read_text())
        record = json.loads(record_file.read_text()) if record_file.exists() else {}
        machine, device = record.get("machine", machine), record.get("device", device)
        build = record.get("build", build)
        evaluated = sum(groups["all"]["fine"][1] for groups in cell.get("counts", {}).values())
        cells.append({"label": row.get("label", "original"), "status": cell["status"], "reason": cell.get("reason"),
                      "unlearn": step(record, "unlearn", trained_pictures(cell)),
                      "evaluate": step(record, "evaluate", evaluated)})
    print(json.dumps({"schema_version": 1, "name": name, "device": device, "machine": machine, "build": build,
                      "cells": cells}, indent=2))


main(Path(sys.argv[1]), sys.argv[2])
