#!/usr/bin/env python3
"""Tests of scripts/check_docs.py: each kind of mistake in a document is found, and what is right is not."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/check_docs.py"

PROGRAM = """#!/bin/sh
case "$*" in
  --help) printf 'Options:\\n  -h,--help  help\\n  --data DIR ...  a folder\\n\\nSubcommands:\\n  run   Runs\\n  data  Data sets\\n' ;;
  "run --help") printf 'Options:\\n  -h,--help  help\\n  --out TEXT REQUIRED  a folder\\n  --retry-failed  again\\n' ;;
  "data --help") printf 'Options:\\n  -h,--help  help\\n\\nSubcommands:\\n  check  Checks\\n' ;;
  "data check --help") printf 'Options:\\n  -h,--help  help\\n  --json  print JSON\\n' ;;
  *) exit 2 ;;
esac
"""


class CheckDocs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.program = self.root / "lacuna"
        self.program.write_text(PROGRAM)
        os.chmod(self.program, 0o755)
        (self.root / "Makefile").write_text("demo: build  ## runs\n\ttrue\n")
        (self.root / "other.md").write_text("# Two `words`, and more\n## Twice\n## Twice\n")

    def check(self, text):
        (self.root / "page.md").write_text(text)
        return subprocess.run([sys.executable, SCRIPT, self.root, "--program", self.program],
                              capture_output=True, text=True, timeout=60)

    def finds(self, text, *mistakes):
        ran = self.check(text)
        self.assertEqual(ran.returncode, 1 if mistakes else 0, ran.stdout + ran.stderr)
        if mistakes:
            self.assertEqual(ran.stdout.splitlines(), [f"page.md:{mistake}" for mistake in mistakes])

    def test_what_is_right(self):
        self.finds("# Top\n[a](other.md) [b](other.md#two-words-and-more) [c](other.md#twice-1) [d](#top) [e](.)\n"
                   "[f](https://nowhere.example/x) `[g](missing.md)` `make demo` `FRESH=1 make demo`\n"
                   "`lacuna run S --out D --data X` `lacuna data check --json`\n"
                   "```\nlacuna run S \\\n  --retry-failed   # with --nothing more\nbuild/bin/lacuna data\n```\n"
                   "lacuna run --prose is no code\n")

    def test_links(self):
        self.finds("[a](missing.md)\n[b](other.md#three)\n[c](#nowhere)\n", "1: missing.md: no such file",
                   "2: other.md#three: other.md has no such heading", "3: #nowhere: page.md has no such heading")

    def test_commands(self):
        self.finds("`lacuna go`\n`lacuna run S --fast`\n```\nbuild/bin/lacuna data check --out=x\n```\n`lacuna data draw`\n",
                   "1: lacuna go: no such subcommand", "2: lacuna run --fast: no such option",
                   "4: lacuna data check --out: no such option", "6: lacuna data draw: no such subcommand")

    def test_make(self):
        self.finds("`make coffee`\n", "1: make coffee: no such target in the Makefile")


if __name__ == "__main__":
    unittest.main()
