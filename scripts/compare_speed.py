#!/usr/bin/env python3
"""Sets an evaluation and training steps of ours beside plain PyTorch's, on the same work, one process after another.

Usage: compare_speed.py OUT.json --model MODEL --data DIR [--dataset imgnet_dogs] [--split test] [--pictures 256]
           [--device cpu|cuda] [--precision float32|tf32|bfloat16] [--reference-precision float32] [--eval-batch 128]
           [--train-batch 32] [--steps 8] [--learning-rate 1e-7] [--rounds 2] [--alternations 3] [--threads 1]
           [--ways ours,reference,open_clip] [--reference-pictures N] [--reference-steps N] [--attention module|manual]
           [--compile] [--rates RATES.json] [--seconds-limit S] [--bin DIR] [--loop FILE]
The python that runs this needs torch, unless --ways is ours alone. harness/bench/reference/README.md says what each way
does. RATES.json: {"float32": operations a second, ...}, of a large matrix product on this device.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
KINDS = {"evaluation": ("pictures", "pictures_per_second"), "training": ("steps", "steps_per_second")}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    for name, usual in {"dataset": "imgnet_dogs", "split": "test", "device": "cpu"}.items():
        parser.add_argument("--" + name, default=usual)
    for name in ("precision", "reference-precision"):
        parser.add_argument("--" + name, default="float32", choices=("float32", "tf32", "bfloat16"))
    for name, usual in {"pictures": 256, "eval-batch": 128, "train-batch": 32, "steps": 8, "rounds": 2, "alternations": 3,
                        "threads": 1}.items():
        parser.add_argument("--" + name, type=int, default=usual)
    parser.add_argument("--learning-rate", default="1e-7")
    parser.add_argument("--ways", default="ours,reference,open_clip", help="which of them, with commas")
    parser.add_argument("--reference-pictures", type=int, help="the reference evaluates only so many, in whole batches")
    parser.add_argument("--reference-steps", type=int, help="the reference trains only so many steps")
    parser.add_argument("--attention", default="module", choices=("module", "manual"))
    parser.add_argument("--compile", action="store_true", help="torch.compile in open_clip's way")
    parser.add_argument("--rates", type=Path)
    parser.add_argument("--seconds-limit", type=float, help="starts no process that would take longer than is left")
    parser.add_argument("--bin", type=Path, default=HERE / "build/bin", help="where lacuna_speed is")
    parser.add_argument("--loop", type=Path, default=HERE / "harness/bench/reference/reference_loop.py")
    options = parser.parse_args()
    options.ways = options.ways.split(",")
    unknown = set(options.ways) - {"ours", "reference", "open_clip"}
    if unknown:
        parser.error(f"--ways: no such way: {', '.join(sorted(unknown))} (known: ours, reference, open_clip)")
    if options.reference_pictures:  # whole batches: every one costs all the names
        batch = options.eval_batch
        options.reference_pictures = min(options.pictures, -(-options.reference_pictures // batch) * batch)
    return options


def ours(options, rounds, *rest):
    return [str(options.bin / "lacuna_speed"), "--model", options.model, "--data", options.data, "--dataset", options.dataset,
            "--split", options.split, "--pictures", str(options.pictures), "--device", options.device,
            "--precision", options.precision, "--eval-batch", str(options.eval_batch), "--train-batch",
            str(options.train_batch), "--steps", str(options.steps), "--learning-rate", options.learning_rate,
            "--rounds", str(rounds), "--threads", str(options.threads), "--json", *rest]


def command(way, options, work, model):
    outputs = str(work / f"{way}.safetensors")
    if way == "ours":
        return ours(options, options.rounds, "--outputs", outputs)
    out = [sys.executable, str(options.loop), "--way", way, "--model", model, "--workload", str(work / "workload.safetensors"),
           "--outputs", outputs, "--device", options.device, "--rounds", str(options.rounds), "--threads", str(options.threads)]
    if way == "open_clip":
        return out + ["--precision", options.precision] + ["--compile"] * options.compile
    out += ["--precision", options.reference_precision, "--attention", options.attention]
    if options.reference_pictures:
        out += ["--pictures", str(options.reference_pictures)]
    if options.reference_steps:
        out += ["--steps", str(options.reference_steps)]
    return out


class Stopped(Exception):
    pass


class Clock:
    """Knows how long each way took, and refuses what would not fit into the time that is left."""

    def __init__(self, limit):
        self.end = time.monotonic() + limit if limit else None
        self.taken = {}

    def run(self, way, arguments):
        left = self.end - time.monotonic() if self.end else None
        if left is not None and left <= self.taken.get(way, 0):
            raise Stopped(f"--seconds-limit: {left:.0f} s are left, and {way} takes {self.taken.get(way, 0):.0f} s")
        begin = time.monotonic()
        try:
            done = subprocess.run(arguments, capture_output=True, text=True, timeout=left)
        except subprocess.TimeoutExpired:
            raise Stopped(f"--seconds-limit: {way} was stopped after {left:.0f} s") from None
        except OSError as error:
            return None, f"{arguments[0]}: {error.strerror}"
        self.taken[way] = max(self.taken.get(way, 0), time.monotonic() - begin)
        if done.returncode != 0:
            return None, f"exit code {done.returncode}: {(done.stderr.strip() or 'no word').splitlines()[-1]}"
        return json.loads(done.stdout), None


def measure(options, work, keep):
    """What the work consists of, every run of every way in the order they were made, and why it ended early, if it did.
    keep(facts, runs) is called after each."""
    clock, facts, runs = Clock(options.seconds_limit), {}, []
    try:
        facts, reason = clock.run("workload", ours(options, 0, "--workload", str(work / "workload.safetensors")))
        if reason:
            raise SystemExit(f"compare_speed: lacuna_speed: {reason}")
        model = facts.pop("model")
        for alternation in range(options.alternations):
            first = alternation % len(options.ways)
            for way in options.ways[first:] + options.ways[:first]:
                if any(run["way"] == way and run["error"] for run in runs):
                    continue
                of_run, reason = clock.run(way, command(way, options, work, model))
                runs.append({"way": way, "alternation": alternation, "error": reason, **(of_run or {})})
                runs[-1].pop("model", None)  # a place on this machine
                keep(facts, runs)
    except Stopped as stop:
        return facts, runs, str(stop)
    return facts, runs, None


def summary(way, runs, rates):
    """Medians over all rounds of all processes of a way."""
    mine = [run for run in runs if run["way"] == way and not run["error"]]
    if not mine:
        errors = [run["error"] for run in runs if run["way"] == way]
        return {"error": errors[0] if errors else "not run"}
    out = {"error": None, "processes": len(mine), "precision": mine[0]["precision"], "losses": mine[0]["training"]["losses"],
           "device_peak_bytes": mine[0]["device_peak_bytes"]}
    for kind, (count, per_second) in KINDS.items():
        seconds = [one for run in mine for one in run[kind]["seconds"]]
        if not seconds:
            continue
        median, number = statistics.median(seconds), mine[0][kind][count]
        rate, flops = rates.get(mine[0]["precision"]), mine[0][kind]["flops"]
        out[kind] = {count: number, "seconds": median, "fastest": min(seconds), "slowest": max(seconds),
                     per_second: number / median, "flops": flops,
                     "share_of_rate": flops / median / rate if rate and flops else None}
    for name, kind in (("names_seconds", "evaluation"), ("teacher_seconds", "training")):
        parts = [one for run in mine for one in run[kind][name] if one is not None]
        if parts:
            out[kind][name] = statistics.median(parts)
    return out


def ratios(ways, runs):
    """Ours to theirs in pictures and steps a second: of the medians, and the least and greatest of one alternation."""
    out = {}
    for other in ways:
        if other == "ours":
            continue
        for kind, (_, per_second) in KINDS.items():
            if kind not in ways["ours"] or kind not in ways[other]:
                continue
            by_alternation = [{run["way"]: run[kind][per_second] for run in runs
                               if run["alternation"] == alternation and not run["error"]}
                              for alternation in {run["alternation"] for run in runs}]
            single = [one["ours"] / one[other] for one in by_alternation if "ours" in one and other in one]
            out.setdefault(other, {})[per_second] = {
                "ratio": ways["ours"][kind][per_second] / ways[other][kind][per_second],
                "least": min(single, default=None), "greatest": max(single, default=None)}
    return out


def differences(ways, work, loop):
    """The largest differences of what ours and theirs computed, over the pictures and steps that both have."""
    sys.path.insert(0, str(loop.parent))
    sys.dont_write_bytecode = True  # nothing appears among the sources
    import tensors
    mine, out = tensors.load(work / "ours.safetensors")[0], {}
    for other in ways:
        if other == "ours" or ways[other]["error"]:
            continue
        theirs = tensors.load(work / f"{other}.safetensors")[0]
        n = len(theirs["image_features"])
        one = {"pictures": n}
        for name, tensor in theirs.items():
            if name.endswith("_predicted"):
                one[name.replace("predicted", "labels_differing")] = int((mine[name][:n] != tensor).sum())
            else:
                one[name] = float((mine[name][:n] - tensor).abs().max())
        pairs = list(zip(ways["ours"]["losses"], ways[other]["losses"]))
        one["losses_relative"] = max((abs(a - b) / abs(b) for a, b in pairs if b), default=None)
        out[other] = one
    return out


def words(result):
    for way, one in result["ways"].items():
        if one["error"]:
            yield f"{way}: {one['error']}"
            continue
        line = f"{way} ({one['precision']}):"
        for kind, (count, per_second) in KINDS.items():
            if kind in one:
                share = one[kind]["share_of_rate"]
                line += f" {one[kind][per_second]:.4g} {count} a second"
                line += f" ({100 * share:.1f} % of the matrix rate)" if share else ""
                line += "," if kind == "evaluation" and "training" in one else ""
        yield line
    for other, kinds in result["ratios"].items():
        text = ", ".join(f"{one['ratio']:.2f} times its {name.split('_')[0]} a second ({one['least']:.2f} to {one['greatest']:.2f})"
                         for name, one in kinds.items())
        yield f"ours to {other}: {text}"
    for other, one in result["differences"].items():
        yield (f"{other} on {one['pictures']} pictures: {one['fine_labels_differing']} fine and "
               f"{one['coarse_labels_differing']} coarse labels differ; features by {one['image_features']:.2g} at most, "
               f"fine logits {one['fine_logits']:.2g}, coarse {one['coarse_logits']:.2g}, losses "
               f"{'-' if one['losses_relative'] is None else format(one['losses_relative'], '.2g')} of their value")
    if result["stopped"]:
        yield f"ended early: {result['stopped']}"


def result_of(options, facts, runs, rates, stopped):
    ways = {way: summary(way, runs, rates) for way in options.ways}
    compared = len(ways) > 1 and not ways.get("ours", {"error": True})["error"]
    return {"schema_version": 1, "model": Path(options.model).name, "dataset": options.dataset, "split": options.split,
            "device": options.device, "precision": options.precision, "threads": options.threads, "compile": options.compile,
            "rounds": options.rounds, "alternations": options.alternations, "pictures": options.pictures,
            "steps": options.steps, "reference_pictures": options.reference_pictures,
            "reference_steps": options.reference_steps,
            **{key: facts.get(key) for key in ("fine_names", "coarse_names", "templates", "eval_batch", "train_batch", "flops")},
            "matrix_rates": rates, "ways": ways, "ratios": ratios(ways, runs) if compared else {}, "differences": {},
            "stopped": stopped, "runs": runs}


def write(path, result):
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(result, indent=2) + "\n")
    temporary.replace(path)


def main():
    options = parse()
    rates = json.loads(options.rates.read_text()) if options.rates else {}
    options.out.parent.mkdir(parents=True, exist_ok=True)

    def keep(facts, runs):  # what was measured is there, whatever ends this
        write(options.out, result_of(options, facts, runs, rates, "not finished"))

    with tempfile.TemporaryDirectory(prefix="compare-speed-") as folder:
        work = Path(folder)
        facts, runs, stopped = measure(options, work, keep)
        result = result_of(options, facts, runs, rates, stopped)
        if result["ratios"]:
            result["differences"] = differences(result["ways"], work, options.loop)
    write(options.out, result)
    for line in words(result):
        print(line)
    return 1 if any(one["error"] for one in result["ways"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
