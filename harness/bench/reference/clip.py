"""CLIP with a vision transformer in plain PyTorch, over weights under OpenAI's names.

Written from the architecture (Radford et al., 2021) and the published files' names and shapes. Two ways of running the
same blocks: `reference`, as OpenAI's module does ([length, batch, width], multi_head_attention_forward with a mask);
and `open_clip`, as people run it today ([batch, length, width], scaled_dot_product_attention).
"""
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

import tensors

USUAL = {"mean": (0.48145466, 0.4578275, 0.40821073), "std": (0.26862954, 0.26130258, 0.27577711), "activation": "quick_gelu",
         "mlp": 0}


def load_model(path):
    """Configuration as in a model folder's config.json, and float32 weights, of such a folder or of OpenAI's archive."""
    path = Path(path)
    if path.is_dir():
        config = json.loads((path / "config.json").read_text())
        weights = tensors.load(path / "model.safetensors")[0]
    else:
        weights = torch.jit.load(path, map_location="cpu").state_dict()
        for name in ("input_resolution", "context_length", "vocab_size"):
            weights.pop(name, None)
        config = config_of(weights)
    if config["vision"].get("type", "vit") != "vit":
        raise SystemExit(f"{path}: its image tower is no vision transformer (the only one known here)")
    for tower in ("vision", "text"):
        config[tower] = {**USUAL, **config[tower]}
    return config, {name: weight.float() for name, weight in weights.items()}


