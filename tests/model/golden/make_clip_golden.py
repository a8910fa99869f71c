"""Writes clip_tiny.safetensors: a tiny random CLIP of OpenAI's own model code, its inputs and what it answers.

Usage: make_clip_golden.py CLIP_MODEL_PY OUT
CLIP_MODEL_PY is clip/model.py of OpenAI's CLIP repository; PyTorch and safetensors must be importable.
The metadata entry "config" is the model's config.json; weights carry the prefix "model.".
"""
import importlib.util
import json
import sys

import torch
from safetensors.torch import save_file

EMBEDDING, IMAGE, PATCH, VISION_WIDTH, VISION_LAYERS, VISION_HEADS = 20, 24, 8, 24, 2, 3
CONTEXT, VOCABULARY, TEXT_WIDTH, TEXT_LAYERS, TEXT_HEADS = 77, 96, 16, 3, 4
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

spec = importlib.util.spec_from_file_location("clip_model", sys.argv[1])
openai = importlib.util.module_from_spec(spec)
spec.loader.exec_module(openai)

torch.manual_seed(20240611)
torch.use_deterministic_algorithms(True)
model = openai.CLIP(EMBEDDING, IMAGE, VISION_LAYERS, 64, PATCH, CONTEXT, VOCABULARY, TEXT_WIDTH, TEXT_HEADS, TEXT_LAYERS)
# The class fixes 64 channels a head; a small width with several heads needs the tower itself.
model.visual = openai.VisionTransformer(IMAGE, PATCH, VISION_WIDTH, VISION_LAYERS, VISION_HEADS, EMBEDDING)
with torch.no_grad():
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            weight.normal_(0, 0.1)
        elif ".ln_" in name or name.startswith("ln_"):
            weight.normal_(1, 0.2)
        elif name != "logit_scale":
            weight.normal_(0, 0.25)  # larger than at the start of training: attention far from uniform
model.eval()

pixels = torch.randint(0, 256, (3, 3, IMAGE, IMAGE), dtype=torch.uint8)
tokens = torch.zeros(5, CONTEXT, dtype=torch.long)
for row, length in enumerate((2, 5, 9, 17, 31)):
    tokens[row, 0] = VOCABULARY - 2
    tokens[row, 1:length - 1] = torch.randint(0, VOCABULARY - 2, (length - 2,))
    tokens[row, length - 1] = VOCABULARY - 1

with torch.no_grad():
    normalised = (pixels.float() / 255 - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
    image_features = model.encode_image(normalised)
    text_features = model.encode_text(tokens)
    logits, _ = model(normalised, tokens)

config = {
    "embedding": EMBEDDING,
    "vision": {"type": "vit", "image_size": IMAGE, "patch_size": PATCH, "width": VISION_WIDTH,
               "layers": VISION_LAYERS, "heads": VISION_HEADS, "mean": MEAN, "std": STD},
    "text": {"context_length": CONTEXT, "vocabulary_size": VOCABULARY, "width": TEXT_WIDTH,
             "layers": TEXT_LAYERS, "heads": TEXT_HEADS},
}
golden = {"model." + name: weight.detach().clone() for name, weight in model.state_dict().items()}
golden |= {
    "pixels": pixels,
    "tokens": tokens,
    "image_features": image_features / image_features.norm(dim=-1, keepdim=True),
    "text_features": text_features / text_features.norm(dim=-1, keepdim=True),
    "logits": logits,
}
save_file({name: tensor.contiguous() for name, tensor in golden.items()}, sys.argv[2],
          metadata={"config": json.dumps(config)})
