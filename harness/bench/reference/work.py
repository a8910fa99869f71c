"""The work that lacuna_speed wrote, as the two ways of plain PyTorch do it."""
import contextlib
import json
import time

import torch
import torch.nn.functional as F

import clip
import tensors

LEVELS = ("fine", "coarse")


class Work:
    """What the workload file holds, and the model, as one way runs it."""

    def __init__(self, options):
        self.options = options
        self.device = torch.device(options.device)
        self.data, metadata = tensors.load(options.workload)
        if metadata.get("format") != "lacuna speed workload 1":
            raise SystemExit(f"{options.workload}: no workload (lacuna_speed --workload writes one)")
        self.settings = json.loads(metadata["settings"])
        self.pictures = min(options.pictures or len(self.data["pixels"]), len(self.data["pixels"]))
        self.steps = self.settings["steps"] if options.steps is None else min(options.steps, self.settings["steps"])
        self.tokens = {level: self.data[level + "_tokens"].to(self.device) for level in LEVELS}
        self.config, self.original = clip.load_model(options.model)
        self.student = self.fresh_model()

    def fresh_model(self):
        weights = {name: weight.to(self.device, copy=True) for name, weight in self.original.items()}
        if self.options.way == "open_clip":
            name = "visual.conv1.weight"
            weights[name] = weights[name].contiguous(memory_format=torch.channels_last)
        for weight in weights.values():
            weight.requires_grad_(True)
        return clip.Clip(self.config, weights, self.options.way, self.options.attention == "manual", self.options.compile)

    def restore(self):
        with torch.no_grad():
            for name, weight in self.student.weights.items():
                weight.grad = None
                weight.copy_(self.original[name])

    def autocast(self):
        if self.options.precision != "bfloat16":
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def now(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def names(self, level):
        """The classifier of a level [C, embedding]: the mean over all templates, renormalised."""
        tokens = self.tokens[level]
        if self.options.way == "reference":  # template by template
            mean = torch.stack([self.student.encode_text(of_template) for of_template in tokens]).mean(0)
        else:  # all templates of ten classes at once
            parts = []
            for some in tokens.transpose(0, 1).split(10):
                features = self.student.encode_text(some.reshape(-1, tokens.shape[2]))
                parts.append(features.view(some.shape[0], tokens.shape[0], -1).mean(1))
            mean = torch.cat(parts)
        return mean / mean.norm(dim=-1, keepdim=True)

    @torch.no_grad()
    def evaluate(self, pictures):
        begin = self.now()
        names, names_seconds = None, None
        parts = {"image_features": [], "fine_logits": [], "coarse_logits": []}
        if self.options.way == "open_clip":
            with self.autocast():
                names = [self.names(level) for level in LEVELS]
            names_seconds = self.now() - begin
        for pixels in self.data["pixels"][:pictures].split(self.settings["eval_batch"]):
            with self.autocast():
                features = self.student.encode_image(pixels.to(self.device))
                of_batch = names or [self.names(level) for level in LEVELS]
            parts["image_features"].append(features)
            for level, of_level in zip(LEVELS, of_batch):
                parts[level + "_logits"].append(self.student.logit_scale() * features @ of_level.T)
        out = {name: torch.cat(part) for name, part in parts.items()}
        for level in LEVELS:
            out[level + "_predicted"] = out[level + "_logits"].argmax(1).cpu()
        return out, self.now() - begin, names_seconds

    def train(self, steps):
        """Losses of the steps; seconds of all, and of the teacher's part before them."""
        settings, data = self.settings, self.data
        batch, scale = settings["train_batch"], self.student.logit_scale
        rows = data["train_rows"][: steps * batch].view(steps, batch)
        begin = self.now()
        with torch.no_grad():  # the teacher is float32 in every run
            teacher = self.fresh_model() if self.options.way == "reference" else self.student
            names = [self.names(level) for level in LEVELS]
            teacher_scale = scale().clone()
            if self.options.way == "open_clip":  # every picture once
                pixels = data["pixels"].to(self.device)
                features = torch.cat([self.student.encode_image(some) for some in pixels.split(settings["eval_batch"])])
                taught = [teacher_scale * features @ of_level.T for of_level in names]
        taught_at = self.now()
        fused = {"fused": True} if self.options.way == "open_clip" else {}
        optimizer = torch.optim.AdamW(self.student.parameters(), lr=settings["learning_rate"], eps=settings["eps"],
                                      weight_decay=settings["weight_decay"], **fused)
        losses = []
        for step in range(steps):
            of_step = rows[step]
            target = {level: data[level][of_step].to(self.device) for level in LEVELS}
            if self.options.way == "open_clip":
                on_device = of_step.to(self.device)
                batch_pixels = pixels[on_device]
                teacher_logits = [of_level[on_device] for of_level in taught]
            else:
                batch_pixels = data["pixels"][of_step].to(self.device)
                with torch.no_grad():
                    features = teacher.encode_image(batch_pixels)
                    teacher_logits = [teacher_scale * features @ of_level.T for of_level in names]
            template = int(data["train_templates"][step])
            with self.autocast():
                features = self.student.encode_image(batch_pixels)
                student_names = [self.student.encode_text(self.tokens[level][template]) for level in LEVELS]
            fine, coarse = (scale() * features @ of_level.T for of_level in student_names)
            loss = nhl(fine, target["fine"], settings["margin"])
            loss = loss + settings["kl_coarse"] * kl(teacher_logits[1], coarse)
            loss = loss + settings["kl_fine"] * kl(without_target(teacher_logits[0], target["fine"]),
                                                   without_target(fine, target["fine"]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        losses = torch.stack(losses).tolist()
        return losses, self.now() - taught_at, taught_at - begin

    def flops(self):
        """Of all forward passes, padding included; a training step's backward pass counts twice the forward."""
        picture, prompt = clip.picture_flops(self.config), clip.prompt_flops(self.config)
        reference = self.options.way == "reference"
        templates, names = self.tokens["fine"].shape[0], sum(len(self.tokens[level][0]) for level in LEVELS)
        batches = -(-self.pictures // self.settings["eval_batch"]) if reference else 1
        step = self.settings["train_batch"] * picture * (4 if reference else 3) + 3 * names * prompt
        return {"picture": picture, "prompt": prompt, "training": self.steps * step,
                "evaluation": self.pictures * picture + batches * templates * names * prompt}


def without_target(logits, target):
    """[N, C] -> [N, C-1]: each row without its own column."""
    columns = torch.arange(logits.shape[1] - 1, device=logits.device).expand(logits.shape[0], -1)
    return logits.gather(1, columns + (columns >= target.unsqueeze(1)))


def nhl(logits, target, margin):
    own = logits.gather(1, target.unsqueeze(1)).squeeze(1)
    return F.relu(margin + own - without_target(logits, target).amax(1)).mean()


def kl(teacher, student):
    """Forward KL, divided by the number of elements."""
    log_p, log_q = teacher.log_softmax(1), student.log_softmax(1)
    return (log_p.exp() * (log_p - log_q)).mean()
