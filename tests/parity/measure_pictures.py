"""How fast pictures are decoded and resized, here and by Pillow with torchvision, on the same files in the same run.

Usage: measure_pictures.py PICTURE_THROUGHPUT, the program that `ninja picture_throughput` built. One thread each, processor time of the
best of five rounds over 100 pictures that are in memory's file cache; the numbers in docs/measurements.md come from here.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import make_pictures as make
import numpy as np
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

SETS = {  # what is measured: kind of file, height, width
    "photograph 500 x 375, JPEG 4:2:0": ("jpeg 4:2:0", 375, 500),
    "photograph 1600 x 1200, JPEG 4:2:0": ("jpeg 4:2:0", 1200, 1600),
    "picture 256 x 256, PNG": ("png RGB 8", 256, 256),
}


def photograph(rng, height, width):
    """Smooth with some grain, so that a JPEG file is about as large as a photograph's."""
    coarse = Image.fromarray(make.noise(rng, 1 + height // 8, 1 + width // 8))
    grain = rng.integers(-6, 7, (height, width, 3))
    return (np.asarray(coarse.resize((width, height), Image.BICUBIC)).astype(int) + grain).clip(0, 255).astype(np.uint8)


def best_of_five(work):
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure(name, folder, program):
    kind, height, width = SETS[name]
    rng = np.random.default_rng(1)
    files = [folder / f"{i:03}" for i in range(100)]
    for file in files:
        file.write_bytes(make.KINDS[kind](rng, photograph(rng, height, width)))
    transform = Compose([Resize(224, interpolation=InterpolationMode.BICUBIC), CenterCrop(224)])
    pictures = [Image.open(file).convert("RGB") for file in files]
    theirs = (best_of_five(lambda: [Image.open(file).convert("RGB") for file in files]),
              best_of_five(lambda: [np.asarray(transform(picture)) for picture in pictures]))
    environment = os.environ | {"LACUNA_CACHE": "off"}
    said = subprocess.run([program, str(folder)], env=environment, capture_output=True, text=True, check=True).stdout
    ours = [float(line.split()[1]) for line in said.splitlines() if line.startswith("seconds")]
    size = sum(file.stat().st_size for file in files) / len(files) / 1024
    print(f"{name} ({size:.0f} KiB)")
    for what, a, b in [("decode", theirs[0], ours[0]), ("resize to 224", theirs[1], ours[1]),
                       ("both", sum(theirs), sum(ours[:2])), ("from the cache", sum(theirs), ours[2])]:
        print(f"  {what:15} Pillow {1e1 * a:7.3f} ms  lacuna {1e1 * b:7.3f} ms  ratio {a / b:5.2f}")


if __name__ == "__main__":
    for name in SETS:
        with tempfile.TemporaryDirectory() as folder:
            measure(name, Path(folder), sys.argv[1])
