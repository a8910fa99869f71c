#!/usr/bin/env python3
"""Writes the tables of class names and prompts that the dataset plugins carry.

usage: make_class_tables.py CLIP SYNSETS

CLIP     folder with en_classnames.json, en_zeroshot_classification_templates.json (both from LAION's CLIP_benchmark)
         and prompts.md (from OpenAI's CLIP): class names and prompts as published
SYNSETS  the 1000 WordNet ids of ILSVRC2012, one a line, ascending (imagenet_lsvrc_2015_synsets.txt)

The plugins need neither file: the tables are facts and are committed. Run clang-format on what this writes.
"""

import json
import pathlib
import sys

DATASETS = pathlib.Path(__file__).resolve().parent.parent / "plugins" / "datasets"

# The folders of Caltech-101 in byte order, as the archive unpacks them, BACKGROUND_Google left out.
CALTECH_FOLDERS = """
Faces Faces_easy Leopards Motorbikes accordion airplanes anchor ant barrel bass beaver binocular bonsai brain brontosaurus
buddha butterfly camera cannon car_side ceiling_fan cellphone chair chandelier cougar_body cougar_face crab crayfish crocodile
crocodile_head cup dalmatian dollar_bill dolphin dragonfly electric_guitar elephant emu euphonium ewer ferry flamingo
flamingo_head garfield gerenuk gramophone grand_piano hawksbill headphone hedgehog helicopter ibis inline_skate joshua_tree
kangaroo ketch lamp laptop llama lobster lotus mandolin mayfly menorah metronome minaret nautilus octopus okapi pagoda panda
pigeon pizza platypus pyramid revolver rhino rooster saxophone schooner scissors scorpion sea_horse snoopy soccer_ball stapler
starfish stegosaurus stop_sign strawberry sunflower tick trilobite umbrella watch water_lilly wheelchair wild_cat windsor_chair
wrench yin_yang
""".split()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def strings(name, values):
    body = ",\n    ".join(quoted(value) for value in values)
    return f"inline constexpr std::array<const char*, {len(values)}> {name}{{\n    {body},\n}};\n"


def pairs(name, struct, rows):
    body = ",\n    ".join("{" + ", ".join(quoted(value) for value in row) + "}" for row in rows)
    return f"inline constexpr std::array<{struct}, {len(rows)}> {name}{{{{\n    {body},\n}}}};\n"


def header(path, comment, namespace, body):
    comment = "\n".join("// " + line for line in comment)
    path.write_text(f"{comment}\n#pragma once\n\n#include <array>\n\nnamespace {namespace} {{\n\n{body}\n}}  // namespace {namespace}\n")


def published_lists(markdown, section):
    """The two Python lists, `classes` and `templates`, of one section of prompts.md."""
    code = markdown.split(f"\n## {section}\n")[1].split("```bash\n")[1].split("```")[0]
    lists = {}
    for line in code.splitlines():
        if line.endswith("= ["):
            current = lists.setdefault(line.split()[0], [])
        elif line.startswith("    "):
            current.append(line.strip().removesuffix(",")[1:-1])
    return lists


def write_templates(templates):
    def function(name, key):
        lines = "".join(f"      {quoted(text.replace('{c}', '{}'))},\n" for text in templates[key])
        return f"std::vector<std::string> {name}() {{\n  return {{\n{lines}  }};\n}}\n"

    body = "\n".join(function(name, key) for name, key in (
        ("imagenet_templates", "imagenet1k"), ("car_templates", "cars"), ("cifar_templates", "cifar100"),
        ("caltech_templates", "caltech101")))
    (DATASETS / "pictures" / "templates.cpp").write_text(
        '#include "pictures/templates.hpp"\n\nnamespace lacuna::pictures {\n\n' + body + "\n}  // namespace lacuna::pictures\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    clip, synsets = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text().split()
    names = json.loads((clip / "en_classnames.json").read_text())
    templates = json.loads((clip / "en_zeroshot_classification_templates.json").read_text())
    markdown = (clip / "prompts.md").read_text()
    assert len(synsets) == 1000 and synsets == sorted(set(synsets))
    assert names["caltech101"][0] == "background" and len(CALTECH_FOLDERS) == 101

    write_templates(templates)
    header(DATASETS / "flowers102" / "names.hpp",
           ["OpenAI's names of the 102 flowers, in label order (label 1 of the files first). Written by",
            "scripts/make_class_tables.py."],
           "lacuna::flowers", strings("kNames", names["flowers"]))
    header(DATASETS / "food101" / "names.hpp",
           ["OpenAI's names of the 101 dishes, in label order. With '_' for ' ' they are the folders' names.",
            "Written by scripts/make_class_tables.py."],
           "lacuna::food", strings("kNames", published_lists(markdown, "Food101")["classes"]))
    header(DATASETS / "cifar100" / "names.hpp",
           ["OpenAI's names of the 100 classes, in label order. With '_' for ' ' they are torchvision's.",
            "Written by scripts/make_class_tables.py."],
           "lacuna::cifar", strings("kClipNames", published_lists(markdown, "CIFAR100")["classes"]))
    header(DATASETS / "caltech101" / "classes.hpp",
           ["The folders of Caltech-101 in byte order, which is label order, with the names that CLIP's",
            "evaluation gives them (the two spaces in one of them are the published spelling). Written by",
            "scripts/make_class_tables.py."],
           "lacuna::caltech",
           "struct Class {\n  const char* folder;\n  const char* name;\n};\n\n"
           + pairs("kClasses", "Class", zip_rows(CALTECH_FOLDERS, names["caltech101"][1:])))
    header(DATASETS / "imagenet1k" / "synsets.hpp",
           ["The 1000 synsets of ILSVRC2012 in ascending order, which is label order, with OpenAI's names.",
            "Written by scripts/make_class_tables.py."],
           "lacuna::imagenet",
           "struct Synset {\n  const char* wnid;  // also the folder's name\n  const char* name;\n};\n\n"
           + pairs("kSynsets", "Synset", zip_rows(synsets, names["imagenet1k"])))


def zip_rows(left, right):
    assert len(left) == len(right)
    return list(zip(left, right))


if __name__ == "__main__":
    main()
