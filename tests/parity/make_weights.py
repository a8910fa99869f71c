"""Randomly initialised CLIP models in every format that Lacuna reads, with what the formats' own code computes.

Each folder of the output holds a model and reference.safetensors: uint8 pixels and tokens in, normalised features and
logits out, in float32. Widths, patches, resolutions and heads are the real ones; ViT-B/32 and RN50 are whole, larger
models have fewer layers, and most have a small vocabulary.
"""

import collections
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

OUT = pathlib.Path(sys.argv[-1])
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
SMALL = 600  # the vocabulary of most models
torch.set_num_threads(2)
torch.set_grad_enabled(False)


# OpenAI's architecture, written from the paper and from the names and shapes in the published files.


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self, width, heads, mask):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            collections.OrderedDict(
                c_fc=nn.Linear(width, 4 * width), gelu=QuickGELU(), c_proj=nn.Linear(4 * width, width)
            )
        )
        self.ln_2 = nn.LayerNorm(width)
        self.mask = mask

    def forward(self, x):  # [length, batch, width]
        y = self.ln_1(x)
        mask = None if self.mask is None else self.mask[: x.shape[0], : x.shape[0]]
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, mask=None):
        super().__init__()
        self.resblocks = nn.Sequential(*[Block(width, heads, mask) for _ in range(layers)])

    def forward(self, x):
        return self.resblocks(x.transpose(0, 1)).transpose(0, 1)


