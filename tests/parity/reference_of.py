"""What open_clip computes with one file of OpenAI's, for the parity test of a model of your own.

Usage: build/parity/venv/bin/python tests/parity/reference_of.py MODEL.pt FOLDER
Then:  LACUNA_PARITY_MODEL=FOLDER build/bin/test_parity "weights: a model of your own*"
"""

import pathlib
import sys

import open_clip
import torch

from make_weights import inputs_for, normalised, save_reference


def main():
    path, folder = (pathlib.Path(text).absolute() for text in sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    model = open_clip.load_openai_model(str(path), precision="fp32", device="cpu")
    size = model.visual.image_size
    pixels, tokens = inputs_for(size if isinstance(size, int) else size[0], model.vocab_size)
    image, text = model.encode_image(normalised(pixels)), model.encode_text(tokens)
    save_reference(folder, pixels, tokens, image, text, model.logit_scale)
    link = folder / "model.pt"
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")


torch.set_grad_enabled(False)
main()
