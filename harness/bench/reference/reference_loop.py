#!/usr/bin/env python3
"""An evaluation and training steps of CLIP in plain PyTorch, timed, on the work that lacuna_speed wrote.

Usage: reference_loop.py --way reference|open_clip --model MODEL --workload FILE [--outputs FILE] [--device cpu|cuda]
           [--precision float32|tf32|bfloat16] [--rounds R] [--threads T] [--pictures N] [--steps S] [--compile]
           [--attention module|manual]
Prints JSON with lacuna_speed's keys. README.md says what each way does.
"""
import argparse
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True  # nothing appears among the sources

import torch  # noqa: E402

import tensors  # noqa: E402
from work import LEVELS, Work  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", required=True, choices=("reference", "open_clip"))
    parser.add_argument("--model", required=True)
    parser.add_argument("--workload", required=True)
    parser.add_argument("--outputs")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32", choices=("float32", "tf32", "bfloat16"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pictures", type=int, help="evaluate only the first N")
    parser.add_argument("--steps", type=int, help="train only N steps")
    parser.add_argument("--compile", action="store_true", help="open_clip: torch.compile for the blocks of both towers")
    parser.add_argument("--attention", default="module", choices=("module", "manual"),
                        help="reference: what PyTorch takes today, or matrix products as PyTorch 1.12 did")
    return parser.parse_args()


def rate(count, seconds):
    return count / statistics.median(seconds) if seconds else None


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
    if options.compile:
        torch._dynamo.config.recompile_limit = 64  # one for every shape, all of which the warm-up has
    work = Work(options)
    batch = work.settings["eval_batch"]
    if options.rounds > 0:  # one batch of every size, two steps
        work.evaluate(min(work.pictures, batch + work.pictures % batch))
        if work.steps:
            work.train(min(2, work.steps))
            work.restore()
    seconds, names_seconds, training, teacher, losses, out = [], [], [], [], [], None
    for _ in range(options.rounds):
        out, taken, of_names = work.evaluate(work.pictures)
        seconds.append(taken)
        names_seconds.append(of_names)
        if work.steps:
            losses, taken, of_teacher = work.train(work.steps)
            work.restore()
            training.append(taken)
            teacher.append(of_teacher)
    if out and options.outputs:
        tensors.save(options.outputs, out)
    flops = work.flops()
    correct = {f"{level}_correct": int((out[level + "_predicted"] == work.data[level][:work.pictures]).sum()) if out else None
               for level in LEVELS}
    print(json.dumps({
        "program": options.way, "version": torch.__version__, "model": options.model, "device": options.device,
        "precision": options.precision, "threads": options.threads, "rounds": options.rounds, "compile": options.compile,
        "attention": options.attention if options.way == "reference" else "scaled_dot_product",
        "fine_names": len(work.tokens["fine"][0]), "coarse_names": len(work.tokens["coarse"][0]),
        "templates": len(work.tokens["fine"]), "eval_batch": batch, "train_batch": work.settings["train_batch"],
        "flops": {key: flops[key] for key in ("picture", "prompt")},
        "evaluation": {"pictures": work.pictures, "seconds": seconds, "names_seconds": names_seconds,
                       "pictures_per_second": rate(work.pictures, seconds), "flops": flops["evaluation"], **correct},
        "training": {"steps": work.steps, "seconds": training, "teacher_seconds": teacher,
                     "steps_per_second": rate(work.steps, training), "flops": flops["training"], "losses": losses},
        "device_peak_bytes": torch.cuda.max_memory_allocated(work.device) if work.device.type == "cuda" else None},
        indent=2))


if __name__ == "__main__":
    main()
