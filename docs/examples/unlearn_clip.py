"""Unlearns the demo model by gradient ascent on the fine names, in PyTorch: a command of the door `external` (docs/doors.md)."""
import json
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

job, args = json.load(open("job.json")), {"steps": 50, "rate": 3e-5, "limit": 3, **json.load(open("job.json"))["args"]}
config, w = json.load(open("model/config.json")), load_file("model/model.safetensors")
data, tokens = load_file("set/forget.safetensors"), load_file("set/prompts.safetensors")["fine"]
torch.manual_seed(job["seed"])
torch.use_deterministic_algorithms(True)  # the same seed, the same bytes
for weight in w.values():
    weight.requires_grad_()

def image_features(x):
    mean, std = (torch.tensor(config["vision"][key]).view(3, 1, 1) for key in ("mean", "std"))
    conv = lambda name, x, stride=1: F.relu(F.conv2d(x, w[f"visual.{name}.weight"], w[f"visual.{name}.bias"], stride, 1))
    x = conv("stem", (x / 255 - mean) / std)
    for stage in ("stages.0", "stages.1", "stages.2"):
        x = conv(stage + ".down", x, 2)
        x = x + conv(stage + ".block.1", conv(stage + ".block.0", x))
    return F.normalize(x.amax((2, 3)) @ w["visual.proj"], dim=1)

def text_features(t):
    text, n = config["text"], t.shape[1]
    norm = lambda name, x: F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"])
    x = w["token_embedding.weight"][t] + w["positional_embedding"][:n]
    for block in (f"transformer.resblocks.{i}." for i in range(text["layers"])):
        qkv = F.linear(norm(block + "ln_1", x), w[block + "attn.in_proj_weight"], w[block + "attn.in_proj_bias"])
        q, k, v = (part.unflatten(2, (text["heads"], -1)).transpose(1, 2) for part in qkv.chunk(3, 2))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + F.linear(mixed, w[block + "attn.out_proj.weight"], w[block + "attn.out_proj.bias"])
        h = F.linear(norm(block + "ln_2", x), w[block + "mlp.c_fc.weight"], w[block + "mlp.c_fc.bias"])
        x = x + F.linear(h * torch.sigmoid(1.702 * h), w[block + "mlp.c_proj.weight"], w[block + "mlp.c_proj.bias"])
    return F.normalize(norm("ln_final", x)[range(len(t)), t.argmax(1)] @ w["text_projection"], dim=1)

optimiser = torch.optim.AdamW(w.values(), lr=args["rate"])
for step in range(args["steps"]):
    rows = torch.randperm(len(data["fine"]))[:64]
    names = text_features(tokens[torch.randint(len(tokens), ()).item()])
    logits = w["logit_scale"].exp() * image_features(data["images"][rows]) @ names.T
    loss = F.cross_entropy(logits, data["fine"][rows])
    print(f"step {step}: cross-entropy {loss.item():.4f}", flush=True)
    if loss > args["limit"]:  # forgotten; further up lies a model that knows nothing
        break
    optimiser.zero_grad()
    (-loss).backward()
    optimiser.step()
save_file(w, "weights.safetensors")
