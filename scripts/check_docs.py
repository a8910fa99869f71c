#!/usr/bin/env python3
"""Checks that documents are true where a program can tell.

Usage: scripts/check_docs.py [ROOT] [--program LACUNA]
  links    every relative link of every *.md leads to a file, every #anchor to a heading of its page
  make     every `make target` that code names is one of the Makefile's
  lacuna   every `lacuna sub --option` that code names is in the help of the program (with --program)
"Code" is what stands in backticks or in a fenced block. Prints one line a mistake; exit status 1 if there is any.
"""

import argparse
import pathlib
import re
import subprocess
import sys

SKIPPED = {"build", ".git", "shared", "node_modules"}


def documents(root):
    for path in sorted(root.rglob("*.md")):
        if not SKIPPED & set(path.relative_to(root).parts):
            yield path


def slug(heading):
    """The anchor that a heading gets: lower case, spaces as hyphens, no punctuation but hyphen and underscore."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)  # a link's text alone
    text = re.sub(r"[`*]", "", text).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


class Document:
    """Headings, links and code of a page, each with its line."""

    def __init__(self, path):
        self.path, self.anchors, self.links, self.code = path, set(), [], []
        fenced, seen = False, {}
        text = re.sub(r"\\\n", "  ", path.read_text(encoding="utf-8"))  # a command over two lines
        for number, line in enumerate(text.splitlines(), 1):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            elif fenced:
                self.code.append((number, line.split(" #")[0]))
            else:
                if heading := re.match(r"#{1,6}\s+(.*?)\s*#*$", line):
                    anchor = slug(heading[1])
                    count = seen[anchor] = seen.get(anchor, -1) + 1
                    self.anchors.add(f"{anchor}-{count}" if count else anchor)
                self.code += [(number, code) for code in re.findall(r"`([^`]+)`", line)]
                bare = re.sub(r"`[^`]*`", "", line)
                self.links += [(number, link) for link in re.findall(r"\]\(\s*<?([^)\s>]+)", bare)]


def check_links(documents_by_path):
    for path, document in documents_by_path.items():
        for line, link in document.links:
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            target, _, anchor = link.partition("#")
            place = (path.parent / target).resolve() if target else path
            if not place.exists():
                yield path, line, f"{link}: no such file"
            elif anchor and place.suffix == ".md":
                page = documents_by_path.get(place) or Document(place)
                if anchor not in page.anchors:
                    yield path, line, f"{link}: {place.name} has no such heading"


def check_make(documents_by_path, makefile):
    targets = set(re.findall(r"^([a-z]+):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
    for path, document in documents_by_path.items():
        for line, code in document.code:
            if found := re.match(r"\s*(?:[A-Z_]+=\S+ )*make ([a-z]+)\b(?![./])", code):
                if found[1] not in targets:
                    yield path, line, f"make {found[1]}: no such target in the Makefile"


class Help:
    """What `lacuna … --help` names: subcommands and options."""

    def __init__(self, program):
        self.program, self.known = program, {}

    def of(self, words):
        if words not in self.known:
            ran = subprocess.run([self.program, *words, "--help"], capture_output=True, text=True, timeout=60)
            if ran.returncode != 0:
                sys.exit(f"{self.program} {' '.join(words)} --help: exit status {ran.returncode}")
            head, _, tail = ran.stdout.partition("\nSubcommands:\n")
            options = set(re.findall(r"(?:^ +|,)(-{1,2}[a-z][a-z-]*)", head, re.MULTILINE))
            self.known[words] = options, set(re.findall(r"^  ([a-z]+) ", tail, re.MULTILINE))
        return self.known[words]

    def mistakes(self, words):
        """Of a command line after `lacuna`."""
        path, everywhere = (), self.of(())[0]
        while words and words[0] in self.of(path)[1]:
            path += (words.pop(0),)
        options, subcommands = self.of(path)
        if words and subcommands and re.fullmatch(r"[a-z]+", words[0]):
            yield f"lacuna {' '.join(path + (words[0],))}: no such subcommand"
            return
        for word in words:
            option = re.match(r"--?[a-z][a-z-]*", word)
            if option and option[0] not in options | everywhere:
                yield f"lacuna {' '.join(path + (option[0],))}: no such option"


def commands_in(document):
    """The line and the words after `lacuna` of every command line."""
    for line, code in document.code:
        for found in re.finditer(r"(?:^|[\s;&|(/])lacuna((?: +[^\s;&|)]+)+)", code):
            yield line, found[1].split()


def check_commands(documents_by_path, program):
    helps = Help(program)
    for path, document in documents_by_path.items():
        for line, words in commands_in(document):
            for mistake in helps.mistakes(words):
                yield path, line, mistake


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).parent.parent, type=pathlib.Path)
    parser.add_argument("--program", help="the lacuna whose --help is the truth")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    read = {path: Document(path) for path in documents(root)}
    mistakes = list(check_links(read))
    if (root / "Makefile").exists():
        mistakes += check_make(read, root / "Makefile")
    if arguments.program:
        mistakes += check_commands(read, arguments.program)
    for path, line, what in mistakes:
        print(f"{path.relative_to(root)}:{line}: {what}")
    if not mistakes:
        links = sum(len(document.links) for document in read.values())
        commands = sum(len(list(commands_in(document))) for document in read.values())
        print(f"{len(read)} documents, {links} links, {commands} commands: nothing wrong")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
