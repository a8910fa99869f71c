#!/usr/bin/env python3
"""Everything that a GPU can show of lacuna. Usage: scripts/gpu_check.sh OUT [options]

Each part stands alone and writes OUT/<part>.json as soon as it ends; a part whose file is there is not run again, and one
that was cut short goes on where it stopped. OUT/summary.json and OUT/summary.md hold what all parts say.
  machine   doctor, driver, measured matrix rates and copy bandwidth
  demo      the demo suite, one seed: predictions on the device beside the CPU's, cell by cell
  cifar100  the same on CIFAR-100, where a data folder holds it (--data, LACUNA_DATA), beside the published predictions
  table2    ViT-L/14 with random weights, kt_table2 on generated pictures in the originals' layouts and counts, one seed
  speed     evaluation and train step beside plain PyTorch, as the reference does it and as open_clip does it
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUNDLE = (HERE.parent / "bin" / "launcher").exists()
SHARE = HERE.parent / "share" / "lacuna" if BUNDLE else HERE.parent
BIN = Path(os.environ.get("LACUNA_BIN") or (HERE.parent / "bin" if BUNDLE else HERE.parent / "build" / "bin"))
PARTS = ("machine", "demo", "cifar100", "table2", "speed")


class CutShort(Exception):
    """A command that the clock stopped."""


def write(path, content):
    """At once or not at all: a part that was killed leaves no half of a file."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    temporary.rename(path)


