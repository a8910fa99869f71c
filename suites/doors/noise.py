"""Noise on the last layers: what forgetting costs that looks at nothing. A command of the door `external` (docs/doors.md), plain Python."""
import array
import json
import random
import struct

job = json.load(open("job.json"))
scale = job["args"].get("scale", 0.5)  # of the noise, in standard deviations of a weight
random.seed(job["seed"])

data = bytearray(open("model/model.safetensors", "rb").read())
size, = struct.unpack_from("<Q", data)
header = json.loads(data[8:8 + size])
for name in ("visual.proj", "text_projection"):
    begin, end = (8 + size + at for at in header[name]["data_offsets"])
    weights = array.array("f", bytes(data[begin:end]))
    mean = sum(weights) / len(weights)
    deviation = (sum((w - mean) ** 2 for w in weights) / len(weights)) ** 0.5
    noisy = array.array("f", (w + random.gauss(0, scale * deviation) for w in weights))
    data[begin:end] = noisy.tobytes()
    print(f"{name}: {len(weights)} weights, standard deviation {deviation:.4f}, noise {scale * deviation:.4f}")
open("weights.safetensors", "wb").write(data)
