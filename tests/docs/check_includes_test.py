#!/usr/bin/env python3
"""Tests of scripts/check_includes.py: what a header uses and does not include is found, and what is right is not."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/check_includes.py"


class CheckIncludes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.add("include/lacuna/model.hpp", "#include <map>\n#include <vector>\nstd::map<int, std::vector<int>> all;\n")
        self.add("run/far.hpp", '#include "lacuna/model.hpp"\n')

    def add(self, name, text):
        path = self.root / "harness" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def finds(self, text, *missing):
        self.add("run/near.hpp", text)
        ran = subprocess.run([sys.executable, SCRIPT, self.root], capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, 1 if missing else 0, ran.stdout + ran.stderr)
        if missing:
            self.assertEqual(ran.stdout.splitlines(),
                             [f"harness/run/near.hpp: uses {name} without #include <{header}>" for name, header in missing])

    def test_what_is_right(self):
        self.finds("#include <string>\n#include <nlohmann/json_fwd.hpp>\nstd::string_view f(nlohmann::json);\n")
        self.finds("// std::optional\n/* std::set\n std::span */\nauto a = \"std::deque\";\n#include <std::array>\n")

    def test_each_name(self):
        for name, header in {"string": "string", "vector": "vector", "map": "map", "set": "set", "optional": "optional",
                             "function": "functional", "unique_ptr": "memory", "shared_ptr": "memory",
                             "variant": "variant", "deque": "deque", "filesystem": "filesystem", "array": "array",
                             "span": "span", "chrono": "chrono", "string_view": "string_view"}.items():
            with self.subTest(name):
                self.finds(f"std::{name} it;\n", (f"std::{name}", header))
        self.finds("using nlohmann::json;\n", ("nlohmann::json", "nlohmann/json.hpp"))

    def test_another_word_is_none(self):
        self.finds("std::string_view_like a;\nstd::mapped b;\n#include <string_view>\nstd::string_view c;\n")
        self.finds("#include <string_view>\nstd::string c;\n", ("std::string", "string"))

    def test_ours_bring_what_they_include_and_no_more(self):
        self.finds('#include "lacuna/model.hpp"\nstd::vector<int> a;\n')
        self.finds('#include "far.hpp"\nstd::vector<int> a;\n', ("std::vector", "vector"))

    def test_no_headers_are_a_mistake(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(subprocess.run([sys.executable, SCRIPT, empty], capture_output=True, timeout=60).returncode, 1)


if __name__ == "__main__":
    unittest.main()