class Check:
    def __init__(self, options):
        self.options = options
        self.small = options.size == "small"
        self.out = options.out.resolve()
        self.work = (options.work or self.out / "work").resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.deadline = time.monotonic() + 60 * options.minutes
        self.environment = {**os.environ, "LACUNA_CACHE": str(self.work / "cache"), "LACUNA_BIN": str(BIN)}
        self.seconds = {}

    def run(self, name, *command, ok=(0,), hurry=True):
        """Runs a command in its own process group; its errors go to OUT/<name>.log. Returns what it printed."""
        left = self.deadline - time.monotonic() if hurry else 60
        if left <= 1:
            raise CutShort(f"{name}: no time is left")
        print(f"gpu_check: {name}", file=sys.stderr, flush=True)
        start = time.monotonic()
        with open(self.out / f"{name}.log", "wb") as log:
            process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=log,
                                       stdin=subprocess.DEVNULL, env=self.environment, start_new_session=True)
            try:
                printed = process.communicate(timeout=left)[0]
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.communicate(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()
                raise CutShort(f"{name}: still running after {left:.0f} s, stopped")
        self.seconds[name] = time.monotonic() - start
        if process.returncode not in ok:
            lines = (self.out / f"{name}.log").read_text(errors="replace").splitlines()
            raise RuntimeError(f"{name}: ended with {process.returncode}: {lines[-1] if lines else 'no word'}")
        return printed.decode()

    def lacuna(self, name, *arguments, **keywords):
        return self.run(name, BIN / "lacuna", *arguments, **keywords)

    # The parts. Each returns what its file holds.

    def machine(self):
        report = json.loads(self.lacuna("machine", "doctor", "--json", "--measure", self.options.device))
        out = {key: report[key] for key in ("version", "build_id", "libtorch", "cpu_capability", "cores", "memory", "cuda", "rates")}
        if self.options.device != "cpu":
            fields = "name,driver_version,memory.total,power.limit,clocks.max.sm,clocks.max.memory"
            out["driver"] = self.run("driver", "nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader").strip()
        return out

    def suite(self, name):
        """A suite's file, all paths absolute; at small size with two of its methods only."""
        suite = json.loads((SHARE / "suites" / f"{name}.json").read_text())
        suite["model"] = str((SHARE / "suites" / suite["model"]).resolve())
        if self.small:
            suite["methods"] = [method for method in suite["methods"] if method["label"] in ("GA", "NPO+KL")]
        file = self.work / f"{name}.json"
        file.write_text(json.dumps(suite))
        return file

    def compared(self, name, a, b):
        """What compare_predictions.py says of two results folders, without its rows' details."""
        text = self.run(name, sys.executable, HERE / "compare_predictions.py", a, b, ok=(0, 1))
        full = json.loads(text)
        rows = []
        for row in full["rows"]:
            tensors = [(f"{evaluation}/{tensor}", value) for evaluation, values in row.get("predictions", {}).items()
                       for tensor, value in values.items() if tensor != "fine_target"]
            rows.append({"label": row["label"], "seed": row["seed"], "status": row.get("status"), "reasons": row.get("reasons"),
                         "differing": {name: value for name, value in tensors if value and value[0]},
                         "of": sum(value[1] for _, value in tensors if value)})
        return {"cells": full["cells"], "not_comparable": full["not_comparable"], "differing": full["differing"],
                "of": full["of"], "rows": rows}

    def suite_on(self, name, device, jobs, data=(), place="device"):
        out = self.work / f"{name}-{place}"
        self.lacuna(out.name, "run", self.suite(name), "--out", out, "--seeds", "1", "--device", device,
                    "--retry-failed", *(("--jobs", jobs) if jobs else ()), *data, ok=(0, 1))
        done = [(step, json.loads(file.read_text())) for step in ("unlearn", "predict", "score")
                for file in sorted((out / step).glob("*.json"))]
        what = {"unlearn": "method", "predict": "dataset", "score": "metric"}
        failed = [f"{job['spec'][what[step]]['id']}: {job['reason']}" for step, job in done if job["status"] == "failed"]
        return out, failed

    def demo(self):
        cpu, cpu_failed = self.suite_on("demo", "cpu", None, place="reference")
        jobs = None if self.options.device == "cpu" else self.options.jobs  # on a CPU, one a core
        device, failed = self.suite_on("demo", self.options.device, jobs)
        out = {"failed_on_cpu": cpu_failed, "failed_on_device": failed, "beside_cpu": self.compared("demo-compared", cpu, device)}
        if (HERE.parent / "results" / "demo").exists():
            out["beside_published"] = self.compared("demo-published", device, HERE.parent / "results" / "demo")
        return out

    def cifar100(self):
        folders = [*self.options.data, *map(Path, filter(None, os.environ.get("LACUNA_DATA", "").split(":")))]
        folder = next((folder for folder in folders if (folder / "cifar100" / "train.bin").exists()), None)
        if folder is None or self.small:
            return {"not_run": "at small size it is left out" if folder else "no data folder holds cifar100/train.bin (--data DIR)"}
        device, failed = self.suite_on("cifar100", self.options.device, self.options.jobs, ("--data", folder.resolve()))
        out = {"failed_on_device": failed}
        if (HERE.parent / "results" / "cifar100").exists():
            out["beside_published"] = self.compared("cifar100-published", device, HERE.parent / "results" / "cifar100")
        return out

    def table2(self):
        folder = self.work / "table2"
        try:
            self.run("table2", "bash", HERE / "scale.sh", folder, "small" if self.small else "full", self.options.device,
                     self.options.precision, ok=(0, 1))
        except (CutShort, RuntimeError):  # the cells that are there say what they cost all the same
            if (folder / "results" / "plans").exists():
                text = self.run("table2-cost", sys.executable, HERE / "scale_summary.py", folder / "results",
                                "small" if self.small else "full", hurry=False)
                write(self.out / "table2.partial.json", {"precision": self.options.precision, **json.loads(text)})
            raise
        (self.out / "table2.partial.json").unlink(missing_ok=True)
        return {"precision": self.options.precision, **json.loads((folder / "summary.json").read_text())}

    def speed(self):
        data = self.work / "table2" / "data"
        if not (data / ".complete").exists():
            raise RuntimeError("speed: its pictures and model are made by the part table2, which did not get that far")
        rates = self.work / "rates.json"
        rates.write_text(json.dumps(json.loads((self.out / "machine.json").read_text())["rates"]["flops"]))
        loop = HERE / "reference" if BUNDLE else HERE.parent / "harness" / "bench" / "reference"
        usual = ["--bin", BIN, "--loop", loop / "reference_loop.py", "--data", data, "--model",
                 data / "models" / "openai" / "ViT-L-14.pt", "--device", self.options.device, "--rates", rates]
        if self.small:
            size = ["--pictures", 8, "--steps", 2, "--rounds", 1, "--alternations", 1, "--eval-batch", 4, "--train-batch", 4]
        else:
            size = ["--pictures", 1024, "--reference-pictures", 256, "--steps", 20, "--reference-steps", 10, "--rounds", 2, "--alternations", 2]
        out = {}
        for precision, ways in (("float32", "ours,reference,open_clip"), ("bfloat16", "ours,open_clip")):
            file = self.work / f"speed-{precision}.json"
            limit = max(10, int(self.deadline - time.monotonic() - 10) // (2 if precision == "float32" else 1))
            printed = self.run(f"speed-{precision}", sys.executable, HERE / "compare_speed.py", file, *usual, *size, "--precision", precision,
                     "--ways", ways, "--seconds-limit", limit)
            out[precision] = {**json.loads(file.read_text()), "words": printed.splitlines()}
        return out

    def all(self):
        for part in self.options.parts:
            file = self.out / f"{part}.json"
            if file.exists():
                continue
            start = time.monotonic()
            try:
                result = getattr(self, part)()
            except CutShort as cut:
                print(f"gpu_check: {cut}", file=sys.stderr)
                continue
            except Exception as error:  # one part's failure is no other part's
                print(f"gpu_check: {part}: {error}", file=sys.stderr)
                write(self.out / f"{part}.failed.json", {"part": part, "error": str(error)})
                continue
            seconds = {name: round(value, 2) for name, value in self.seconds.items()}
            self.seconds = {}
            write(file, {"part": part, "device": self.options.device, "size": self.options.size,
                         "seconds": round(time.monotonic() - start, 2), "commands": seconds, **result})
            (self.out / f"{part}.failed.json").unlink(missing_ok=True)


def flips(result):
    return f"{result['differing']} of {result['of']} predictions differ in {result['cells']} cells"


def words(results, missing):
    """The summary in words, a line a fact."""
    lines = []
    if machine := results.get("machine"):
        rates = machine["rates"]
        products = ", ".join(f"{name} {value / 1e12:.3g} TFLOP/s" for name, value in rates["flops"].items())
        devices = machine["cuda"]["devices"]
        lines.append(f"Machine: {machine.get('driver') or (devices[0]['name'] if devices else 'a CPU')}; LibTorch {machine['libtorch']}; "
                     f"{products}; {rates['copy_bytes_per_second'] / 1e9:.3g} GB/s copied.")
    for part in ("demo", "cifar100"):
        if not (result := results.get(part)):
            continue
        if "not_run" in result:
            lines.append(f"{part}: not run: {result['not_run']}.")
        for key, beside in (("beside_cpu", "the CPU here"), ("beside_published", "the published results")):
            if key in result:
                lines.append(f"{part}: beside {beside}, {flips(result[key])}; {result[key]['not_comparable']} cells cannot be compared.")
        lines += [f"{part}: failed: {reason}" for reason in result.get("failed_on_device", [])]
    if table := results.get("table2"):
        cells = table["cells"]
        done = [cell for cell in cells if cell["status"] == "ok"]
        lines.append(f"table2: {len(done)} of {len(cells)} cells in {table['precision']}"
                     + (f", {table['seconds']:.0f} s in all, pictures and model included." if "seconds" in table else "."))
        for cell in cells:
            parts = [cell["label"]]
            if cell["status"] != "ok":
                parts.append(f"{cell['status']}: {cell.get('reason')}")
            for name, unit in (("unlearn", "steps"), ("evaluate", "pictures")):
                if step := cell.get(name):
                    memory = step.get("device_peak_bytes") or step["peak_bytes"] or 0
                    parts.append(f"{name} {step['seconds']:.1f} s, {step[f'{unit}_per_second']:.4g} {unit}/s, {memory / 1e9:.1f} GB")
            lines.append("  " + "; ".join(parts))
    for precision in ("float32", "bfloat16"):
        lines += [f"speed, {precision}: {line}" for line in results.get("speed", {}).get(precision, {}).get("words", [])]
    lines += [f"{part}: {reason}" for part, reason in missing.items()]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--size", choices=("full", "small"), default="full", help="small: the same commands in a minute or two on a CPU")
    parser.add_argument("--minutes", type=float, default=25, help="after which what runs is stopped (25)")
    parser.add_argument("--parts", type=lambda text: text.split(","), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--data", type=Path, action="append", default=[], help="a data folder with cifar100 (repeatable)")
    parser.add_argument("--work", type=Path, help="where pictures, weights and results go: 20 GB at full size (OUT/work)")
    parser.add_argument("--precision", default="bfloat16", help="of table2: float32, tf32 or bfloat16 (bfloat16)")
    parser.add_argument("--jobs", type=int, default=4, help="workers at once on the device with the small models (4)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"--parts: {', '.join(sorted(unknown))}: no such part (known: {', '.join(PARTS)})")
    if not (BIN / "lacuna").exists():
        parser.error(f"{BIN / 'lacuna'}: not there (make build, or LACUNA_BIN)")
    options.out.mkdir(parents=True, exist_ok=True)
    check = Check(options)
    check.all()

    results = {part: json.loads(file.read_text()) for part in PARTS for file in
               (check.out / f"{part}.partial.json", check.out / f"{part}.json") if file.exists()}
    missing = {}
    for part in options.parts:
        if not (check.out / f"{part}.json").exists():
            failed = check.out / f"{part}.failed.json"
            missing[part] = json.loads(failed.read_text())["error"] if failed.exists() else "cut short; the same command goes on from here"
    lines = words(results, missing)
    write(check.out / "summary.json", {"schema_version": 1, "parts": results, "missing": missing, "words": lines})
    (check.out / "summary.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return 1 if missing else 0


sys.exit(main())