class VisualTransformer(nn.Module):
    def __init__(self, size, patch, width, layers, embedding):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        self.positional_embedding = nn.Parameter(torch.randn((size // patch) ** 2 + 1, width) * width**-0.5)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, width // 64)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, embedding) * width**-0.5)

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        start = self.class_embedding.expand(x.shape[0], 1, -1)
        x = self.ln_pre(torch.cat([start, x], 1) + self.positional_embedding)
        return self.ln_post(self.transformer(x)[:, 0]) @ self.proj


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.downsample = None
        if stride > 1 or inputs != 4 * planes:
            parts = [("-1", nn.AvgPool2d(stride)), ("0", nn.Conv2d(inputs, 4 * planes, 1, bias=False))]
            self.downsample = nn.Sequential(collections.OrderedDict([*parts, ("1", nn.BatchNorm2d(4 * planes))]))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(self.pool(F.relu(self.bn2(self.conv2(y))))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class AttentionPool(nn.Module):
    def __init__(self, side, width, heads, embedding):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.randn(side**2 + 1, width) * width**-0.5)
        self.k_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.c_proj = nn.Linear(width, embedding)
        self.heads = heads

    def forward(self, x):
        x = x.flatten(2).permute(2, 0, 1)
        x = torch.cat([x.mean(0, keepdim=True), x]) + self.positional_embedding[:, None]
        n, width = x.shape[1], x.shape[2]
        shape = (-1, n * self.heads, width // self.heads)
        q = (self.q_proj(x[:1]) * (width // self.heads) ** -0.5).reshape(shape).transpose(0, 1)
        k, v = (f(x).reshape(shape).transpose(0, 1) for f in (self.k_proj, self.v_proj))
        y = torch.softmax(q @ k.transpose(1, 2), -1) @ v
        return self.c_proj(y.transpose(0, 1).reshape(n, width))


class ModifiedResNet(nn.Module):
    def __init__(self, size, width, blocks, embedding):
        super().__init__()
        channels = (3, width // 2, width // 2, width)
        for i in range(3):
            stride = 2 if i == 0 else 1
            setattr(self, f"conv{i + 1}", nn.Conv2d(channels[i], channels[i + 1], 3, stride, 1, bias=False))
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(channels[i + 1]))
        inputs = width
        for stage, count in enumerate(blocks):
            layers = []
            for block in range(count):
                layers.append(Bottleneck(inputs, width << stage, 2 if stage and not block else 1))
                inputs = 4 * (width << stage)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.attnpool = AttentionPool(size // 32, inputs, width * 32 // 64, embedding)

    def forward(self, x):
        for i in "123":
            x = F.relu(getattr(self, "bn" + i)(getattr(self, "conv" + i)(x)))
        x = F.avg_pool2d(x, 2)
        for i in "1234":
            x = getattr(self, "layer" + i)(x)
        return self.attnpool(x)


class Multimodal(nn.Module):
    def __init__(self, visual, size, embedding, width, layers, vocabulary):
        super().__init__()
        self.visual = visual
        mask = torch.full((77, 77), -math.inf).triu(1)
        self.transformer = Transformer(width, layers, width // 64, mask)
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.randn(77, width) * 0.01)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.randn(width, embedding) * width**-0.5)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        for name, value in dict(input_resolution=size, context_length=77, vocab_size=vocabulary).items():
            self.register_buffer(name, torch.tensor(value))

    def encode_image(self, image):
        return self.visual(image)

    def encode_text(self, text):
        x = self.transformer(self.token_embedding(text) + self.positional_embedding)
        return self.ln_final(x)[torch.arange(x.shape[0]), text.argmax(-1)] @ self.text_projection

    def forward(self, image, text):
        return self.encode_image(image), self.encode_text(text)


# What the models are made of.


def stir(model):
    """Values of trained models' order in what initialisation leaves at zero or one."""
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.uniform_(0.2, 0.4) if name.endswith("bn3") else module.weight.uniform_(0.5, 1.5)
            module.bias.normal_(0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
        elif isinstance(module, nn.LayerNorm):
            module.weight.normal_(1, 0.1)
            module.bias.normal_(0, 0.1)
        elif isinstance(module, nn.MultiheadAttention):
            module.in_proj_bias.normal_(0, 0.05)
            module.out_proj.bias.normal_(0, 0.05)
        elif isinstance(module, nn.Embedding):
            module.weight.normal_(0, 0.05)
    return model.eval()


def is_halved(name, tensor):
    """What the published files hold in half precision."""
    parts = (".attn.", ".mlp.", "_proj.")
    return tensor.dim() == 4 or name in ("visual.proj", "text_projection") or any(p in name for p in parts)


def halve(model):
    for name, tensor in model.named_parameters():
        if is_halved(name, tensor):
            tensor.copy_(tensor.half().float())


def openai_model(kind, size, width, layers, embedding, text_width, text_layers, patch=0, vocabulary=SMALL):
    if kind == "vit":
        visual = VisualTransformer(size, patch, width, layers, embedding)
    else:
        visual = ModifiedResNet(size, width, layers, embedding)
    return stir(Multimodal(visual, size, embedding, text_width, text_layers, vocabulary))


def inputs_for(size, vocabulary):
    pixels = torch.randint(0, 256, (2, 3, size, size), dtype=torch.uint8)
    pixels[1] = F.interpolate(pixels[1:, :, :8, :8].float(), size, mode="bicubic").clamp(0, 255).byte()[0]
    tokens = torch.zeros(3, 77, dtype=torch.long)
    for row, length in zip(tokens, (3, 12, 77)):
        row[:length] = torch.randint(0, vocabulary - 2, (length,))
        row[0], row[length - 1] = vocabulary - 2, vocabulary - 1
    return pixels, tokens


def normalised(pixels, mean=MEAN, std=STD):
    return (pixels.float() / 255 - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)


def save_reference(folder, pixels, tokens, image, text, logit_scale):
    image, text = F.normalize(image, dim=-1), F.normalize(text, dim=-1)
    logits = logit_scale.exp() * image @ text.T
    tensors = dict(pixels=pixels, tokens=tokens, image_features=image, text_features=text, logits=logits)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "reference.safetensors")


# The formats.


def new_folder(name):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    print(name, flush=True)
    return folder


def save_openai(name, model):
    """As published: traced in float32, saved with the matrices in half precision."""
    folder = new_folder(name)
    halve(model)
    size, vocabulary = int(model.input_resolution), int(model.vocab_size)
    pixels, tokens = inputs_for(size, vocabulary)
    image = normalised(pixels)
    save_reference(folder, pixels, tokens, model.encode_image(image), model.encode_text(tokens), model.logit_scale)
    one = (image[:1], tokens[:1])
    methods = dict(forward=one, encode_image=one[0], encode_text=one[1])
    traced = torch.jit.trace_module(model, methods, check_trace=False)
    for key, tensor in traced.named_parameters():
        if is_halved(key, tensor):
            tensor.data = tensor.data.half()
    torch.jit.save(traced, folder / "model.pt")
    model.float()  # the traced module shares the parameters
    return pixels, tokens


def save_state_dict(name, model, reference):
    folder = new_folder(name)
    torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}}, folder / "model.pt")
    pixels, tokens = reference
    image = model.encode_image(normalised(pixels))
    save_reference(folder, pixels, tokens, image, model.encode_text(tokens), model.logit_scale)


def write_vocabulary(folder, vocabulary):
    """Merges of letter pairs, and the ids that they have in CLIP's order."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [(a, b) for a in letters for b in letters][: vocabulary - 514]
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in pairs)]
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    symbols = symbols + [s + "</w>" for s in symbols] + [a + b for a, b in pairs]
    symbols += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")
    (folder / "vocab.json").write_text(json.dumps({s: i for i, s in enumerate(symbols)}))


def save_open_clip(name, config, state=None, half=False):
    import open_clip
    from open_clip.model import CLIP

    folder = new_folder(name)
    towers = {k: v for k, v in config.items() if k != "quick_gelu"}
    model = CLIP(**towers, quick_gelu=config.get("quick_gelu", False))
    stir(model) if state is None else model.load_state_dict(state)
    model.eval()
    size, vocabulary = config["vision_cfg"]["image_size"], config["text_cfg"]["vocab_size"]
    tensors = {k: v.contiguous() for k, v in model.state_dict().items()}
    if half:
        tensors = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
        model.load_state_dict(tensors)
    pixels, tokens = inputs_for(size, vocabulary)
    image = model.encode_image(normalised(pixels))
    save_reference(folder, pixels, tokens, image, model.encode_text(tokens), model.logit_scale)
    save_file(tensors, folder / "open_clip_model.safetensors")
    preprocess = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    write_vocabulary(folder, vocabulary)


def to_huggingface(state, layers):
    """OpenAI's names as those of transformers."""
    out = {}
    for source, target, ours in (("visual.transformer", "vision_model", "visual."), ("transformer", "text_model", "")):
        for i in range(layers):
            a, b = f"{source}.resblocks.{i}.", f"{target}.encoder.layers.{i}."
            for part in ("weight", "bias"):
                for j, which in enumerate("qkv"):
                    rows = state[f"{a}attn.in_proj_{part}"].chunk(3)[j]
                    out[f"{b}self_attn.{which}_proj.{part}"] = rows
                names = ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2")
                for x, y in (*names, ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    out[f"{b}{y}.{part}"] = state[f"{a}{x}.{part}"]
        out[f"{target}.embeddings.position_embedding.weight"] = state[ours + "positional_embedding"]
    for part in ("weight", "bias"):
        out[f"vision_model.pre_layrnorm.{part}"] = state[f"visual.ln_pre.{part}"]
        out[f"vision_model.post_layernorm.{part}"] = state[f"visual.ln_post.{part}"]
        out[f"text_model.final_layer_norm.{part}"] = state[f"ln_final.{part}"]
    out["vision_model.embeddings.class_embedding"] = state["visual.class_embedding"]
    out["vision_model.embeddings.patch_embedding.weight"] = state["visual.conv1.weight"]
    out["text_model.embeddings.token_embedding.weight"] = state["token_embedding.weight"]
    out["visual_projection.weight"] = state["visual.proj"].T
    out["text_projection.weight"] = state["text_projection"].T
    out["logit_scale"] = state["logit_scale"]
    return {k: v.contiguous() for k, v in out.items()}


def save_huggingface(name, vision, text, embedding, state=None):
    from transformers import CLIPConfig, CLIPModel

    folder = new_folder(name)
    ends = dict(bos_token_id=text["vocab_size"] - 2, eos_token_id=text["vocab_size"] - 1)
    config = CLIPConfig(vision_config=vision, text_config={**text, **ends}, projection_dim=embedding)
    model = CLIPModel(config)
    if state is None:
        stir(model)
    else:
        missing, extra = model.load_state_dict(to_huggingface(state, vision["num_hidden_layers"]), strict=False)
        assert not extra and all("position_ids" in k for k in missing), (missing, extra)
    model.eval()
    model.save_pretrained(folder)
    pixels, tokens = inputs_for(vision["image_size"], text["vocab_size"])
    out = model(input_ids=tokens, pixel_values=normalised(pixels), attention_mask=torch.ones_like(tokens))
    save_reference(folder, pixels, tokens, out.image_embeds, out.text_embeds, model.logit_scale)
    preprocessor = {"image_mean": MEAN, "image_std": STD, "size": {"shortest_edge": vision["image_size"]}, "resample": 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    write_vocabulary(folder, text["vocab_size"])


def main():
    torch.manual_seed(20260101)
    # The published families. The vocabulary of the whole models is CLIP's.
    whole = dict(text_layers=12, vocabulary=49408)
    vit_b_32 = openai_model("vit", 224, 768, 12, 512, 512, patch=32, **whole)
    save_openai("openai_vit_b_32", vit_b_32)
    save_openai("openai_rn50", openai_model("rn", 224, 64, (3, 4, 6, 3), 1024, 512, **whole))
    vit_b_16 = openai_model("vit", 224, 768, 2, 512, 512, 2, patch=16)
    reference = save_openai("openai_vit_b_16", vit_b_16)
    write_vocabulary(OUT / "openai_vit_b_16", SMALL)
    save_state_dict("state_dict_vit_b_16", vit_b_16, reference)
    save_openai("openai_vit_l_14", openai_model("vit", 224, 1024, 2, 768, 768, 2, patch=14))
    save_openai("openai_vit_l_14_336", openai_model("vit", 336, 1024, 1, 768, 768, 1, patch=14))
    save_openai("openai_rn101", openai_model("rn", 224, 64, (3, 4, 23, 3), 512, 512, 1))
    save_openai("openai_rn50x4", openai_model("rn", 288, 80, (2, 2, 3, 2), 640, 640, 1))
    save_openai("openai_rn50x16", openai_model("rn", 384, 96, (1, 1, 1, 1), 768, 768, 1))
    save_openai("openai_rn50x64", openai_model("rn", 448, 128, (1, 1, 1, 1), 1024, 1024, 1))

    # One model in three formats: ViT-B/16 from above.
    state = {k: v for k, v in vit_b_16.state_dict().items()
             if k not in ("input_resolution", "context_length", "vocab_size")}
    text_cfg = dict(context_length=77, vocab_size=SMALL, width=512, heads=8, layers=2)
    vision_cfg = dict(image_size=224, layers=2, width=768, patch_size=16)
    same = dict(embed_dim=512, quick_gelu=True, vision_cfg=vision_cfg, text_cfg=text_cfg)
    save_open_clip("open_clip_vit_b_16", same, state)
    hf_vision = dict(image_size=224, patch_size=16, hidden_size=768, intermediate_size=3072, num_hidden_layers=2,
                     num_attention_heads=12)
    hf_text = dict(vocab_size=SMALL, hidden_size=512, intermediate_size=2048, num_hidden_layers=2,
                   num_attention_heads=8)
    save_huggingface("huggingface_vit_b_16", hf_vision, hf_text, 512, state)

    # GELU, other head widths and other hidden widths.
    save_huggingface("huggingface_gelu", {**hf_vision, "hidden_act": "gelu", "patch_size": 32},
                     {**hf_text, "hidden_act": "gelu"}, 512)
    save_open_clip("open_clip_gelu", {**same, "quick_gelu": False}, half=True)
    h_14 = dict(image_size=224, layers=1, width=1280, head_width=80, patch_size=14)
    save_open_clip("open_clip_vit_h_14", dict(embed_dim=1024, vision_cfg=h_14,
                                              text_cfg={**text_cfg, "width": 1024, "heads": 16, "layers": 1}))
    big_g = dict(image_size=224, layers=1, width=1664, head_width=104, mlp_ratio=4.9231, patch_size=14)
    save_open_clip("open_clip_vit_bigg_14", dict(embed_dim=1280, vision_cfg=big_g,
                                                 text_cfg={**text_cfg, "width": 1280, "heads": 20, "layers": 1}))
    rn50 = dict(image_size=224, layers=[3, 4, 6, 3], width=64, patch_size=None)
    save_open_clip("open_clip_rn50", dict(embed_dim=1024, vision_cfg=rn50, text_cfg=text_cfg))


if __name__ == "__main__":
    main()