def config_of(weights):
    """OpenAI's heads are 64 wide; a narrower tower has one."""
    def layers(prefix):
        return len({name[len(prefix):].split(".")[0] for name in weights if name.startswith(prefix)})

    width, _, _, patch = weights["visual.conv1.weight"].shape
    side = math.isqrt(weights["visual.positional_embedding"].shape[0] - 1)
    text_width = weights["ln_final.weight"].shape[0]
    return {"embedding": weights["text_projection"].shape[1],
            "vision": {"image_size": patch * side, "patch_size": patch, "width": width, "heads": max(1, width // 64),
                       "layers": layers("visual.transformer.resblocks.")},
            "text": {"context_length": weights["positional_embedding"].shape[0],
                     "vocabulary_size": weights["token_embedding.weight"].shape[0], "width": text_width,
                     "heads": max(1, text_width // 64), "layers": layers("transformer.resblocks.")}}


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def unit_length(x):
    x = x.float()
    return x / x.norm(dim=-1, keepdim=True)


def block_as_openai(x, ln_1, ln_1_bias, qkv, qkv_bias, out, out_bias, ln_2, ln_2_bias, fc, fc_bias, proj, proj_bias,
                    heads, mask, activation, manual):
    """[length, batch, width]. Without weights asked for, today's PyTorch takes scaled_dot_product_attention in here."""
    y = F.layer_norm(x, ln_1.shape, ln_1, ln_1_bias, 1e-5)
    x = x + F.multi_head_attention_forward(y, y, y, x.shape[2], heads, qkv, qkv_bias, None, None, False, 0.0, out, out_bias,
                                           need_weights=manual, attn_mask=mask)[0]
    y = activation(F.linear(F.layer_norm(x, ln_2.shape, ln_2, ln_2_bias, 1e-5), fc, fc_bias))
    return x + F.linear(y, proj, proj_bias)


def block(x, ln_1, ln_1_bias, qkv, qkv_bias, out, out_bias, ln_2, ln_2_bias, fc, fc_bias, proj, proj_bias, heads, causal,
          activation):
    """[batch, length, width]."""
    n, length, width = x.shape
    y = F.linear(F.layer_norm(x, ln_1.shape, ln_1, ln_1_bias, 1e-5), qkv, qkv_bias)
    q, k, v = y.view(n, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4).unbind(0)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).reshape(n, length, width)
    x = x + F.linear(y, out, out_bias)
    y = activation(F.linear(F.layer_norm(x, ln_2.shape, ln_2, ln_2_bias, 1e-5), fc, fc_bias))
    return x + F.linear(y, proj, proj_bias)


PARTS = [f"{part}.{kind}" if part != "attn.in_proj" else f"{part}_{kind}"
         for part in ("ln_1", "attn.in_proj", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj") for kind in ("weight", "bias")]


class Clip:
    """One model of `weights`, which stay its own. `manual`: attention by matrix products (the reference way only)."""

    def __init__(self, config, weights, way, manual=False, compiled=False):
        self.config, self.weights, self.way, self.manual = config, weights, way, manual
        device = weights["logit_scale"].device
        length = config["text"]["context_length"]
        self.mask = torch.full((length, length), float("-inf"), device=device).triu(1)
        self.mean, self.std = (torch.tensor(config["vision"][name], device=device).view(1, 3, 1, 1) for name in ("mean", "std"))
        self.block = torch.compile(block, dynamic=False) if compiled else block

    def parameters(self):
        return list(self.weights.values())

    def logit_scale(self):
        return self.weights["logit_scale"].exp()

    def layer_norm(self, name, x):
        weight = self.weights[name + ".weight"]
        return F.layer_norm(x, weight.shape, weight, self.weights[name + ".bias"], 1e-5)

    def transformer(self, prefix, x, tower, causal):
        activation = F.gelu if tower["activation"] == "gelu" else quick_gelu
        reference = self.way == "reference"
        x = x.transpose(0, 1) if reference else x
        for i in range(tower["layers"]):
            parts = [self.weights[f"{prefix}.resblocks.{i}.{part}"] for part in PARTS]
            if reference:
                x = block_as_openai(x, *parts, tower["heads"], self.mask if causal else None, activation, self.manual)
            else:
                x = self.block(x, *parts, tower["heads"], causal, activation)
        return x.transpose(0, 1) if reference else x

    def encode_image(self, pixels):
        """uint8 [N, 3, S, S] -> unit features float32 [N, embedding]."""
        w, vision = self.weights, self.config["vision"]
        x = (pixels.float() / 255 - self.mean) / self.std
        if self.way == "open_clip":
            x = x.contiguous(memory_format=torch.channels_last)
        x = F.conv2d(x, w["visual.conv1.weight"], stride=vision["patch_size"]).flatten(2).transpose(1, 2)
        start = w["visual.class_embedding"].to(x.dtype).expand(x.shape[0], 1, -1)
        x = self.layer_norm("visual.ln_pre", torch.cat([start, x], 1) + w["visual.positional_embedding"])
        x = self.transformer("visual.transformer", x, vision, causal=False)
        return unit_length(self.layer_norm("visual.ln_post", x[:, 0]) @ w["visual.proj"])

    def encode_text(self, tokens):
        """int64 [M, context length] -> unit features float32 [M, embedding], taken at the highest id."""
        w = self.weights
        x = F.embedding(tokens, w["token_embedding.weight"]) + w["positional_embedding"]
        x = self.transformer("transformer", x, self.config["text"], causal=True)
        pooled = x[torch.arange(x.shape[0], device=x.device), tokens.argmax(-1)]
        return unit_length(self.layer_norm("ln_final", pooled) @ w["text_projection"])


def transformer_flops(length, tower):
    width = tower["width"]
    hidden = tower["mlp"] or 4 * width
    return 2 * tower["layers"] * length * (4 * width * width + 2 * length * width + 2 * width * hidden)


def picture_flops(config):
    """Two for each multiply-add of matrix products and convolutions of one forward pass."""
    vision = config["vision"]
    patches = (vision["image_size"] // vision["patch_size"]) ** 2
    return (2 * patches * 3 * vision["patch_size"] ** 2 * vision["width"] + transformer_flops(patches + 1, vision)
            + 2 * vision["width"] * config["embedding"])


def prompt_flops(config):
    text = config["text"]
    return transformer_flops(text["context_length"], text) + 2 * text["width"] * config["embedding"]
