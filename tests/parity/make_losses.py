"""Losses of the unlearning methods and their gradients, by PyTorch's autograd, a row at a time from the formulas.

Usage: make_losses.py OUTFOLDER [GOLDEN]
OUTFOLDER/losses.json: what tests/parity/test_losses.cpp compares with. GOLDEN: the small part of it that is committed as
tests/methods/golden/losses.json.

Formulas (a row i, its fine label y, its coarse label c; z student, t teacher logits; g: the coarse label goes, too):
  ga           -CE(z_f, y) - g CE(z_c, c)
  gdiff        keep (1 - g) CE(z_c, c) - forget (CE(z_f, y) + g CE(z_c, c))
  npo          -2/beta log sigma(beta D), D = CE(z_f, y) - CE(t_f, y) + g (CE(z_c, c) - CE(t_c, c))
               "batch": one sigmoid of the batch's mean D
  nhl          h(z_f, y) + g h(z_c, c), h(z, y) = max(0, margin + z[y] - max of z[j], j != y); "zero": the maximum runs
               over all j, with 0 in the place of z[y]
  me           KL(U || p_f) + g KL(U || p_c) + keep (1 - g) CE(z_c, c), p + epsilon inside the logarithm
  relabel      CE(z_f, r_f) + g CE(z_c, r_c), r drawn labels
  task_vector  CE(z_f, y) + g CE(z_c, c) - weight (1 - g) CE(z_c, c)
  kl_fine      KL(softmax t_f || softmax z_f) without column y
  kl_coarse    KL(softmax t_c || softmax z_c), without column c where g
               "numel": divided by the number of columns
All are means over the rows of a batch.
"""
import json
import math
import random
import sys

import torch


def cross_entropy(row, label):
    return torch.logsumexp(row, 0) - row[label]


def without(row, label):
    return torch.cat([row[:label], row[label + 1:]])


def divergence(teacher, student):
    p, q = torch.softmax(teacher, 0), torch.softmax(student, 0)
    return (p * (torch.log(p) - torch.log(q))).sum()


def hinge(row, label, margin, mask):
    rivals = without(row, label)
    if mask == "zero":
        rivals = torch.cat([rivals, torch.zeros(1, dtype=row.dtype)])
    best = [x for x in rivals if x.item() == rivals.max().item()]
    loss = margin + row[label] - sum(best) / len(best)  # rivals that tie share the gradient
    assert loss.item() == 0 or abs(loss.item()) > 1e-3, "too near to the kink of the hinge"
    return loss if loss.item() > 0 else 0 * row.sum()


def from_uniform(row, epsilon):
    c = row.numel()
    return sum(1 / c * (math.log(1 / c) - torch.log(p + epsilon)) for p in torch.softmax(row, 0))


def loss_of(name, p, rows, goes):
    """rows: of (fine student, teacher, label, random label; the same of coarse)."""
    terms = []
    for (z, t, y, r, zc, tc, c, rc), g in zip(rows, goes):
        ce, cec = cross_entropy(z, y), cross_entropy(zc, c)
        forget = ce + g * cec
        keep = (1 - g) * cec
        if name == "ga":
            terms.append(-forget)
        elif name == "gdiff":
            terms.append(p["keep"] * keep - p["forget"] * forget)
        elif name == "npo":
            terms.append(ce - cross_entropy(t, y) + g * (cec - cross_entropy(tc, c)))
        elif name == "nhl":
            terms.append(hinge(z, y, p["margin"], p["mask"]) + (hinge(zc, c, p["margin"], p["mask"]) if g else 0))
        elif name == "me":
            terms.append(from_uniform(z, p["epsilon"]) + g * from_uniform(zc, p["epsilon"]) + p["keep"] * keep)
        elif name == "relabel":
            terms.append(cross_entropy(z, r) + g * cross_entropy(zc, rc))
        elif name == "task_vector":
            terms.append(forget - p["coarse_weight"] * keep)
        elif name == "kl_fine":
            term = divergence(without(t, y), without(z, y))
            terms.append(term / (z.numel() - 1 if p["reduction"] == "numel" else 1))
        elif name == "kl_coarse":
            term = divergence(without(tc, c), without(zc, c)) if g else divergence(tc, zc)
            terms.append(term / (zc.numel() - g if p["reduction"] == "numel" else 1))
    if name != "npo":
        return sum(terms) / len(terms)
    beta = p["beta"]
    if p["reduction"] == "batch":
        terms = [sum(terms) / len(terms)]
    return sum(2 / beta * torch.log1p(torch.exp(-beta * d)) for d in terms) / len(terms)


CASES = [
    ("ga", {}),
    ("gdiff", {"forget": 1.0, "keep": 1.0}),
    ("gdiff", {"forget": 0.5, "keep": 2.0}),
    ("npo", {"beta": 0.5, "reduction": "sample"}),
    ("npo", {"beta": 0.4, "reduction": "batch"}),
    ("nhl", {"margin": 2.0, "mask": "exclude"}),
    ("nhl", {"margin": 2.0, "mask": "zero"}),
    ("me", {"keep": 1.0, "epsilon": 0.0}),
    ("me", {"keep": 1.0, "epsilon": 1e-7}),
    ("me", {"keep": 0.0, "epsilon": 0.0}),
    ("relabel", {}),
    ("task_vector", {"coarse_weight": 0.05, "scale": 1.5}),
    ("kl_fine", {"reduction": "batch"}),
    ("kl_fine", {"reduction": "numel"}),
    ("kl_coarse", {"reduction": "batch"}),
    ("kl_coarse", {"reduction": "numel"}),
]


def evaluate(name, params, data, goal, dtype):
    tensors = {}
    for level in ("fine", "coarse"):
        tensors[level] = torch.tensor(data[level]["student"], dtype=dtype, requires_grad=True)
    teachers = {level: torch.tensor(data[level]["teacher"], dtype=dtype) for level in tensors}
    rows = [tuple(x for level in ("fine", "coarse") for x in
                  (tensors[level][i], teachers[level][i], data[level]["target"][i], data[level]["random"][i]))
            for i in range(len(data["fine"]["target"]))]
    loss = loss_of(name, params, rows, data["goals"][goal])
    loss.backward()
    zeros = lambda x: x.grad if x.grad is not None else torch.zeros_like(x)
    return {"value": loss.item(), **{level: zeros(x).tolist() for level, x in tensors.items()}}


def worked_example():
    return {
        "fine": {"student": [[2, 1, .5, -1], [-1, -2, -.5, -3]], "teacher": [[3, 1, 0, -1], [-.5, -1, -1.5, -2]],
                 "target": [0, 1], "random": [2, 0]},
        # .2 and .4 as float32 holds them
        "coarse": {"student": [[1, 0], torch.tensor([.2, .4]).tolist()], "teacher": [[2, 0], [0, 1]],
                   "target": [0, 1], "random": [1, 0]},
        "goals": {"fine": [0, 0], "coarse": [1, 1], "hybrid": [0, 1]}}


def random_input(seed, rows, coarse, children, offset):
    """Logits that are multiples of 1/64: exact in every precision, and short."""
    draw = random.Random(seed)
    logits = lambda columns: [[offset + round(draw.gauss(0, 3) * 64) / 64 for _ in range(columns)] for _ in range(rows)]
    label = lambda classes, own=None: draw.choice([x for x in range(classes) if x != own])
    classes = coarse * children
    fine = [label(classes) for _ in range(rows)]
    parents = [y // children for y in fine]
    return {
        "fine": {"student": logits(classes), "teacher": logits(classes), "target": fine,
                 "random": [label(classes, y) for y in fine]},
        "coarse": {"student": logits(coarse), "teacher": logits(coarse), "target": parents,
                   "random": [label(coarse, c) for c in parents]},
        "goals": {"fine": [0] * rows, "coarse": [1] * rows, "hybrid": [i % 2 for i in range(rows)]}}


def optimiser():
    """AdamW under cosine annealing to 0, stepped once an epoch: the weights after every epoch."""
    draw = random.Random(5)
    number = lambda: round(draw.gauss(0, 1) * 64) / 64
    epochs, steps, size = 3, 4, 5
    start = [number() for _ in range(size)]
    gradients = [[number() for _ in range(size)] for _ in range(epochs * steps)]
    options = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-6, "weight_decay": 0.1}
    weights = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    adamw = torch.optim.AdamW([weights], lr=options["learning_rate"], betas=(options["beta1"], options["beta2"]),
                              eps=options["eps"], weight_decay=options["weight_decay"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adamw, T_max=epochs)
    after = []
    for epoch in range(epochs):
        for step in range(steps):
            weights.grad = torch.tensor(gradients[epoch * steps + step], dtype=torch.float64)
            adamw.step()
        schedule.step()
        after.append(weights.tolist())
    return {**options, "epochs": epochs, "steps": steps, "start": start, "gradients": gradients, "after": after}


def rounded(x, digits=12):
    if isinstance(x, float):
        return float(f"{x:.{digits}g}")
    if isinstance(x, list):
        return [rounded(y, digits) for y in x]
    return {k: rounded(v, digits) for k, v in x.items()} if isinstance(x, dict) else x


def all_cases(inputs, with_float32):
    out = []
    for source, data in inputs.items():
        for goal in data["goals"]:
            for name, params in CASES:
                case = {"input": source, "goal": goal, "loss": name, "params": params}
                case.update(rounded(evaluate(name, params, data, goal, torch.float64)))
                if with_float32:
                    case["float32"] = rounded(evaluate(name, params, data, goal, torch.float32), 9)
                out.append(case)
    return out


def write(path, inputs, with_float32):
    text = json.dumps({"inputs": inputs, "cases": all_cases(inputs, with_float32), "adamw": rounded(optimiser())})
    with open(path, "w") as file:
        file.write(text.replace('{"input"', '\n{"input"') + "\n")


def main():
    small = {"worked": worked_example(), "random": random_input(1, 5, 3, 2, 0)}
    # As CLIP's: 20 is where its logits lie, 98 and 14 classes about as many as dogs there have.
    large = {**small, "clip": random_input(2, 8, 14, 7, 20), "wide": random_input(3, 8, 12, 3, -2)}
    write(sys.argv[1] + "/losses.json", large, True)
    if len(sys.argv) > 2:
        write(sys.argv[2], small, False)


main()
